import { quoted, quotedRelation } from './relation.ts'
import { type Cell, type RelationName, type Row, type Warehouse, WarehouseError } from './warehouse.ts'
import { kindOf } from './warehouse-conditions.ts'

/** The ledger's name in the region's own schema. */
export const ledgerName = 'dbt_regions_ledger'

export const ledgerStatuses = ['pending', 'started', 'success', 'failed', 'skipped'] as const
export type LedgerStatus = (typeof ledgerStatuses)[number]

/** One thing that happened to one node. The ledger is only ever appended to. */
export interface LedgerEvent {
  readonly region: string
  readonly unique_id: string
  readonly status: LedgerStatus
  readonly fingerprint: string
  readonly fingerprint_version: number
  /** unique_id -> fingerprint of the nodes that it was built from. */
  readonly parents: Readonly<Record<string, string>>
  /** Where it stands, to name what a removed or moved node leaves behind. */
  readonly relation: string | null
  readonly commit: string
  readonly run_id: string
  /** UTC with milliseconds, ISO 8601: sorts as text. Never goes back within a run. */
  readonly time: string
  /** Counts a run's events from 0. */
  readonly sequence: number
  /** In our words, without any data. Of a success: why nothing was built for it. */
  readonly message: string | null
  /** What the node gives, with `pending` and with a success for which nothing was built. It is read apart from the events. */
  readonly outputs?: string
}

/** What the ledger says about one node. */
export interface NodeState {
  readonly last: LedgerEvent
  /** Its last success, when nothing has touched it since; null when what stands there is not certain. */
  readonly deployed: LedgerEvent | null
  /** Its last success, whatever came after. */
  readonly lastSuccess: LedgerEvent | null
  /** The last time that it was built and not only recorded anew. */
  readonly lastBuilt: LedgerEvent | null
  /** The last success is of a run during which another run built it too: which of them stands there is not known. */
  readonly contested: boolean
  /** One event for each version of the node that may stand there, or that a run meant to build since its last success. */
  readonly possible: readonly LedgerEvent[]
  /** The fingerprints of these versions, and of those that were recorded since as giving the same. */
  readonly fingerprints: readonly string[]
  /** Every place that it was ever built in, or begun to be, sorted. */
  readonly relations: readonly string[]
}
export type LedgerState = ReadonlyMap<string, NodeState>

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

/** Per node its last event and what is deployed. The events may come in any order. */
export function currentState(events: Iterable<LedgerEvent>): LedgerState {
  const state = new Map<string, NodeState>()
  const touches = new Map<string, Touches>()
  for (const event of sortEvents(events)) {
    const { unique_id } = event
    const before = state.get(unique_id)
    if (isRestated(event)) {
      state.set(unique_id, restatedState(event, before))
      continue
    }
    const untouched = event.status === 'pending' || event.status === 'skipped'
    const contested = event.status === 'success' && isContested(event, touches.get(unique_id))
    if (!untouched) touches.set(unique_id, touchedBy(event, touches.get(unique_id)))
    const certain = event.status === 'success' && !contested
    state.set(unique_id, {
      last: event,
      deployed: event.status === 'success' ? (contested ? null : event) : untouched ? (before?.deployed ?? null) : null,
      lastSuccess: event.status === 'success' ? event : (before?.lastSuccess ?? null),
      lastBuilt: event.status === 'success' ? event : (before?.lastBuilt ?? null),
      contested,
      possible: certain ? [event] : withEvent(before?.possible ?? [], event),
      fingerprints: certain ? [event.fingerprint] : withText(before?.fingerprints ?? [], event.fingerprint),
      relations: untouched ? (before?.relations ?? []) : withRelation(before?.relations ?? [], event.relation),
    })
  }
  return new Map([...state].sort(([a], [b]) => compare(a, b)))
}

/** Whether a success was recorded because what stands there is as good as built. */
function isRestated({ status, message }: LedgerEvent): boolean {
  return status === 'success' && message !== null
}

/** Nothing is touched, so that what was not certain stays so; what stands is equal to what is recorded now. */
function restatedState(event: LedgerEvent, before: NodeState | undefined): NodeState {
  const certain = before === undefined || before.deployed !== null
  const possible = before?.possible ?? []
  return {
    last: event,
    deployed: certain ? event : null,
    lastSuccess: event,
    lastBuilt: before?.lastBuilt ?? null,
    contested: !certain,
    possible: certain && possible.length < 2 ? [event] : withEvent(possible, event),
    fingerprints: withText(before?.fingerprints ?? [], event.fingerprint),
    relations: withRelation(before?.relations ?? [], event.relation),
  }
}

function withEvent(events: readonly LedgerEvent[], event: LedgerEvent): readonly LedgerEvent[] {
  return events.some((each) => each.run_id === event.run_id && each.fingerprint === event.fingerprint)
    ? events
    : [...events, event]
}

function withText(texts: readonly string[], text: string): readonly string[] {
  return texts.includes(text) ? texts : [...texts, text]
}

/** Run -> whether another run has touched the node since that run began to build it. */
type Touches = ReadonlyMap<string, boolean>

function touchedBy({ run_id, status }: LedgerEvent, before: Touches = new Map()): Touches {
  const touches = new Map([...before.keys()].map((run) => [run, run !== run_id || (before.get(run) ?? false)]))
  if (status === 'started') touches.set(run_id, false)
  else touches.delete(run_id)
  return touches
}

/** A run that was killed never ends what it began, so that only a touch since this run's own beginning counts. */
function isContested({ run_id }: LedgerEvent, touches: Touches | undefined): boolean {
  return touches?.get(run_id) ?? false
}

function withRelation(relations: readonly string[], relation: string | null): readonly string[] {
  return relation === null || relations.includes(relation) ? relations : [...relations, relation].sort()
}

/** Whether a node was built by a run that came after what is recorded of a child, which knows nothing of that run. */
export function isBuiltSince(parent: NodeState | undefined, child: LedgerEvent): boolean {
  const built = parent?.lastBuilt ?? null
  return built !== null && built.run_id !== child.run_id && sortEvents([built, child])[0] === child
}

/** By time, run and sequence; every run keeps its times from going back, so a run's own events stay in their order. */
export function sortEvents(events: Iterable<LedgerEvent>): LedgerEvent[] {
  return [...events].sort((a, b) => compare(a.time, b.time) || compare(a.run_id, b.run_id) || a.sequence - b.sequence)
}

/**
 * The clock of one run: UTC text that never goes back and is later than `recordedUntil`, the newest event that the run
 * has read, so that its events come after those even where two machines' clocks disagree.
 */
export function runClock(now: () => Date, recordedUntil: string | null): () => string {
  const read = recordedUntil === null ? Number.NaN : Date.parse(recordedUntil)
  let last = Number.isNaN(read) ? Number.NEGATIVE_INFINITY : read + 1
  return () => {
    last = Math.max(last, now().getTime())
    return new Date(last).toISOString()
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
