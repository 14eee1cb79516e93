// Runs a measurement of __tests__/lineage, which is TypeScript: `npm run lineage-score -- PROJECT…` or `npm run edits-score -- PROJECT…`.
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [measurement] = process.argv.splice(2, 1)
// Beside its source: it finds the packages and the tools from where it is.
const outfile = join(root, `__tests__/lineage/.run-${process.pid}.mjs`)
await build({
  absWorkingDir: root,
  entryPoints: [`__tests__/lineage/${measurement}.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  define: { 'import.meta.dirname': JSON.stringify(join(root, '__tests__/tools')) },
})
try {
  await import(pathToFileURL(outfile).href)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
} finally {
  rmSync(outfile)
}
