const synonyms: ReadonlyMap<string, string> = new Map([
  ['byte', 'tinyint'],
  ['char', 'string'],
  ['dec', 'decimal'],
  ['integer', 'int'],
  ['long', 'bigint'],
  ['numeric', 'decimal'],
  ['real', 'float'],
  ['short', 'smallint'],
  ['text', 'string'],
  ['varchar', 'string'],
])

const simple = new Set(
  'tinyint smallint int bigint decimal float double string boolean binary date timestamp'.split(' '),
)

/** A type of Databricks as one word, lengths and scales left out; null for what is made of other types, or is not known. */
export function typeWord(type: string | null): string | null {
  const word = /^\s*([a-z_]+)\s*(\([\d\s,]*\))?\s*$/i.exec(type ?? '')?.[1]?.toLowerCase()
  if (word === undefined) return null
  const name = synonyms.get(word) ?? word
  return simple.has(name) ? name : null
}

/** The types that each type may become in a Delta table with type widening: https://docs.databricks.com/en/delta/type-widening.html */
const wider: ReadonlyMap<string, readonly string[]> = new Map([
  ['tinyint', ['smallint', 'int', 'bigint', 'decimal', 'double']],
  ['smallint', ['int', 'bigint', 'decimal', 'double']],
  ['int', ['bigint', 'decimal', 'double']],
  ['bigint', ['decimal']],
  ['float', ['double']],
])

/** Whether Delta can widen one type to the other; both as `typeWord` gives them. */
export function isWider(from: string, to: string): boolean {
  return wider.get(from)?.includes(to) ?? false
}
