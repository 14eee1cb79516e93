/** What is said and advised for a kind of error. */
export interface ErrorKind {
  /** What happened, when the warehouse's own words cannot be repeated. */
  readonly words: string
  /** What to do. */
  readonly advice: string
  /** The same statement may do better later. */
  readonly transient?: true
}

const HISTORY = "the workspace's query history has its words"
const NEXT_RUN = 'the next run tries again'

export const KINDS = {
  unknown: { words: 'the warehouse refused the statement', advice: HISTORY },
  relation: {
    words: 'a table or view does not exist',
    advice: 'check its name, that what fills it has run, and that the service principal may see it',
  },
  column: { words: 'a column does not exist', advice: 'check its name in the SQL and in the relations that it reads' },
  schema: { words: 'a schema does not exist', advice: 'create it, or check its name and who may see it' },
  catalog: { words: 'the catalog does not exist', advice: 'check `catalog` in profiles.yml and who may see it' },
  routine: { words: 'a function does not exist', advice: 'check its name and who may execute it' },
  exists: { words: 'a table, view or schema of that name is there already', advice: 'remove or rename it' },
  permission: { words: 'a permission is missing', advice: 'grant it to the service principal or user of the deploy' },
  concurrent: {
    words: 'something else wrote to the same Delta table at the same time',
    advice: `${NEXT_RUN}; keep other jobs from writing to it meanwhile`,
    transient: true,
  },
  constraint: {
    words: 'rows violate a constraint of the table',
    advice: `correct the rows or the constraint; ${HISTORY}`,
  },
  value: {
    words: 'a value in the data cannot be used',
    advice: `correct the data, or use try_cast and the like; ${HISTORY}`,
  },
  rows: { words: 'more rows match than one', advice: 'make the key that is joined on or merged by unique' },
  syntax: { words: 'the SQL has a syntax error', advice: `correct the compiled SQL; ${HISTORY}` },
  types: { words: 'the types or the number of columns do not fit', advice: `correct the SQL or the table; ${HISTORY}` },
  grouping: { words: 'a column is neither grouped by nor aggregated', advice: `correct the SQL; ${HISTORY}` },
  ambiguous: { words: 'a column name is ambiguous', advice: 'say which relation it is of' },
  unsupported: { words: 'the warehouse cannot do this', advice: HISTORY },
  contract: { words: "the model's columns are not those of its contract", advice: 'correct the SQL or the contract' },
  test: { words: 'the test found rows', advice: 'its compiled SQL selects them' },
  raised: { words: 'the SQL itself raised an error', advice: HISTORY },
  cancelled: { words: 'the statement was cancelled', advice: NEXT_RUN },
  timeout: { words: 'the statement took too long', advice: "raise the warehouse's STATEMENT_TIMEOUT or its size" },
  limit: { words: 'the warehouse is at its limit', advice: `${NEXT_RUN}; a larger warehouse helps`, transient: true },
  starting: { words: 'the SQL warehouse is not ready yet', advice: NEXT_RUN, transient: true },
  unreachable: {
    words: 'the workspace cannot be reached',
    advice: `${NEXT_RUN}; check its host and the network`,
    transient: true,
  },
  session: { words: 'the session with the warehouse was lost', advice: NEXT_RUN, transient: true },
  token: {
    words: 'the workspace refuses the credentials',
    advice: "renew the token or secret in the region's environment",
  },
  path: { words: 'the workspace has no such SQL warehouse', advice: 'check `http_path` in profiles.yml' },
  internal: { words: 'the warehouse failed', advice: `${NEXT_RUN}; ${HISTORY}`, transient: true },
  compilation: {
    words: 'dbt could not compile it',
    advice: '`dbt compile` of it, run by someone who may see its data, has its words',
  },
} as const satisfies Readonly<Record<string, ErrorKind>>

export type KindName = keyof typeof KINDS

/** By condition, or how it begins: https://docs.databricks.com/error-messages/error-classes.html. The first that matches. */
const CONDITIONS: readonly (readonly [RegExp, KindName])[] = [
  [/^(TABLE_OR_VIEW|TABLE|VIEW|DELTA_TABLE|DELTA_PATH)_(NOT_FOUND|DOES_NOT_EXIST)$/, 'relation'],
  [
    /^(UNRESOLVED_(COLUMN|FIELD|MAP_KEY|USING_COLUMN_FOR_JOIN)|FIELD_NOT_FOUND|COLUMN_NOT_FOUND|DELTA_(MISSING_COLUMN|COLUMN_NOT_FOUND|MERGE_UNRESOLVED_EXPRESSION))$/,
    'column',
  ],
  [/^(SCHEMA|NAMESPACE|DATABASE)_(NOT_FOUND|DOES_NOT_EXIST)$/, 'schema'],
  [/^(CATALOG_(NOT_FOUND|DOES_NOT_EXIST)|NO_SUCH_CATALOG(_EXCEPTION)?)$/, 'catalog'],
  [/^(UNRESOLVED_ROUTINE|ROUTINE_NOT_FOUND)$/, 'routine'],
  [/_ALREADY_EXISTS?$/, 'exists'],
  [/^(INSUFFICIENT_(PERMISSIONS|PRIVILEGES)|PERMISSION_DENIED|UNAUTHORIZED_ACCESS)$/, 'permission'],
  [/^(DELTA_)?CONCURRENT_|^DELTA_(METADATA|PROTOCOL)_CHANGED$/, 'concurrent'],
  [/CONSTRAINT_VIOLAT|VIOLATE_CONSTRAINT|_(CHECK_CONSTRAINT|NOT_NULL)_VIOLATION$|^DUPLICATE_KEY/, 'constraint'],
  [/^DELTA_MULTIPLE_SOURCE_ROW|^SCALAR_SUBQUERY_TOO_MANY_ROWS$/, 'rows'],
  [
    /^(CAST_(INVALID_INPUT|OVERFLOW)|DIVIDE_BY_ZERO|ARITHMETIC_OVERFLOW|CANNOT_PARSE_|DATETIME_|NUMERIC_VALUE_|INVALID_ARRAY_INDEX|MAP_KEY_DOES_NOT_EXIST|DUPLICATED_MAP_KEY|EXCEED_LIMIT_LENGTH|DELTA_EXCEED_CHAR_VARCHAR_LIMIT)/,
    'value',
  ],
  [/^PARSE_/, 'syntax'],
  [
    /^(DATATYPE_MISMATCH|NUM_COLUMNS_MISMATCH|INCOMPATIBLE_|CANNOT_UP_CAST|WRONG_NUM_ARGS|DELTA_(FAILED_TO_MERGE_FIELDS|METADATA_MISMATCH|SCHEMA_))|_ARITY_MISMATCH$/,
    'types',
  ],
  [/^(MISSING_AGGREGATION|MISSING_GROUP_BY|GROUP_BY_AGGREGATE)$/, 'grouping'],
  [/^AMBIGUOUS_/, 'ambiguous'],
  [/^(UNSUPPORTED_|NOT_SUPPORTED_|DELTA_UNSUPPORTED_|EXPECT_|FORBIDDEN_OPERATION)/, 'unsupported'],
  [/^USER_RAISED_EXCEPTION$/, 'raised'],
  [/^(OPERATION_)?CANCEL+ED$/, 'cancelled'],
  [/TIMEOUT|^DEADLINE_EXCEEDED$|^TIMED_OUT$/, 'timeout'],
  [/^(RESOURCE_EXHAUSTED|REQUEST_LIMIT_EXCEEDED|QUOTA_EXCEEDED|TOO_MANY_REQUESTS)|_LIMIT_EXCEEDED$/, 'limit'],
  [/^(TEMPORARILY_UNAVAILABLE|SERVICE_UNAVAILABLE|CLUSTER_NOT_READY)$/, 'starting'],
  [/^INVALID_(SESSION|OPERATION)_?HANDLE|^SESSION_(NOT_FOUND|CLOSED|EXPIRED)/, 'session'],
  [/^INTERNAL_ERROR/, 'internal'],
]

/** By SQLSTATE, for the conditions that are not known: https://docs.databricks.com/error-messages/sqlstates.html */
const STATES: readonly (readonly [RegExp, KindName])[] = [
  [/^42501$/, 'permission'],
  [/^42P01$/, 'relation'],
  [/^42703$/, 'column'],
  [/^42601$/, 'syntax'],
  [/^2D521$/, 'concurrent'],
  [/^22/, 'value'],
  [/^23/, 'constraint'],
  [/^0A/, 'unsupported'],
  [/^08/, 'unreachable'],
  [/^(HY008|57014)$/, 'cancelled'],
  [/^5[34]/, 'limit'],
  [/^XX/, 'internal'],
]

/** The kind of an error by the condition and SQLSTATE that it names. */
export function kindOf(condition: string | null, sqlState: string | null): KindName {
  const [base = ''] = (condition ?? '').split('.')
  return matching(CONDITIONS, base) ?? matching(STATES, sqlState ?? '') ?? 'unknown'
}

export function isKnownCondition(condition: string): boolean {
  return matching(CONDITIONS, condition.split('.')[0] ?? '') !== undefined
}

function matching(table: readonly (readonly [RegExp, KindName])[], text: string): KindName | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
