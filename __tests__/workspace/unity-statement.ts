import { bare, nameParts, unquoted } from './sql-text.ts'

export type Tags = ReadonlyMap<string, string>

/** A statement that Unity Catalog has a part in: one that Spark does not know, or that changes what is kept beside it. */
export type UnityStatement =
  | { readonly kind: 'set-tags'; readonly table: string; readonly column: string | undefined; readonly tags: Tags }
  | {
      readonly kind: 'unset-tags'
      readonly table: string
      readonly column: string | undefined
      readonly tags: string[]
    }
  | { readonly kind: 'set-not-null' | 'drop-not-null'; readonly table: string; readonly column: string }
  | { readonly kind: 'add-key'; readonly table: string; readonly key: Key }
  | { readonly kind: 'drop-constraint'; readonly table: string; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'show-properties' | 'describe-json'; readonly table: string }
  | { readonly kind: 'replaced'; readonly table: string }
  | { readonly kind: 'dropped'; readonly table: string }
  | { readonly kind: 'dropped-schema'; readonly schema: string }
  | { readonly kind: 'renamed'; readonly table: string; readonly to: string }

/** A primary or foreign key: Databricks keeps them to inform and does not enforce them. */
export interface Key {
  readonly name: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] } | undefined
}

const PART = '(?:`[^`]+`|\\w+)'
const NAME = `${PART}(?:\\s*\\.\\s*${PART})*`
const ALTER = `alter\\s+(?:table|view|materialized\\s+view|streaming\\s+table)\\s+(?<table>${NAME})\\s+`
const COLUMN = `(?:alter|change)\\s+(?:column\\s+)?(?<column>${PART})\\s+`
const TABLE_OR_VIEW = '(?:(?:materialized\\s+)?view|(?:streaming\\s+)?table)'
const KEY = `add\\s+constraint\\s+(?<name>${PART})\\s+(?<type>primary|foreign)\\s+key\\s*\\((?<columns>[^)]*)\\)`
const REFERENCES = `\\s*references\\s+(?<to>${NAME})\\s*(?:\\((?<toColumns>[^)]*)\\))?`

type Found = Readonly<Record<string, string>>
const forms: readonly [string, (found: Found) => UnityStatement][] = [
  [
    `${ALTER}(?:${COLUMN})?set\\s+tags\\s*\\((?<tags>.*)\\)`,
    ({ table = '', column, tags = '' }) => setTags(table, column, tags),
  ],
  [
    `${ALTER}(?:${COLUMN})?unset\\s+tags\\s*\\((?<tags>.*)\\)`,
    ({ table = '', column, tags = '' }) => ({
      kind: 'unset-tags',
      table,
      column: column && name(column),
      tags: strings(tags),
    }),
  ],
  [
    `${ALTER}${COLUMN}set\\s+not\\s+null`,
    ({ table = '', column = '' }) => ({ kind: 'set-not-null', table, column: name(column) }),
  ],
  [
    `${ALTER}${COLUMN}drop\\s+not\\s+null`,
    ({ table = '', column = '' }) => ({ kind: 'drop-not-null', table, column: name(column) }),
  ],
  [`${ALTER}${KEY}(?:${REFERENCES})?.*`, addKey],
  [
    `${ALTER}drop\\s+constraint\\s+(?<exists>if\\s+exists\\s+)?(?<name>${PART})(?:\\s+(?:restrict|cascade))?`,
    ({ table = '', exists, name: it = '' }) => ({
      kind: 'drop-constraint',
      table,
      name: name(it),
      ifExists: exists !== undefined,
    }),
  ],
  [`${ALTER}rename\\s+to\\s+(?<to>${NAME})`, ({ table = '', to = '' }) => ({ kind: 'renamed', table, to })],
  [`show\\s+tblproperties\\s+(?<table>${NAME})`, ({ table = '' }) => ({ kind: 'show-properties', table })],
  [
    `desc(?:ribe)?\\s+(?:table\\s+)?extended\\s+(?<table>${NAME})\\s+as\\s+json`,
    ({ table = '' }) => ({ kind: 'describe-json', table }),
  ],
  [`create\\s+or\\s+replace\\s+table\\s+(?<table>${NAME})\\b.*`, ({ table = '' }) => ({ kind: 'replaced', table })],
  [
    `drop\\s+${TABLE_OR_VIEW}\\s+(?:if\\s+exists\\s+)?(?<table>${NAME})`,
    ({ table = '' }) => ({ kind: 'dropped', table }),
  ],
  [
    `drop\\s+(?:schema|database)\\s+(?:if\\s+exists\\s+)?(?<schema>${NAME})(?:\\s+(?:restrict|cascade))?`,
    ({ schema = '' }) => ({ kind: 'dropped-schema', schema: nameParts(schema).at(-1) ?? '' }),
  ],
]
const patterns = forms.map(([pattern, read]) => ({ pattern: new RegExp(`^${pattern}$`, 'is'), read }))

/** Reads a statement's Unity Catalog part; undefined when it has none and Spark can be given it as it is. */
export function parseUnity(sql: string): UnityStatement | undefined {
  const text = bare(sql)
  for (const { pattern, read } of patterns) {
    const groups = pattern.exec(text)?.groups
    if (groups) return read(groups)
  }
  return undefined
}

function setTags(table: string, column: string | undefined, list: string): UnityStatement {
  const pairs = [...list.matchAll(/('(?:\\.|[^'\\])*')(?:\s*=\s*('(?:\\.|[^'\\])*'))?/g)]
  const tags = new Map(pairs.map(([, tag = "''", value = "''"]) => [unquoted(tag), unquoted(value)]))
  return { kind: 'set-tags', table, column: column && name(column), tags }
}

function addKey({ table = '', name: it = '', type, columns = '', to, toColumns = '' }: Found): UnityStatement {
  const references = type?.toLowerCase() === 'foreign' && to ? { table: to, columns: names(toColumns) } : undefined
  return { kind: 'add-key', table, key: { name: name(it), columns: names(columns), references } }
}

const name = (part: string): string => nameParts(part)[0] ?? ''
const names = (list: string): string[] => list.split(',').map((part) => name(part.trim().split(/\s+/)[0] ?? ''))
const strings = (list: string): string[] => [...list.matchAll(/'(?:\\.|[^'\\])*'/g)].map(([it]) => unquoted(it))
