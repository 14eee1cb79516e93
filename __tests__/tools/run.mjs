// node __tests__/tools/run.mjs setup [TOOL...]   sets tools up in the cache, side by side; without names all of them
// node __tests__/tools/run.mjs trim-openapi      writes __tests__/github/openapi.json
// Node 20 does not run TypeScript: the script is bundled in memory.
import { build } from 'esbuild'

const script = process.argv.splice(2, 1)[0]
const { outputFiles } = await build({
  entryPoints: [`${import.meta.dirname}/${script}.ts`],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  define: { 'import.meta.dirname': JSON.stringify(import.meta.dirname) },
})
await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
