import { type LedgerEvent, type LedgerStatus, ledgerStatuses } from './ledger-event.ts'
import { currentState, type LedgerState } from './ledger-state.ts'
import { quoted, quotedRelation } from './relation.ts'
import { type Cell, type RelationName, type Row, type Warehouse, WarehouseError } from './warehouse.ts'
import { kindOf } from './warehouse-conditions.ts'

export { type LedgerEvent, type LedgerStatus, ledgerStatuses, runClock, sortEvents } from './ledger-event.ts'
export { currentState, isBuiltSince, type LedgerState, type NodeState } from './ledger-state.ts'

/** The ledger's name in the region's own schema. */
export const ledgerName = 'dbt_regions_ledger'

/** Where a run writes its events to: the warehouse's table, or a list in a test. */
export type Ledger = (events: readonly LedgerEvent[]) => Promise<void>

const columns = {
  event_time: 'STRING',
  run_id: 'STRING',
  sequence: 'BIGINT',
  region: 'STRING',
  unique_id: 'STRING',
  status: 'STRING',
  fingerprint: 'STRING',
  fingerprint_version: 'INT',
  parents: 'STRING',
  relation: 'STRING',
  commit_sha: 'STRING',
  message: 'STRING',
} as const
/** Ledgers of older versions have no such column until something is written to it. */
const outputsColumn = 'outputs'
const names = Object.keys(columns).join(', ')

/** What a run recorded that a node gives, as text; null when it did not. */
export type RecordedOutputs = (unique_id: string, run_id: string) => string | null

/** A region's ledger as it stood when it was opened, and what appends to it. */
export interface OpenLedger {
  readonly state: LedgerState
  readonly append: Ledger
  /** What the newest runs recorded: much text, which a deploy with nothing to do does not ask for. */
  outputs(): Promise<RecordedOutputs>
}

/** The ledger of a region whose target builds in `schema` of `database`; its table is made with the first event. */
export async function openLedger(
  warehouse: Warehouse,
  { database, schema }: { readonly database: string | null; readonly schema: string },
): Promise<OpenLedger> {
  const table = { database, schema, identifier: ledgerName }
  const events = await readEvents(warehouse, table)
  let made = events !== null
  let holdsOutputs = events === null ? true : null
  const hasOutputs = async () => {
    const found = await warehouse.columns(table)
    return found?.some(({ name }) => name.toLowerCase() === outputsColumn) ?? false
  }
  return {
    state: currentState(events ?? []),
    async append(written) {
      if (!made) await createTable(warehouse, table)
      made = true
      if (written.some(({ outputs }) => outputs !== undefined))
        holdsOutputs ??= await addOutputs(warehouse, table, hasOutputs)
      await insertEvents(warehouse, table, written, holdsOutputs === true)
    },
    async outputs() {
      const kept = events !== null && (await hasOutputs())
      return kept ? readOutputs(warehouse, table) : () => null
    },
  }
}

/** Adds the column to a ledger of an older version; false where that is not permitted, and then the ledger goes on without. */
async function addOutputs(warehouse: Warehouse, table: RelationName, has: () => Promise<boolean>): Promise<boolean> {
  if (await has()) return true
  try {
    await warehouse.query(`ALTER TABLE ${quotedRelation(table)} ADD COLUMN ${outputsColumn} STRING`)
    return true
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error
    // Another run may have added it at the same moment.
    return has()
  }
}

/** Of each node what stands behind its newest events: older ones are of versions that nothing is compared with any more. */
const kept = 4

async function readOutputs(warehouse: Warehouse, table: RelationName): Promise<RecordedOutputs> {
  const newest = `row_number() OVER (PARTITION BY unique_id ORDER BY event_time DESC, sequence DESC)`
  const all = `SELECT unique_id, run_id, ${outputsColumn}, ${newest} AS age FROM ${quotedRelation(table)} WHERE ${outputsColumn} IS NOT NULL`
  const rows = await warehouse.query(`SELECT unique_id, run_id, ${outputsColumn} FROM (${all}) WHERE age <= ${kept}`)
  return recordedOutputs(
    rows.map(({ unique_id, run_id, [outputsColumn]: outputs }) => ({
      unique_id: String(unique_id),
      run_id: String(run_id),
      outputs: String(outputs),
    })),
  )
}

/** Looks up what events recorded. A run records it once for each node. */
export function recordedOutputs(
  events: Iterable<Pick<LedgerEvent, 'unique_id' | 'run_id'> & { readonly outputs?: string }>,
): RecordedOutputs {
  const found = new Map<string, string>()
  for (const { unique_id, run_id, outputs } of events) {
    if (outputs !== undefined) found.set(`${unique_id}\0${run_id}`, outputs)
  }
  return (unique_id, run_id) => found.get(`${unique_id}\0${run_id}`) ?? null
}

async function createTable(warehouse: Warehouse, table: RelationName): Promise<void> {
  const definitions = [...Object.entries(columns), [outputsColumn, 'STRING']].map(([name, type]) => `${name} ${type}`)
  const create = `CREATE TABLE IF NOT EXISTS ${quotedRelation(table)} (${definitions.join(', ')})`
  try {
    await warehouse.query(create)
  } catch (error) {
    if (isAbsence(error)) {
      const schema = [table.database, table.schema].filter((part) => part !== null).map(quoted)
      await warehouse.query(`CREATE SCHEMA IF NOT EXISTS ${schema.join('.')}`)
      await warehouse.query(create)
      return
    }
    // Two runs that both saw no table: one of them is told so, and the ledger is there all the same.
    if ((await warehouse.columns(table)) === null) throw error
  }
}

/** All events; null when there is no ledger yet. Columns that a newer version added are left alone. Another table of that name is an error. */
async function readEvents(warehouse: Warehouse, table: RelationName): Promise<LedgerEvent[] | null> {
  try {
    const rows = await warehouse.query(`SELECT ${names} FROM ${quotedRelation(table)}`)
    return rows.map((row) => eventOf(row))
  } catch (error) {
    if (isAbsence(error)) return null
    if (error instanceof WarehouseError && kindOf(error.condition, null) === 'column') {
      throw new WarehouseError(
        `${quotedRelation(table)} is not a ledger of this program, so nothing was run: ${error.message}. Rename what stands there, or give the target another schema`,
        { condition: error.condition },
      )
    }
    throw error
  }
}

function isAbsence(error: unknown): boolean {
  return (
    error instanceof WarehouseError &&
    (error.condition === 'TABLE_OR_VIEW_NOT_FOUND' || error.condition === 'SCHEMA_NOT_FOUND')
  )
}

/** Seven parameters a row at most and eight for all stay below Databricks' 256: https://github.com/databricks/databricks-sql-nodejs/issues/308 */
const rowsPerStatement = 30

async function insertEvents(
  warehouse: Warehouse,
  table: RelationName,
  events: readonly LedgerEvent[],
  holdsOutputs: boolean,
): Promise<void> {
  for (let start = 0; start < events.length; start += rowsPerStatement) {
    const { sql, parameters } = insertOf(table, events.slice(start, start + rowsPerStatement), holdsOutputs)
    await warehouse.query(sql, parameters)
  }
}

function insertOf(
  table: RelationName,
  events: readonly LedgerEvent[],
  holdsOutputs: boolean,
): { sql: string; parameters: Record<string, Cell> } {
  const parameters: Record<string, Cell> = {}
  const parameterNames = new Map<Cell, string>()
  const parameter = (value: Cell): string => {
    const name = parameterNames.get(value) ?? `p${parameterNames.size}`
    parameterNames.set(value, name)
    parameters[name] = value
    return `:${name}`
  }
  const rows = events.map((event) =>
    [...rowOf(event), ...(holdsOutputs ? [event.outputs ?? null] : [])].map((cell) =>
      cell === null ? 'NULL' : typeof cell === 'number' ? String(cell) : parameter(cell),
    ),
  )
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ')
  const into = holdsOutputs ? `${names}, ${outputsColumn}` : names
  return { sql: `INSERT INTO ${quotedRelation(table)} (${into}) VALUES ${values}`, parameters }
}

/** In the order of `columns`. */
function rowOf(event: LedgerEvent): (string | number | null)[] {
  return [
    event.time,
    event.run_id,
    event.sequence,
    event.region,
    event.unique_id,
    event.status,
    event.fingerprint,
    event.fingerprint_version,
    JSON.stringify(event.parents),
    event.relation,
    event.commit,
    event.message,
  ]
}

function eventOf(row: Row): LedgerEvent {
  const text = (name: keyof typeof columns): string => String(row[name] ?? '')
  const optional = (name: keyof typeof columns): string | null => (row[name] === null ? null : text(name))
  return {
    region: text('region'),
    unique_id: text('unique_id'),
    status: statusOf(text('status')),
    fingerprint: text('fingerprint'),
    fingerprint_version: Number(row.fingerprint_version ?? 0),
    parents: parentsOf(text('parents')),
    relation: optional('relation'),
    commit: text('commit_sha'),
    run_id: text('run_id'),
    time: text('event_time'),
    sequence: Number(row.sequence ?? 0),
    message: optional('message'),
  }
}

/** A word that only a newer version knows is not a success that this one can vouch for. */
function statusOf(text: string): LedgerStatus {
  return ledgerStatuses.find((status) => status === text) ?? 'pending'
}

function parentsOf(text: string): Record<string, string> {
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    // What cannot be read is no parent that matches, so the node is built again.
  }
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}
