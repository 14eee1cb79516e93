// node scripts/comment-picture.mjs   writes docs/images/comment.png and comment-dark.png; needs Chromium on PATH
// Node 20 does not run TypeScript, so the program is bundled first, into a file from which node_modules is found.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
process.chdir(root)
const { outputFiles } = await build({
  entryPoints: ['__tests__/report/picture.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  packages: 'external',
})
const file = join(root, 'node_modules', '.comment-picture.mjs')
writeFileSync(file, outputFiles[0].contents)
try {
  await import(pathToFileURL(file).href)
} finally {
  rmSync(file)
}
