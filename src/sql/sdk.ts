import manual from '@polyglot-sql/sdk/manual'

/** A node of a syntax tree as the library gives it: an object with one key, the kind of node, over its parts. */
export type Tree = null | boolean | number | string | readonly Tree[] | { readonly [key: string]: Tree }

/** A text that the SQL library cannot read. Lines and columns count from 1, within the text. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly line: number | null
  readonly column: number | null
  constructor(message: string, line: number | null = null, column: number | null = null) {
    super(message)
    this.line = line
    this.column = column
  }
}

export interface Token {
  readonly type: string
  readonly text: string
  /** Offsets in Unicode characters, not in UTF-16 units. */
  readonly start: number
  readonly end: number
}

export type Dialect = 'databricks' | 'duckdb'

interface Outcome {
  readonly success: boolean
  readonly error?: string | null
  readonly errorLine?: number | null
  readonly errorColumn?: number | null
}

interface RawToken {
  readonly token_type: string
  readonly text: string
  readonly span: { readonly start: number; readonly end: number }
}

interface Sdk {
  init(options: { wasmUrl: Uint8Array<ArrayBuffer> }): Promise<void>
  isInitialized(): boolean
  parse(sql: string, dialect: Dialect): Outcome & { readonly ast?: readonly Tree[] }
  generate(ast: readonly Tree[], dialect: Dialect): Outcome & { readonly sql?: readonly string[] }
  transpile(sql: string, from: Dialect, to: Dialect): Outcome & { readonly sql?: readonly string[] }
  tokenize(sql: string, dialect: Dialect): Outcome & { readonly tokens?: readonly RawToken[] }
}

// Declared here as it behaves: the declarations of `/manual` do not resolve under `nodenext`, they name the fields of a
// token otherwise, and they know nothing of `init` taking bytes (which WebAssembly.instantiate does).
const sdk: Sdk = manual

/** Readies the SQL library from the bytes of its WebAssembly module; every other function of this folder needs it. */
export async function startSql(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!sdk.isInitialized()) await sdk.init({ wasmUrl: wasm })
}

/** The syntax trees of the statements in a text. Throws a `SqlError`. */
export function parseSql(sql: string, dialect: Dialect): readonly Tree[] {
  const result = sdk.parse(sql, dialect)
  if (!result.success || !result.ast) throw failure(result)
  return result.ast
}

/** The text of one statement. Throws a `SqlError`. */
export function writeSql(statement: Tree, dialect: Dialect): string {
  return only(sdk.generate([statement], dialect))
}

/** One statement in another dialect. Throws a `SqlError` when it cannot be read, or when it is not one statement. */
export function translateSql(sql: string, from: Dialect, to: Dialect): string {
  return only(sdk.transpile(sql, from, to))
}

/** The tokens of a text. Throws a `SqlError`. */
export function tokensOf(sql: string, dialect: Dialect): Token[] {
  const result = sdk.tokenize(sql, dialect)
  if (!result.success || !result.tokens) throw failure(result)
  return result.tokens.map((it) => ({ type: it.token_type, text: it.text, start: it.span.start, end: it.span.end }))
}

function only(result: Outcome & { readonly sql?: readonly string[] }): string {
  const [sql, ...more] = result.success ? (result.sql ?? []) : []
  if (!result.success) throw failure(result)
  if (sql === undefined || more.length > 0) throw new SqlError('expected one SQL statement')
  return sql
}

function failure(result: Outcome): SqlError {
  return new SqlError(result.error ?? 'not readable as SQL', result.errorLine ?? null, result.errorColumn ?? null)
}
