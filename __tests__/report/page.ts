import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import type { Browser, Page } from 'playwright-core'

const require = createRequire(import.meta.url)

/** GitHub's Markdown as HTML, with the raw HTML that GitHub lets through (and that which it would take out as well). */
export function html(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

/** A page without network that can draw with Mermaid as GitHub does: strict, in the colours of the mode. */
export async function mermaidPage(from: Browser, mode: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await from.newContext({ colorScheme: mode, deviceScaleFactor: 2, offline: true })
  const page = await context.newPage()
  await page.setContent('<!doctype html><html><body></body></html>')
  await page.addScriptTag({ path: require.resolve('mermaid/dist/mermaid.min.js') })
  const theme = mode === 'dark' ? 'dark' : 'default'
  await page.evaluate(`mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: '${theme}' })`)
  return page
}

/** Draws a graph and gives the SVG's text; throws what Mermaid throws. */
export async function draw(page: Page, graph: string): Promise<string> {
  return await page.evaluate<string>(
    `mermaid.render('g' + Date.now() + '-' + Math.random().toString(36).slice(2), ${JSON.stringify(graph)}).then((it) => it.svg)`,
  )
}

/** The comment as a reviewer sees it on GitHub, as a whole page of that width. */
export async function commentPage(
  from: Browser,
  markdown: string,
  mode: 'light' | 'dark',
  width: number,
): Promise<Page> {
  const page = await mermaidPage(from, mode)
  await page.setViewportSize({ width, height: 800 })
  await page.addStyleTag({ content: readFileSync(require.resolve('github-markdown-css/github-markdown.css'), 'utf8') })
  await page.addStyleTag({ content: frame })
  const body = html(markdown).replace(
    /<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g,
    '<div class="mermaid">$1</div>',
  )
  await page.evaluate(
    `document.body.innerHTML = ${JSON.stringify(`<div class="card"><div class="who"><b>github-actions</b> <span>bot</span> commented</div><div class="markdown-body">${body}</div></div>`)}`,
  )
  await page.evaluate(`mermaid.run({ querySelector: '.mermaid' })`)
  return page
}

const frame = `
  :root { color-scheme: light dark; }
  body { margin: 0; padding: 16px; background: light-dark(#ffffff, #0d1117); font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
  .card { border: 1px solid light-dark(#d1d9e0, #3d444d); border-radius: 6px; overflow: hidden; }
  .who { padding: 8px 16px; font-size: 14px; color: light-dark(#59636e, #9198a1); background: light-dark(#f6f8fa, #151b23); border-bottom: 1px solid light-dark(#d1d9e0, #3d444d); }
  .who b { color: light-dark(#1f2328, #f0f6fc); }
  .who span { border: 1px solid light-dark(#d1d9e0, #3d444d); border-radius: 2em; padding: 0 6px; font-size: 12px; }
  .markdown-body { padding: 16px; font-size: 14px; }
  .mermaid { text-align: center; margin-bottom: 16px; }
  .mermaid svg { max-width: 100%; }
`
