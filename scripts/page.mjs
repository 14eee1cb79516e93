// The page of `lineage.html` without its data: src/page bundled into one HTML file that loads nothing and lets nothing be loaded.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path) => readFileSync(join(root, path), 'utf8')
const version = (name) => JSON.parse(read(`node_modules/${name}/package.json`)).version

/** Says where the source is of what the page carries under a licence that asks for it. */
export const elkNotice = () =>
  `elkjs ${version('elkjs')}, Copyright (c) Kiel University and others, under the Eclipse Public License 2.0 (https://www.eclipse.org/legal/epl-2.0). Its source code: https://github.com/kieler/elkjs/tree/${version('elkjs')}, and that of ELK, from which it is made: https://github.com/eclipse-elk/elk`

/** The page and the files that it is made of. */
export async function lineagePage() {
  const bundled = async (entry, loader) =>
    build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      write: false,
      minify: true,
      format: 'iife',
      platform: 'browser',
      target: ['chrome123', 'firefox120', 'safari17.5'],
      charset: 'utf8',
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
      ...loader,
    })
  const script = await bundled('src/page/index.ts', {})
  const style = await bundled('src/page/page.css', {})
  const code = inline(script.outputFiles[0].text)
  const css = style.outputFiles[0].text
  const licences = [
    `Cytoscape.js ${version('cytoscape')}\n${read('node_modules/cytoscape/LICENSE').trim()}`,
    elkNotice(),
  ]
  const parts = {
    policy: [
      "default-src 'none'",
      `script-src ${hashOf(code)}`,
      `style-src ${hashOf(css)}`,
      'worker-src blob:',
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    style: css,
    script: code,
    layout: deflateRawSync(read('node_modules/elkjs/lib/elk-worker.min.js'), { level: 9 }).toString('base64'),
    // What src/report/html/html.ts puts the data into.
    data: '{{data}}',
    licences: inline(licences.join('\n\n')),
  }
  const page = read('src/page/page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name])
  return { page, inputs: [...Object.keys(script.metafile.inputs), 'node_modules/elkjs/lib/elk-worker.min.js'] }
}

/** A text that can stand in a script element: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements */
function inline(text) {
  if (/<\/script|<!--|<script/i.test(text)) throw new Error('a text of the page would end its element')
  return text
}

function hashOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
