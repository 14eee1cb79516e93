import type { Faults } from './faults.ts'
import { type Call, errorText, HIVE_V10, Hive, isFailed, isFinished, isRefused, rowCount } from './hive.ts'
import { withInformationSchema } from './information-schema.ts'
import { literal, type Parameter, withCatalog, withParameters } from './sql-text.ts'
import * as thrift from './thrift.ts'
import { bool, i32, numberAt, type Struct, struct, structAt, text, textAt, textMap } from './thrift.ts'
import { bridgeUnity, raise, type Session } from './unity.ts'
import type { UnityCatalog } from './unity-catalog.ts'

/** The protocol that Databricks says it speaks. */
const DATABRICKS_V8 = 0xa508
/** From here on, the ids of the fields are Databricks' own. */
const DATABRICKS = 1280
const COLUMN_BASED = 1
const DIRECT_RESULTS_MS = 5_000
const METADATA_CALL = /^Get(?:Schemas|Tables|Columns|Functions|Catalogs|TableTypes|TypeInfo)$/
/** Settings of a warehouse's session that Spark does not have. */
const DATABRICKS_SETTING = /^(?:QUERY_TAGS|spark\.thriftserver)/i

export interface BridgeOptions {
  /** The workspace's one catalog. */
  readonly catalog: string
  readonly call: Call
  readonly unity: UnityCatalog
  readonly faults: Faults
  /** Told of every statement as the client sent it, with its error if it failed. */
  readonly record: (statement: string, error: string | undefined) => void
  /** A statement begins to wait, as it was told to. */
  readonly delayed: (statement: string) => void
}

/** The connection was told to break: nothing may be answered. */
export class Dropped extends Error {
  override readonly name = 'Dropped'
}

/** Translates Databricks' flavour of HiveServer2's protocol to the open-source one and back. */
export class Bridge {
  readonly #options: BridgeOptions
  readonly #hive: Hive
  constructor(options: BridgeOptions) {
    this.#options = options
    this.#hive = new Hive(options.call)
  }

  /** Answers one request, as bytes of the protocol. Throws `Dropped` when a fault says so. */
  async handle(bytes: Buffer): Promise<Buffer> {
    const message = thrift.decode(bytes)
    const request = structAt(message.body, 1) ?? new Map()
    if (message.name === 'OpenSession') return await this.#openSession(message, request)
    if (message.name === 'ExecuteStatement') return await this.#execute(message, request)
    if (message.name === 'FetchResults') return await this.#fetch(message, request)
    const wanted = directRows(request)
    if (METADATA_CALL.test(message.name)) prepareMetadataCall(message.name, request)
    const answer = await this.#hive.forward(message)
    const result = structAt(answer.body, 0)
    if (!result) return thrift.encode(answer)
    if (message.name === 'GetOperationStatus') fixStatus(result, this.#options.catalog)
    if (message.name === 'GetResultSetMetadata') fixMetadata(result)
    if (wanted !== undefined) await this.#addDirectResults(result, wanted, DIRECT_RESULTS_MS)
    return thrift.encode(answer)
  }

  async #openSession(message: thrift.Message, request: Struct): Promise<Buffer> {
    const namespace = structAt(request, 1284)
    const catalog = textAt(namespace, 1) ?? this.#options.catalog
    const schema = textAt(namespace, 2)
    const settings = thrift.textEntriesAt(request, 4).filter(([key]) => !DATABRICKS_SETTING.test(key))
    request.set(1, i32(HIVE_V10))
    request.set(4, textMap(settings.map(([key, value]) => [`set:hiveconf:${key}`, value])))
    withoutOwnFields(request)
    const answer = await this.#hive.forward(message)
    const result = structAt(answer.body, 0)
    const session = structAt(result, 3)
    if (!result || !session) return thrift.encode(answer)
    if (catalog.toLowerCase() !== this.#options.catalog) {
      result.set(1, refusedStatus(`[NO_SUCH_CATALOG_EXCEPTION] Catalog '${catalog}' was not found.`))
      return thrift.encode(answer)
    }
    if (schema) await this.#hive.query(session, `USE \`${schema}\``).catch(() => undefined)
    result.set(2, i32(DATABRICKS_V8))
    result.set(1284, struct({ 1: text(catalog), 2: text(schema ?? 'default') }))
    result.set(1285, bool(true))
    return thrift.encode(answer)
  }

  async #execute(message: thrift.Message, request: Struct): Promise<Buffer> {
    const { faults, record, delayed } = this.#options
    const statement = textAt(request, 2) ?? ''
    const handle = structAt(request, 1) ?? new Map()
    const wanted = directRows(request)
    const drop = faults.take('drop', statement)
    if (drop?.when === 'before') throw new Dropped()
    const delay = faults.take('delay', statement)
    if (delay) {
      delayed(statement)
      await new Promise((resume) => setTimeout(resume, delay.milliseconds))
    }
    const bound = withParameters(statement, parametersOf(request))
    const failure = faults.take('fail', statement)
    const bridged = failure ? { sql: raise(failure.message) } : await this.#bridge(bound, handle)
    request.set(2, text(bridged.sql))
    request.delete(3)
    withoutOwnFields(request)
    const answer = await this.#hive.forward(message)
    const result = structAt(answer.body, 0)
    if (!result) return thrift.encode(answer)
    // What is kept beside Spark follows from the end of the statement, so that is waited for.
    const patience = bridged.keep ? Number.POSITIVE_INFINITY : DIRECT_RESULTS_MS
    const status = await this.#addDirectResults(result, wanted, patience)
    if (status && isFinished(status)) await bridged.keep?.()
    record(statement, textAt(status, 5) ?? (isRefused(result) ? textAt(structAt(result, 1), 5) : undefined))
    if (drop) throw new Dropped()
    return thrift.encode(answer)
  }

  async #bridge(sql: string, handle: Struct): Promise<{ sql: string; keep?: () => void | Promise<void> }> {
    const { catalog, unity } = this.#options
    const session: Session = {
      catalog,
      query: async (asked) => await this.#hive.query(handle, withCatalog(asked, catalog)),
    }
    const bridged = await bridgeUnity(sql, session, unity)
    const tables = async () => {
      const rows = await this.#hive.tables(handle)
      return rows.flatMap(([, schema, table, type]) =>
        schema && table && schema !== 'global_temp' ? [{ schema, table, isView: type === 'VIEW' }] : [],
      )
    }
    const informed = await withInformationSchema(bridged.sql, { ...session, unity, tables })
    return { ...bridged, sql: withCatalog(informed, catalog) }
  }

  async #fetch(message: thrift.Message, request: Struct): Promise<Buffer> {
    const maxRows = numberAt(request, 3) ?? 0
    const handle = structAt(request, 1)
    const wantsMetadata = numberAt(request, 1283) === 1
    withoutOwnFields(request)
    const answer = await this.#hive.forward(message)
    const result = structAt(answer.body, 0)
    const rows = structAt(result, 3)
    if (!result || !rows) return thrift.encode(answer)
    result.set(2, bool(rowCount(rows) >= maxRows))
    if (handle) {
      const metadata = fixMetadata(await this.#hive.metadata(handle))
      fixRows(result, metadata)
      if (wantsMetadata) result.set(1281, { type: 12, struct: metadata })
    }
    return thrift.encode(answer)
  }

  /** A warehouse gives the rows of a short statement with its first answer. Gives the operation's status. */
  async #addDirectResults(result: Struct, maxRows: number | undefined, patience: number): Promise<Struct | undefined> {
    const handle = structAt(result, 2)
    if (!handle || isRefused(result)) return undefined
    const status = fixStatus(await this.#hive.settled(handle, patience), this.#options.catalog)
    if (maxRows === undefined) return status
    const direct: Record<number, thrift.Value> = { 1: { type: 12, struct: status } }
    if (isFinished(status)) {
      const metadata = fixMetadata(await this.#hive.metadata(handle))
      direct[2] = { type: 12, struct: metadata }
      const fetched = await this.#hive.fetch(handle, maxRows)
      fixRows(fetched, metadata)
      const more = rowCount(structAt(fetched, 3)) >= maxRows
      fetched.set(2, bool(more))
      direct[3] = { type: 12, struct: fetched }
      if (!more) direct[4] = { type: 12, struct: await this.#hive.close(handle) }
    } else if (isFailed(status)) {
      direct[4] = { type: 12, struct: await this.#hive.close(handle) }
    }
    result.set(1281, struct(direct))
    return status
  }
}

function directRows(request: Struct): number | undefined {
  return numberAt(structAt(request, 1281), 1)
}

function withoutOwnFields(request: Struct): void {
  for (const id of [...request.keys()]) if (id >= DATABRICKS) request.delete(id)
}

function prepareMetadataCall(name: string, request: Struct): void {
  if (name !== 'GetCatalogs') request.delete(2) // Spark has no filter by catalog here
  withoutOwnFields(request)
}

function refusedStatus(message: string): thrift.Value {
  return struct({ 1: i32(3), 3: text('42704'), 5: text(message), 1281: text(message) })
}

/** Databricks says the message once for people and once with the stack; Spark the stack alone. */
function fixStatus(status: Struct, catalog: string): Struct {
  const said = textAt(status, 5)
  if (!isFailed(status) || said === undefined) return status
  const message = databricksError(said, catalog)
  status.set(5, text(message))
  status.set(1281, text((message.split(/\n\s*\n|\n== SQL/)[0] ?? '').replaceAll(/\s+/g, ' ')))
  status.set(1282, text(said))
  return status
}

const RAISED = /^\[USER_RAISED_EXCEPTION\] (?<message>\[.*)(?: SQLSTATE: P0001)$/s
const OTHER_CATALOG = /^\[REQUIRES_SINGLE_PART_NAMESPACE\] spark_catalog .* but got `(?<catalog>\w+)`/

function databricksError(said: string, catalog: string): string {
  const message = errorText(said).replace(/;\n'.*$/s, '')
  const other = OTHER_CATALOG.exec(message)?.groups?.catalog
  if (other) return `[NO_SUCH_CATALOG_EXCEPTION] Catalog '${other}' was not found. SQLSTATE: 42704`
  return (RAISED.exec(message)?.groups?.message ?? message).replaceAll('spark_catalog', catalog)
}

function fixMetadata(metadata: Struct): Struct {
  metadata.set(1281, i32(COLUMN_BASED))
  metadata.set(1282, bool(false))
  const columns = thrift.itemsAt(structAt(metadata, 2), 1)
  // Spark counts columns from 0, Databricks and Hive's specification from 1.
  for (const [index, column] of columns.entries()) thrift.structOf(column)?.set(3, i32(index + 1))
  return metadata
}

/** For a statement without a result Spark describes a column `Result` and sends none; dbt-databricks then stumbles. */
function fixRows(fetched: Struct, metadata: Struct): void {
  const described = thrift.itemsAt(structAt(metadata, 2), 1)
  const rows = structAt(fetched, 3)
  if (!rows || thrift.itemsAt(rows, 3).length > 0) return
  const empty = struct({ 7: struct({ 1: thrift.noTexts(), 2: text('') }) })
  rows.set(3, thrift.structs(described.map(() => empty)))
}

/** TSparkParameter: 2 the name, 3 the type, 4 the value as text, number or truth. */
function parametersOf(request: Struct): Parameter[] {
  return thrift.itemsAt(request, 1288).map((item) => {
    const parameter = thrift.structOf(item)
    const type = textAt(parameter, 3) ?? 'STRING'
    const value = structAt(parameter, 4)
    const name = textAt(parameter, 2)
    const raw = textAt(value, 1) ?? thrift.doubleAt(value, 2)?.toString() ?? truth(numberAt(value, 3))
    return { name, expression: raw === undefined || /^void$/i.test(type) ? 'NULL' : `CAST(${literal(raw)} AS ${type})` }
  })
}

const truth = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value === 1))
