/** Strings, quoted names and comments: what a rewriting must not look into. */
const KEPT = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|--[^\n]*|\/\*[\s\S]*?\*\//.source

/** Replaces what the pattern finds outside strings and comments. The pattern's own groups must be named. */
export function replaceCode(sql: string, pattern: RegExp, replace: (found: Groups) => string): string {
  const both = new RegExp(`(?<kept>${KEPT})|(?<found>${pattern.source})`, 'gi')
  return sql.replaceAll(both, (...match) => {
    const groups: Groups = match.at(-1)
    return groups.kept ?? replace(groups)
  })
}

export type Groups = Readonly<Record<string, string | undefined>>

/** The statement without comments before it and the semicolon after it; dbt puts a comment before every one. */
export function bare(sql: string): string {
  return sql.replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '').replace(/[\s;]+$/, '')
}

export function literal(value: string | null): string {
  return value === null ? 'CAST(NULL AS STRING)' : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** What a string literal says: `'it\'s'` is it's. */
export function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

/** The parts of a name, in lower case as the catalogs keep them: `` `Us_Prod`.gold.t `` has three. */
export function nameParts(name: string): string[] {
  return [...name.matchAll(/`([^`]+)`|([^.`\s]+)/g)].map(([, quoted, plain]) => (quoted ?? plain ?? '').toLowerCase())
}

export interface Parameter {
  readonly name: string | undefined
  /** The value as an expression, such as `CAST('1' AS INT)`. */
  readonly expression: string
}

/** Writes parameters in place of `:name` and `?`: the open-source Thrift Server has none. */
export function withParameters(sql: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return sql
  const named = new Map(parameters.map((it) => [it.name, it.expression]))
  const inOrder = parameters.filter((it) => it.name === undefined).values()
  const placeholder = /`[^`]*`|::|:(?<name>[a-z_]\w*)|(?<mark>\?)/
  return replaceCode(sql, placeholder, ({ found = '', name, mark }) => {
    if (mark) return inOrder.next().value?.expression ?? found
    return (name && named.get(name)) ?? found
  })
}

/** Spark has one catalog with Delta, so the workspace's own is written as that one. */
export function withCatalog(sql: string, catalog: string): string {
  const own = new RegExp(`\`${catalog}\`|(?<![\\w.\`])${catalog}\\b|\\bcurrent_catalog\\s*\\(\\s*\\)`)
  const renamed = replaceCode(sql, own, ({ found = '' }) => (found.endsWith(')') ? literal(catalog) : 'spark_catalog'))
  return /^use\s+catalog\s/i.test(bare(renamed)) ? `SET CATALOG ${bare(renamed).split(/\s+/)[2]}` : renamed
}
