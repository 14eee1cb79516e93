import { isKnownCondition, KINDS, type KindName, kindOf } from './warehouse-conditions.ts'

/** What is left of an error's text when it is safe to be shown to anyone. */
export interface WarehouseErrorText {
  /** Databricks' error condition, such as `TABLE_OR_VIEW_NOT_FOUND`; null when none was named. */
  readonly condition: string | null
  readonly sqlState: string | null
  /** What happened, in one line. */
  readonly message: string
  /** What to do, in one line. */
  readonly advice: string
  /** The same may do better later. */
  readonly transient: boolean
}

const MAX_WORDS = 400
/** Of these a part of the warehouse's words is names alone. */
const NAMING: ReadonlySet<KindName> = new Set([
  'relation',
  'column',
  'schema',
  'catalog',
  'routine',
  'exists',
  'permission',
  'ambiguous',
  'constraint',
])

const name = '`(?:[^`\\n]|``){1,255}`(?:\\.`(?:[^`\\n]|``){1,255}`){0,3}'
const names = `\\[?${name}(?:, ${name}){0,9}\\]?`

/**
 * The words that an error may keep: those with names of relations and columns at their known places, and nothing else. An
 * error of any other shape may quote a row of data.
 */
const KEPT: readonly RegExp[] = [
  `The (?:table or )?view ${name} cannot be found`,
  `Delta table ${name} doesn't exist`,
  `A column, variable, or function parameter with name ${name} cannot be resolved(?:\\. Did you mean one of the following\\? ${names})?`,
  `A field with name ${name} cannot be resolved with the struct-type column ${name}`,
  `Reference ${name} is ambiguous, could be: ${names}`,
  `The schema ${name} cannot be found`,
  `The catalog ${name} (?:was )?not found`,
  "Catalog '[\\w-]+' was not found",
  `Cannot resolve routine ${name}`,
  `The routine ${name} cannot be found`,
  `Cannot create (?:table or )?(?:view|schema) ${name} because it already exists`,
  `The column ${name} already exists`,
  "User does not have (?:permission )?[A-Z][A-Z_ ,]* on [A-Z][A-Za-z]*(?: [A-Z][a-z]+)? '[\\w.$-]+'",
  `User does not have (?:permission )?[A-Z][A-Z_ ,]* on [A-Za-z]+(?: [A-Z][a-z]+)? ${name}`,
  'NOT NULL constraint violated for column: [A-Za-z_]\\w*(?:\\.\\w+){0,9}',
  'CHECK constraint [A-Za-z_]\\w*',
].map((words) => new RegExp(`^(?:[\\w.$]+(?:Exception|Error): )?(?:Insufficient privileges:\\s+)?(?<kept>${words})`))

/** What names no condition in brackets, before any quoted text; the first that matches. */
const SIGNS: readonly (readonly [RegExp, KindName, string?])[] = [
  [/\bPERMISSION_DENIED\b|UnauthorizedAccessException/, 'permission', 'PERMISSION_DENIED'],
  [/\bConcurrentAppendException\b/, 'concurrent', 'DELTA_CONCURRENT_APPEND'],
  [/\bConcurrentDeleteReadException\b/, 'concurrent', 'DELTA_CONCURRENT_DELETE_READ'],
  [/\bConcurrentDeleteDeleteException\b/, 'concurrent', 'DELTA_CONCURRENT_DELETE_DELETE'],
  [/\bConcurrentWriteException\b/, 'concurrent', 'DELTA_CONCURRENT_WRITE'],
  [/\bMetadataChangedException\b/, 'concurrent', 'DELTA_METADATA_CHANGED'],
  [/\bProtocolChangedException\b/, 'concurrent', 'DELTA_PROTOCOL_CHANGED'],
  [/\bTEMPORARILY_UNAVAILABLE\b/, 'starting', 'TEMPORARILY_UNAVAILABLE'],
  [/\bRESOURCE_EXHAUSTED\b/, 'limit', 'RESOURCE_EXHAUSTED'],
  [/\bthis model has an enforced contract that failed\b/i, 'contract'],
  [/^(?:Failure in test [^\n]*\n\s*)?Got \d+ results?, configured to (?:fail|warn) if /, 'test'],
  [/\bInvalid access token\b|\bcredential was not sent\b|\binvalid_client\b/i, 'token'],
  [/\b(?:HTTP|status|code|server)[^\n\d]{0,20}\b40[13]\b/i, 'token'],
  [/\b(?:HTTP|status|code|server)[^\n\d]{0,20}\b404\b/i, 'path'],
  [/\b(?:HTTP|status|code|server)[^\n\d]{0,20}\b429\b/i, 'limit'],
  [/\b(?:HTTP|status|code|server)[^\n\d]{0,20}\b503\b/i, 'starting'],
  [/\b(?:HTTP|status|code|server)[^\n\d]{0,20}\b50\d\b/i, 'unreachable'],
  [
    /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|EPIPE)\b|socket hang up|Max retries exceeded/,
    'unreachable',
  ],
  [/\binvalid session ?handle\b|\bsession (?:was closed|has expired|is closed)\b/i, 'session'],
  [/\bwas cancell?ed\b/i, 'cancelled'],
  [/\btimed out\b|\btimeout\b/i, 'timeout'],
  [/^Compilation Error\b/, 'compilation'],
]

/**
 * Reads the text of an error of the warehouse, or of dbt's about one, into what may be shown in a public comment: where the
 * text may quote data, it is told in other words, and its condition.
 */
export function readWarehouseError(text: string): WarehouseErrorText {
  const sqlState = /\bSQLSTATE[:=] ?\(?([0-9A-Z]{5})\b/.exec(text)?.[1] ?? null
  const bracketed = bracketedCondition(text, sqlState)
  const unquoted = text.split(/['"`]/, 1)[0] ?? ''
  const sign = bracketed === null ? SIGNS.find(([pattern]) => pattern.test(unquoted)) : undefined
  const condition = bracketed?.condition ?? sign?.[2] ?? null
  const kind = sign?.[1] ?? kindOf(condition, sqlState)
  const { words, advice, ...rest } = KINDS[kind]
  const mayKeep = NAMING.has(kind) && (condition === null || isKnownCondition(condition))
  const own = mayKeep ? kept(bracketed?.rest ?? afterSign(text, sign?.[0])) : ownWords(kind, text)
  const said = own ?? words
  const message = condition === null ? said : `${said} (${condition})`
  return { condition, sqlState, message, advice, transient: 'transient' in rest }
}

const CONDITION = '\\[(?<condition>[A-Z][A-Z0-9]*(?:[_.][A-Z0-9]+)*)\\]\\s*'
const BEFORE_QUOTES = new RegExp(`^[^'"\`]*?${CONDITION}`)
/** What dbt, the drivers and Java put before a message. */
const AT_START = new RegExp(
  `^\\s*(?:\\w+ Error(?: in \\w+ [\\w.]+ \\([\\w./-]+\\))?\\s+)*(?:(?:Operation failed with error: \\[|Error running query: |[\\w.$]+(?:Exception|Error): ))*${CONDITION}`,
)

/**
 * A condition in brackets. One that is known is looked for before any quoted text; one that is not may be data, unless the
 * message begins with it and ends with a SQLSTATE.
 */
function bracketedCondition(text: string, sqlState: string | null): { condition: string; rest: string } | null {
  const known = BEFORE_QUOTES.exec(text)
  const isKnown = isKnownCondition(known?.groups?.condition ?? '')
  const found = isKnown ? known : sqlState === null ? null : AT_START.exec(text)
  const condition = found?.groups?.condition
  if (!found || condition === undefined || (!isKnown && !condition.includes('_'))) return null
  return { condition, rest: text.slice(found[0].length) }
}

/** `PERMISSION_DENIED: User does not have …` */
function afterSign(text: string, sign: RegExp | undefined): string {
  const found = sign === undefined ? null : sign.exec(text)
  return found === null ? '' : text.slice(found.index + found[0].length).replace(/^:?\s*(?:PERMISSION_DENIED: )?/, '')
}

function kept(rest: string): string | undefined {
  for (const shape of KEPT) {
    const words = shape.exec(rest)?.groups?.kept
    if (words?.startsWith('CHECK ')) return `rows violate the ${words}`
    if (words !== undefined) return words.length <= MAX_WORDS ? words : `${words.slice(0, MAX_WORDS)}…`
  }
  return undefined
}

/** Of some kinds a part of the text is numbers, names and types alone. */
function ownWords(kind: KindName, text: string): string | undefined {
  if (kind === 'syntax') {
    const at = /\(line (?<line>\d+), pos(?:ition)? (?<column>\d+)\)/.exec(text)?.groups
    return at && `${KINDS.syntax.words} in line ${at.line}, position ${at.column}`
  }
  if (kind === 'test') return /Got \d+ results?, configured to (?:fail|warn) if [!<>=]{1,2} ?\d+/.exec(text)?.[0]
  if (kind === 'contract') {
    const type = '[\\w(),<>:. ]{0,80}?'
    const row = new RegExp(
      `^[ \\t]*\\|\\s*(?<column>\\w+)\\s*\\|\\s*(?<is>${type})\\s*\\|\\s*(?<should>${type})\\s*\\|`,
      'gm',
    )
    const rows = [...text.matchAll(row)].filter(({ groups }) => groups?.column !== 'column_name').slice(0, 10)
    const differences = rows.map(({ groups }) => {
      const { column, is, should } = groups ?? {}
      return `${column} ${is ? `is ${is}` : 'is missing'}${should ? `, the contract says ${should}` : ', which the contract does not have'}`
    })
    return differences.length === 0 ? undefined : `${KINDS.contract.words}: ${differences.join('; ')}`
  }
  return undefined
}
