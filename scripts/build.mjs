// Bundles src/ into dist/: the program as ES modules, split so that a check never loads DuckDB, and the WebAssembly it needs.
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeAssets, writeText } from './assets.mjs'
import { elkNotice, lineagePage } from './page.mjs'
import { withoutSpread } from './spread.mjs'
import { compiledValidators } from './validators.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const driver = JSON.parse(readFileSync(join(root, 'node_modules/@databricks/sql/package.json'), 'utf8'))
// Native packages that the Databricks driver does without, and the interpreter of proxy scripts, which it is never asked for.
const external = [...Object.keys(driver.optionalDependencies), 'pac-proxy-agent']

const { metafile, outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: ['src/index.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunk-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  external,
  plugins: [compiledValidators, withoutSpread],
  logLevel: 'warning',
  define: {
    'process.env.DBT_REGIONS_VERSION': JSON.stringify(version),
    __dirname: 'import.meta.dirname',
    __filename: 'import.meta.filename',
  },
  // CommonJS packages in the bundle ask for Node's own modules with require.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
})
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
for (const { path, contents } of outputFiles) writeFileSync(path, contents)
chmodSync(join(dist, 'index.js'), 0o755)
await writeAssets(dist)
const { page, inputs: pageInputs } = await lineagePage()
await writeText(dist, 'lineage.html', page)
writeFileSync(join(dist, 'package.json'), '{"type":"module"}\n')
writeFileSync(join(dist, 'licenses.txt'), licenses([...Object.keys(metafile.inputs), ...pageInputs]))

const files = readdirSync(dist).sort()
const bytes = files.reduce((sum, file) => sum + statSync(join(dist, file)).size, 0)
const digest = createHash('sha256')
for (const file of files) digest.update(file).update(readFileSync(join(dist, file)))
console.log(`dist/: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB, sha256 ${digest.digest('hex').slice(0, 16)}`)

/** The licence of every package that the bundle holds, sorted by name. */
function licenses(inputs) {
  const folders = new Set(['node_modules/@duckdb/duckdb-wasm', 'node_modules/@polyglot-sql/sdk'])
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (match) folders.add(match[1])
  }
  return [...folders]
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e(\.|$)/i.test(name))
      const text = file
        ? readFileSync(join(root, folder, file), 'utf8')
            .replaceAll('\r\n', '\n')
            .trim()
        : '(the package ships no licence text)'
      const notice = manifest.name === 'elkjs' ? `\n${elkNotice()}\n` : ''
      return `${manifest.name} ${manifest.version}\n${manifest.license ?? ''}\n${notice}\n${text}\n`
    })
    .sort()
    .join('\n----------------------------------------\n\n')
}
