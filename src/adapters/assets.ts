import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

const packages = {
  'duckdb-eh.wasm': '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm',
  'polyglot_sql.wasm': '@polyglot-sql/sdk/polyglot_sql.wasm',
} as const

/** The bytes of a WebAssembly module: the compressed file beside the bundle, or the package's own when run from sources. */
export async function readAsset(name: keyof typeof packages): Promise<Uint8Array<ArrayBuffer>> {
  const bundled = await readIfThere(new URL(`./${name}.br`, import.meta.url))
  if (bundled !== null) return new Uint8Array(await promisify(brotliDecompress)(bundled))
  return new Uint8Array(await readFile(createRequire(import.meta.url).resolve(packages[name])))
}

/** The page of `lineage.html` without its data. It is made by the build, so that sources alone have none. */
export async function readPage(): Promise<string> {
  const bundled = await readIfThere(new URL('./lineage.html.br', import.meta.url))
  if (bundled === null) throw new Error('there is no lineage.html.br beside the program: npm run build makes it')
  return (await promisify(brotliDecompress)(bundled)).toString()
}

async function readIfThere(file: URL): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
