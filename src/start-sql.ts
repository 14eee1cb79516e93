import { readAsset } from './adapters/assets.ts'

/** Readies the SQL library, which is loaded only now. */
export async function startSqlLibrary(): Promise<void> {
  const [{ startSql }, wasm] = await Promise.all([import('./sql/sdk.ts'), readAsset('polyglot_sql.wasm')])
  await startSql(wasm)
}
