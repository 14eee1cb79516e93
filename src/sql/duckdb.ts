import { parseSql, type Tree, tokensOf, translateSql, writeSql } from './sdk.ts'

export interface DuckdbStatement {
  readonly sql: string
  /** The statement's `:name` parameters in the order of `$1`, `$2`, … */
  readonly parameters: readonly string[]
}

/**
 * What DuckDB needs before it runs the statements of `databricksToDuckdb`: Databricks' functions that the SQL library
 * translates to something else than they mean, or not at all.
 */
export const duckdbSetup: readonly string[] = [
  // DuckDB's information schema is of all catalogs, and so wide that it takes a hundred times as long.
  `create view databricks_tables as
     select database_name as table_catalog, schema_name as table_schema, table_name, 'MANAGED' as table_type from duckdb_tables()
     union all select database_name, schema_name, view_name, 'VIEW' from duckdb_views()`,
  `set default_null_order = 'nulls_first_on_asc_last_on_desc'`,
  'create macro databricks_add_months(d, n) as cast(cast(d as date) + to_months(cast(n as integer)) as date)',
  'create macro databricks_collect_set(x) as coalesce(list(distinct x) filter (where x is not null), [])',
  'create macro databricks_concat(a, b) as a || b',
  'create macro databricks_date_add(d, n) as cast(d as date) + cast(n as integer)',
  'create macro databricks_date_sub(d, n) as cast(d as date) - cast(n as integer)',
  'create macro databricks_date_trunc(unit, d) as cast(date_trunc(unit, d) as timestamp)',
  'create macro databricks_dayofweek(d) as dayofweek(d) + 1',
  `create macro databricks_sha2(x, bits) as case when bits in (0, 256) then sha256(x) else error('sha2 of ' || bits || ' bits is not on the embedded engine, only of 256') end`,
]

/** Functions under another name: the macros above, and DuckDB's own that mean what Databricks' does. */
const renamed: ReadonlyMap<string, string> = new Map([
  ...['collect_set', 'date_add', 'date_sub', 'date_trunc', 'sha2'].map((it) => [it, `databricks_${it}`] as const),
  // DuckDB's arg_max passes over rows whose value is null.
  ['max_by', 'arg_max_null'],
  ['min_by', 'arg_min_null'],
  ['percentile', 'quantile_cont'],
])

interface Parts {
  readonly [key: string]: Tree
}

/** Marks a `try_cast`, because the library makes TRY_CAST of every cast, and a cast on Databricks fails (ANSI mode). */
const tries = 'DATABRICKS_TRY'
const now = 'CAST(NOW() AS TIMESTAMP)'

/** What `adaptNode` looks for: a statement without any of it need not be taken apart. */
const adapted =
  /\b(add_months|collect_set|concat|date_add|date_sub|date_trunc|dayofweek|information_schema|max_by|min_by|percentile|sha2|struct|try_cast)\b|\|\|/i

/**
 * One statement of Databricks SQL for DuckDB, in UTC: `timestamp` becomes DuckDB's without a time zone, because the one
 * with needs an extension. Throws a `SqlError`.
 */
export function databricksToDuckdb(sql: string): DuckdbStatement {
  return finish(translateSql(adapted.test(sql) ? adaptStatement(sql) : sql, 'databricks', 'duckdb'))
}

function adaptStatement(sql: string): string {
  const [statement, ...more] = parseSql(sql, 'databricks')
  if (statement === undefined || more.length > 0) return sql
  const tree = adapt(statement)
  return tree === statement ? sql : writeSql(tree, 'databricks')
}

/** The tree with Databricks' functions under names that the library leaves alone; the same tree when it has none. */
function adapt(tree: Tree): Tree {
  if (Array.isArray(tree)) return mapped(tree)
  if (tree === null || typeof tree !== 'object') return tree
  const entries = Object.entries(tree)
  const parts = mapped(entries.map(([, part]) => part))
  const next = entries.every(([, part], index) => part === parts[index])
    ? tree
    : Object.fromEntries(entries.map(([key], index) => [key, parts[index] ?? null]))
  return isParts(next) ? adaptNode(next) : next
}

function mapped(trees: readonly Tree[]): readonly Tree[] {
  const next = trees.map(adapt)
  return next.every((it, index) => it === trees[index]) ? trees : next
}

function adaptNode(node: Parts): Tree {
  const [entry, ...more] = Object.entries(node)
  if (entry === undefined || more.length > 0 || !isParts(entry[1])) return node
  const [kind, parts] = entry
  const operands = (...names: string[]) => names.map((it) => parts[it] ?? null)
  switch (kind) {
    case 'add_months':
      return call('databricks_add_months', operands('this', 'expression'))
    case 'concat':
      return call('databricks_concat', operands('left', 'right'))
    case 'day_of_week':
      return call('databricks_dayofweek', operands('this'))
    case 'try_cast':
      return { cast: { ...parts, this: call(tries, operands('this')) } }
    case 'table':
      return informationSchema(node, parts)
    case 'function':
    case 'aggregate_function':
      return adaptCall(node, kind, parts)
    default:
      return node
  }
}

function adaptCall(node: Parts, kind: string, parts: Parts): Tree {
  const name = typeof parts.name === 'string' ? parts.name.toLowerCase() : ''
  const args = Array.isArray(parts.args) ? parts.args : []
  if (name === 'struct') return call('named_struct', args.flatMap(namedField))
  if (name === 'concat') return args.reduce((left, right) => call('databricks_concat', [left, right]))
  // With a unit in front, date_add and date_sub are dateadd.
  const unit = name.startsWith('date_') && args.length !== 2
  const other = unit ? undefined : renamed.get(name)
  return other === undefined ? node : { [kind]: { ...parts, name: other } }
}

/** DuckDB has one information schema, of all catalogs. */
function informationSchema(node: Parts, table: Parts): Tree {
  const [schema, name] = [nameOf(table.schema), nameOf(table.name)]
  if (schema?.toLowerCase() !== 'information_schema') return node
  if (name?.toLowerCase() !== 'tables') return { table: { ...table, catalog: null } }
  const alias = table.alias ?? table.name ?? null
  const other = { ...(isParts(table.name) ? table.name : {}), name: 'databricks_tables' }
  return { table: { ...table, catalog: null, schema: null, name: other, alias } }
}

function nameOf(identifier: Tree | undefined): string | null {
  return isParts(identifier) && typeof identifier.name === 'string' ? identifier.name : null
}

/** Databricks names a field of `struct` by its alias or its column, else `col1`, `col2`, …; DuckDB wants a name. */
function namedField(field: Tree, index: number): Tree[] {
  const alias = isParts(field) && isParts(field.alias) ? field.alias : null
  const column = isParts(field) && isParts(field.column) ? field.column : null
  const name = nameOf(alias?.alias ?? column?.name) ?? `col${index + 1}`
  return [{ literal: { literal_type: 'string', value: name } }, alias?.this ?? field]
}

function call(name: string, args: readonly Tree[]): Tree {
  return {
    function: {
      name,
      args,
      distinct: false,
      trailing_comments: [],
      use_bracket_syntax: false,
      no_parens: false,
      quoted: false,
    },
  }
}

function isParts(tree: Tree | undefined): tree is Parts {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree)
}

/** What the library writes for DuckDB, put right token by token. */
function finish(sql: string): DuckdbStatement {
  const characters = [...sql]
  const tokens = tokensOf(sql, 'duckdb')
  const parameters: string[] = []
  let out = ''
  let copied = 0
  const replace = (from: number, to: number, text: string) => {
    out += characters.slice(copied, from).join('') + text
    copied = to
  }
  for (const [index, token] of tokens.entries()) {
    if (token.start < copied) continue
    const text = token.type === 'STRING' || token.type === 'QUOTED_IDENTIFIER' ? '' : token.text.toUpperCase()
    const next = tokens[index + 1]
    const afterDot = tokens[index - 1]?.text === '.'
    if (text === 'TRY_CAST' && tokens[index + 2]?.text.toUpperCase() !== tries) replace(token.start, token.end, 'CAST')
    if (text === tries) replace(token.start, token.end, '')
    if (text === 'TIMESTAMPTZ') replace(token.start, token.end, 'TIMESTAMP')
    if ((text === 'CURRENT_TIMESTAMP' || text === 'CURRENT_DATE') && !afterDot) {
      const end = next?.text === '(' ? (tokens[index + 2]?.end ?? next.end) : token.end
      replace(token.start, end, text === 'CURRENT_DATE' ? `CAST(${now} AS DATE)` : now)
    }
    if (text === ':' && next?.start === token.end && /^[a-z_]\w*$/i.test(next.text)) {
      if (!parameters.includes(next.text)) parameters.push(next.text)
      replace(token.start, next.end, `$${parameters.indexOf(next.text) + 1}`)
    }
  }
  return { sql: out + characters.slice(copied).join(''), parameters }
}
