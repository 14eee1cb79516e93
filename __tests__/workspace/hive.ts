import {
  bool,
  decode,
  encode,
  i16,
  i32,
  i64,
  itemsAt,
  type Message,
  numberAt,
  type Struct,
  struct,
  structAt,
  structOf,
  text,
  textAt,
  textOf,
} from './thrift.ts'

/** HiveServer2's newest protocol, which Spark speaks. */
export const HIVE_V10 = 9
/** TOperationState: https://github.com/apache/hive/blob/master/service-rpc/if/TCLIService.thrift */
const FINISHED = 2
const FAILED = 5
const UNDER_WAY = new Set([0, 1, 7])
const ERROR_STATUS = 3
const ALL_ROWS = 1_000_000

export interface Rows {
  readonly names: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Sends one message of HiveServer2's protocol and gives the answer's. */
export type Call = (message: Buffer) => Promise<Buffer>

/** A statement that Spark refused, with its message as Spark words it. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
}

/** Asks Spark itself, in the client's own session: what the stand-in needs to know to answer as Databricks does. */
export class Hive {
  readonly #call: Call
  constructor(call: Call) {
    this.#call = call
  }

  async forward(message: Message): Promise<Message> {
    return decode(await this.#call(encode(message)))
  }

  async ask(name: string, request: Parameters<typeof struct>[0]): Promise<Struct> {
    const body = struct({ 1: struct(request) })
    if (!('struct' in body)) throw new Error('a struct is a struct')
    const answer = await this.forward({ name, type: 1, sequence: 1, body: body.struct })
    const result = structAt(answer.body, 0)
    if (!result) throw new Error(`${name}: ${textAt(structAt(answer.body, 1) ?? answer.body, 1)}`)
    return result
  }

  /** Runs a statement to its end and gives its rows as text. Throws a `StatementError` when Spark refuses it. */
  async query(session: Struct, sql: string): Promise<Rows> {
    const request = { 1: { type: 12, struct: session }, 2: text(sql), 4: bool(false) } as const
    const result = await this.ask('ExecuteStatement', request)
    const handle = structAt(result, 2)
    if (!handle) throw new StatementError(errorText(textAt(structAt(result, 1), 5) ?? ''))
    const state = await this.settled(handle, Number.POSITIVE_INFINITY)
    if (numberAt(state, 2) !== FINISHED) throw new StatementError(errorText(textAt(state, 5) ?? ''))
    const metadata = await this.metadata(handle)
    const fetched = await this.fetch(handle, ALL_ROWS)
    await this.close(handle)
    const names = itemsAt(structAt(metadata, 2), 1).map((column) => textAt(structOf(column), 1) ?? '')
    return { names, rows: rowsOf(structAt(fetched, 3)) }
  }

  /** Every table and view of the catalog, as rows of catalog, schema, name and type. */
  async tables(session: Struct): Promise<Rows['rows']> {
    const result = await this.ask('GetTables', { 1: { type: 12, struct: session }, 3: text('%'), 4: text('%') })
    const handle = structAt(result, 2)
    if (!handle) throw new StatementError(errorText(textAt(structAt(result, 1), 5) ?? ''))
    const fetched = await this.fetch(handle, ALL_ROWS)
    await this.close(handle)
    return rowsOf(structAt(fetched, 3))
  }

  /** The operation's status once it is no longer under way, or after this many milliseconds. */
  async settled(handle: Struct, patience: number): Promise<Struct> {
    const until = Date.now() + patience
    for (let wait = 5; ; wait = Math.min(wait * 2, 80)) {
      const status = await this.ask('GetOperationStatus', { 1: { type: 12, struct: handle } })
      if (!UNDER_WAY.has(numberAt(status, 2) ?? 0) || Date.now() > until) return status
      await new Promise((resume) => setTimeout(resume, wait))
    }
  }

  async metadata(handle: Struct): Promise<Struct> {
    return await this.ask('GetResultSetMetadata', { 1: { type: 12, struct: handle } })
  }

  async fetch(handle: Struct, maxRows: number): Promise<Struct> {
    const request = { 1: { type: 12, struct: handle }, 2: i32(0), 3: i64(maxRows), 4: i16(0) } as const
    return await this.ask('FetchResults', request)
  }

  async close(handle: Struct): Promise<Struct> {
    return await this.ask('CloseOperation', { 1: { type: 12, struct: handle } })
  }
}

export const isFinished = (status: Struct): boolean => numberAt(status, 2) === FINISHED
export const isFailed = (status: Struct): boolean => numberAt(status, 2) === FAILED
export const isRefused = (result: Struct): boolean => numberAt(structAt(result, 1), 1) === ERROR_STATUS

export function rowCount(rowSet: Struct | undefined): number {
  const [first] = itemsAt(rowSet, 3)
  const [column] = structOf(first)?.values() ?? []
  return itemsAt(structOf(column), 1).length
}

function rowsOf(rowSet: Struct | undefined): (string | null)[][] {
  const columns = itemsAt(rowSet, 3).map((column) => {
    const [typed] = structOf(column)?.values() ?? []
    const nulls = structOf(typed)?.get(2)
    const bits = nulls && 'bytes' in nulls ? nulls.bytes : Buffer.alloc(0)
    return itemsAt(structOf(typed), 1).map((value, row) => {
      if (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) return null
      return textOf(value) ?? String('bigint' in value ? value.bigint : 'number' in value ? value.number : value)
    })
  })
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? null))
}

/** Spark's Thrift Server answers with a Java stack trace; a warehouse with `[ERROR_CLASS] message`. */
export function errorText(said: string): string {
  const classed = /(?<tag>\[[A-Z][A-Z0-9_.]+\] )(?:[\w.]+(?:Exception|Error): )?(?<message>[\s\S]*?)(?=\n\tat |$)/.exec(
    said,
  )
  const { tag = '', message = said } = classed?.groups ?? {}
  return (tag + message.replace(tag, '')).trim()
}
