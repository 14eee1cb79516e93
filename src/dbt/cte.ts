/** What stands before a statement's first word: space and comments. */
const LEAD = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/
const WITH = /^with\b(\s+recursive\b)?/i

/** Puts common table expressions before those of a statement, or before the statement, as dbt does with ephemeral models. */
export function injectCtes(sql: string, ctes: ReadonlyMap<string, string>): string {
  if (ctes.size === 0) return sql
  const injected = [...ctes].map(([name, body]) => ` ${name} as (\n${body}\n)`).join(', ')
  const start = LEAD.exec(sql)?.[0].length ?? 0
  const found = WITH.exec(sql.slice(start))
  if (!found) return `${sql.slice(0, start)}with${injected} ${sql.slice(start)}`
  const end = start + found[0].length
  const space = /^\s*/.exec(sql.slice(end))?.[0] ?? ''
  return `${sql.slice(0, end)}${space}${injected}, ${sql.slice(end + space.length)}`
}
