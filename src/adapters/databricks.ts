import type { Connection } from '../dbt/connection.ts'
import { quotedRelation } from '../run/relation.ts'
import { type Cell, type Row, type Warehouse, WarehouseError } from '../run/warehouse.ts'
import { kindOf } from '../run/warehouse-conditions.ts'
import { rowsOf } from './databricks/cells.ts'
import { errorOf, type Failure, failureOf } from './databricks/failure.ts'
import { newClient, openSession, type Session } from './databricks/session.ts'

export interface DatabricksOptions {
  /** Told of a wait, in a line without any secret. */
  readonly say: (line: string) => void
  /** Cancels what is running, and refuses what comes. */
  readonly signal: AbortSignal
}

type Operation = Awaited<ReturnType<Session['executeStatement']>>

/** How often one statement is repeated after its session or connection was lost. */
const REPEATS = 2
/** An idle connection may be cut after this, which a statement that writes would find out by being lost. */
const IDLE_MS = 20_000
/** How long cancelling and closing may keep the end of a process waiting. */
const FAREWELL_MS = 5_000

/**
 * A Databricks SQL warehouse behind the port; any number of statements may run at once. Dates, timestamps and decimals come as
 * text. Throws a ConfigurationError for credentials, host or path that are wrong, a WarehouseError for all else; neither
 * quotes a row of data or a secret.
 */
export async function openDatabricks(connection: Connection, options: DatabricksOptions): Promise<Warehouse> {
  const { signal } = options
  const client = await newClient(connection)
  const cancelled = () => errorOf({ kind: 'cancelled' }, connection)
  const failed = new WeakSet<Promise<Session>>()
  const open = (): Promise<Session> => {
    const opening = untilAborted(openSession(client, connection, options), signal, cancelled)
    opening.catch(() => failed.add(opening))
    return opening
  }
  let current = open()
  await current
  let lastUsed = Date.now()
  const cancelling = new Set<Promise<unknown>>()

  /** The same new session for all whose old one was lost. */
  const reopen = (lost: Promise<Session>): Promise<Session> => {
    // The old one is not closed: another statement may still be on its way there.
    if (current === lost) current = open()
    return current
  }

  const query = async (sql: string, parameters: Readonly<Record<string, Cell>> = {}): Promise<readonly Row[]> => {
    const idle = Date.now() - lastUsed
    lastUsed = Date.now()
    if (idle > IDLE_MS && !onlyReads(sql)) await query('select 1')
    // An outage that one statement met may be over for the next.
    let session = failed.has(current) ? reopen(current) : current
    for (let repeats = 0; ; repeats++) {
      if (signal.aborted) throw cancelled()
      const statement = new Statement()
      const work = statement.run(await session, sql, parameters)
      try {
        return await untilAborted(work, signal, () => {
          cancelling.add(quietly(statement.cancel()))
          return cancelled()
        })
      } catch (error) {
        if (error instanceof WarehouseError) throw error
        const failure = failureOf(error)
        if (repeats === REPEATS || !mayRepeat(failure, statement.wasAccepted, sql)) throw errorOf(failure, connection)
        session = reopen(session)
      }
    }
  }

  return {
    query,
    async columns(relation) {
      try {
        return columnsOf(await query(`describe table ${quotedRelation(relation)}`))
      } catch (error) {
        const kind = error instanceof WarehouseError ? kindOf(error.condition, null) : 'unknown'
        if (kind === 'relation' || kind === 'schema' || kind === 'catalog') return null
        throw error
      }
    },
    async close() {
      const closing = Promise.all(cancelling).then(() => client.close())
      await Promise.race([quietly(closing), after(FAREWELL_MS)])
    },
  }
}

/** One run of a statement, which can be cancelled from the moment it was asked for. */
class Statement {
  #operation: Promise<Operation> | undefined
  /** The warehouse has begun it. */
  wasAccepted = false

  async run(session: Session, sql: string, parameters: Readonly<Record<string, Cell>>): Promise<readonly Row[]> {
    this.#operation = session.executeStatement(sql, { namedParameters: { ...parameters } })
    const operation = await this.#operation
    this.wasAccepted = true
    try {
      await operation.finished()
      const rows = await operation.fetchAll()
      return rowsOf(rows, rows.length === 0 ? null : await operation.getSchema())
    } finally {
      quietly(operation.close())
    }
  }

  async cancel(): Promise<void> {
    await (await this.#operation)?.cancel()
  }
}

/** Whether nothing is done twice: the statement only reads, or it cannot have been run. */
function mayRepeat(failure: Failure, wasAccepted: boolean, sql: string): boolean {
  if (failure.kind !== 'starting' && failure.kind !== 'lost' && failure.kind !== 'network') return false
  const wasSent = wasAccepted || (failure.kind === 'network' && failure.sent)
  return onlyReads(sql) || !wasSent
}

function onlyReads(sql: string): boolean {
  return /^[\s(]*(select|describe|show)\b/i.test(sql)
}

/** The rows before the sections on partitions, clustering and the like. */
function columnsOf(rows: readonly Row[]): { name: string; data_type: string }[] {
  const end = rows.findIndex(({ col_name }) => col_name === '' || /^# [A-Z][a-z]+ |^# col_name$/.test(String(col_name)))
  return rows
    .slice(0, end === -1 ? rows.length : end)
    .map(({ col_name, data_type }) => ({ name: String(col_name), data_type: String(data_type) }))
}

/** The work's result, or the error that `aborted` makes as soon as the signal says so. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, aborted: () => Error): Promise<T> {
  let stop = () => {}
  const abortion = new Promise<never>((_, reject) => {
    stop = () => reject(aborted())
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, abortion])
  } catch (error) {
    quietly(work)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function quietly(work: Promise<unknown>): Promise<unknown> {
  return work.catch(() => undefined)
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
