// Node 20 does not run TypeScript: bundles setup.ts in memory and runs it.
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: [`${import.meta.dirname}/setup.ts`],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  define: { 'import.meta.dirname': JSON.stringify(import.meta.dirname) },
})
await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
