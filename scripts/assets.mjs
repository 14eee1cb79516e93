import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

const require = createRequire(import.meta.url)

/** The WebAssembly that `dist/` carries, as `<name>.br`: `src/adapters/assets.ts` reads it. */
const assets = {
  'polyglot_sql.wasm': '@polyglot-sql/sdk/polyglot_sql.wasm',
  'duckdb-eh.wasm': '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm',
}

/** Writes a text as an asset of that name, Brotli-compressed. */
export async function writeText(folder, name, text) {
  await writeFile(join(folder, `${name}.br`), compress(Buffer.from(text)))
}

/**
 * Writes the assets into a folder, Brotli-compressed, and answers the names of those that it wrote. One that already
 * unpacks to the right bytes is left as it is, so that neither a rebuild nor another Brotli changes what is committed.
 */
export async function writeAssets(folder) {
  const written = []
  for (const [name, specifier] of Object.entries(assets)) {
    const bytes = await readFile(require.resolve(specifier))
    const file = join(folder, `${name}.br`)
    if (await unpacksTo(file, bytes)) continue
    await writeFile(file, compress(bytes))
    written.push(`${name}.br`)
  }
  return written
}

async function unpacksTo(file, bytes) {
  try {
    return brotliDecompressSync(await readFile(file)).equals(bytes)
  } catch {
    return false
  }
}

// Quality 9 takes ten seconds where 11 takes three minutes, and the files are a sixth larger.
function compress(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
}
