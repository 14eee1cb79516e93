import type { NodeResult } from './build.ts'
import { readWarehouseError } from './warehouse-error.ts'

/** How dbt begins a line: its keys are sorted. */
const OWN = /^\{"(?:data|info)"/

/** One line of dbt's structured log: https://docs.getdbt.com/reference/events-logging */
export interface DbtEvent {
  readonly name: string
  readonly level: string
  /** May hold rows of data. */
  readonly message: string
  readonly pid: number | null
  readonly data: Readonly<Record<string, unknown>>
}

/** A line of dbt's log; null for a line that is none, such as what a library prints. Throws when the line is cut or damaged. */
export function readDbtLine(line: string): DbtEvent | null {
  if (!OWN.test(line)) return null
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    // What JSON.parse says quotes the line, and with it perhaps a row.
    throw new Error('dbt printed a line of its log that cannot be read')
  }
  if (!isRecord(parsed) || !isRecord(parsed.info)) return null
  const { name, level, msg, pid } = parsed.info
  if (typeof name !== 'string' || typeof level !== 'string') return null
  return {
    name,
    level,
    message: typeof msg === 'string' ? msg : '',
    pid: typeof pid === 'number' ? pid : null,
    data: isRecord(parsed.data) ? parsed.data : {},
  }
}

/**
 * Reads results from the events of one build, in order. `NodeStart` and `NodeFinished` are the same for every type of node;
 * the info level has another event for each and none for a start of all, so that the log is read at the debug level. A
 * microbatch model sends both for each of its batches too, between its own two.
 */
export function resultReader(): (event: DbtEvent) => NodeResult | null {
  const open = new Map<string, number>()
  return (event) => {
    if (event.name === 'NodeStart') {
      const unique_id = nodeOf(event)
      if (unique_id === null) return null
      const depth = open.get(unique_id) ?? 0
      open.set(unique_id, depth + 1)
      return depth === 0 ? { unique_id, status: 'started', message: null, execution_time: 0 } : null
    }
    if (event.name === 'NodeFinished') {
      const unique_id = nodeOf(event)
      if (unique_id === null) return null
      const depth = (open.get(unique_id) ?? 1) - 1
      open.set(unique_id, depth)
      return depth === 0 ? finished(unique_id, event.data.run_result) : null
    }
    if (event.name === 'GenericExceptionOnRun' && typeof event.data.unique_id === 'string') {
      const message = shownError(event.message)
      return { unique_id: event.data.unique_id, status: 'error', message, execution_time: 0 }
    }
    return null
  }
}

/** The name of a hook of on-run-start or on-run-end that this event says has failed, or null. dbt tells of hooks in no other way. */
export function failedHook(event: DbtEvent): string | null {
  if (event.name !== 'LogHookEndLine' || event.data.status !== 'error') return null
  return nodeOf(event)?.split('.').slice(2).join('.') ?? 'without a name'
}

function nodeOf({ data }: DbtEvent): string | null {
  const id = isRecord(data.node_info) ? data.node_info.unique_id : undefined
  return typeof id === 'string' ? id : null
}

function finished(unique_id: string, result: unknown): NodeResult {
  const { status: word, message, execution_time } = isRecord(result) ? result : {}
  const status = statusOf(word)
  return {
    unique_id,
    status,
    message: shownMessage(status, typeof message === 'string' ? message : null),
    execution_time: typeof execution_time === 'number' ? execution_time : 0,
  }
}

/** dbt's words: https://docs.getdbt.com/reference/artifacts/run-results-json */
function statusOf(word: unknown): Exclude<NodeResult['status'], 'started'> {
  if (word === 'success' || word === 'pass' || word === 'no-op') return 'success'
  return word === 'warn' || word === 'fail' || word === 'skipped' ? word : 'error'
}

/** What a result's message may say to anyone: the counts of a test in dbt's own words, an error without what it quotes. */
export function shownMessage(status: string, message: string | null): string | null {
  if (message === null || message === '') return null
  const count = /^Got \d+ results?, configured to (?:fail|warn) if [!<>=]{1,2} ?\d+$/.test(message)
  if (count || /^Skipping due to fail_fast$/.test(message)) return message
  const ended = ['success', 'pass', 'no-op', 'skipped', 'warn'].includes(status)
  return ended ? null : shownError(message)
}

/** An error's text as it may be shown to anyone, in one line with what to do. */
export function shownError(text: string): string {
  const { message, advice } = readWarehouseError(text)
  return `${message}; ${advice}`
}

export type DbtCommand = 'deps' | 'parse' | 'ls' | 'build'

/** Events of a build whose words are dbt's, counts and names of nodes. */
const spoken = new Set([
  'FoundStats',
  'ConcurrencyLine',
  'LogStartLine',
  'LogModelResult',
  'LogTestResult',
  'LogSeedResult',
  'LogSnapshotResult',
  'LogNodeNoOpResult',
  'LogStartBatch',
  'LogBatchResult',
  'LogHookStartLine',
  'LogHookEndLine',
  'LogSkipBecauseError',
  'SkippingDetails',
  'LogCancelLine',
  'FinishedRunningStats',
  'EndOfRunSummary',
  'StatsLine',
])

/** Nothing that whoever deploys could do anything about: every deploy parses the whole project. */
const noise = new Set(['UnableToPartialParse', 'ParsePerfInfoPath'])

/** Events of the project's own making: its macros' `print`, `log` and `warn`. */
const printed = new Set(['PrintEvent', 'JinjaLogInfo', 'JinjaLogDebug', 'JinjaLogWarning'])

export function isPrinted({ name, level }: DbtEvent): boolean {
  return printed.has(name) && level !== 'debug'
}

/**
 * What is shown of an event, or null. Before dbt builds, nothing that it says itself can hold a row of data; `ls` and
 * `build` begin with what `parse` said.
 */
export function spokenLine(event: DbtEvent, command: DbtCommand): string | null {
  const levels = command === 'ls' ? ['warn', 'error'] : ['info', 'warn', 'error']
  const shown = command !== 'build' || spoken.has(event.name)
  if (!shown || noise.has(event.name) || printed.has(event.name) || !levels.includes(event.level)) return null
  return event.message.trim() || null
}

/** The unique_id in what `dbt ls --output json --output-keys unique_id` prints, or null. */
export function listedNode({ name, message }: DbtEvent): string | null {
  const found =
    name === 'PrintEvent'
      ? /^\{"unique_id": ("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))+")\}$/u.exec(message)
      : null
  return found?.[1] === undefined ? null : String(JSON.parse(found[1]))
}

/** Replaces each secret by `***`. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter((secret) => secret.trim() !== '').sort((one, other) => other.length - one.length)
  return (text) => known.reduce((left, secret) => left.replaceAll(secret, '***'), text)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
