import { setFlagsFromString } from 'node:v8'
import { readAsset } from './adapters/assets.ts'

/** From so many models on, V8 saves more time with optimized code than optimizing takes. */
const MANY = 200

/** Readies the SQL library, which is loaded only now; `models` is how many it will be asked about. */
export async function startSqlLibrary(models: number): Promise<void> {
  // V8 would compile all of the library's 22 MB, and optimize for two seconds what runs for a few milliseconds.
  setFlagsFromString('--wasm-lazy-compilation')
  if (models < MANY) setFlagsFromString('--liftoff-only')
  const [{ startSql }, wasm] = await Promise.all([import('./sql/sdk.ts'), readAsset('polyglot_sql.wasm')])
  await startSql(wasm)
}
