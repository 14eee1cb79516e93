// Reads what nobody would write, for minutes: `npm run fuzz -- [--minutes 5] [--seed N] [--target jinja|yaml|configuration|project]`. Prints the seed,
// and for each defect the smallest input that shows it.
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// Beside its source: it finds the repository's fixtures from where it is.
const outfile = join(root, `__tests__/fuzz/.run-${process.pid}.mjs`)
mkdirSync(dirname(outfile), { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: ['__tests__/fuzz/run.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
})
try {
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(outfile)
}
