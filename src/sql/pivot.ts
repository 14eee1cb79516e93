import { type Entry, type Form, meaningOf, type OutputColumn } from './analysis.ts'
import { writtenForm } from './expression.ts'
import { derived } from './lookup.ts'
import type { Tree } from './sdk.ts'
import { isNothing, listOf, nameOf, nodeOf, type Parts, pathOf } from './tree.ts'

/**
 * The columns of a PIVOT or an UNPIVOT over known columns, and those that it groups by; null where its names are not taken apart.
 * `form` is all that it depends on. https://docs.databricks.com/en/sql/language-manual/sql-ref-syntax-qry-select-pivot.html
 */
export function pivoted(
  kind: string,
  parts: Parts,
  columns: readonly OutputColumn[],
  form: Form,
): { readonly entries: readonly Entry[]; readonly used: readonly OutputColumn[] } | null {
  if (kind === 'unpivot') return unpivotedColumns(parts, columns, form)
  return kind === 'pivot' ? pivotedColumns(parts, columns, form) : null
}

function pivotedColumns(parts: Parts, columns: readonly OutputColumn[], form: Form) {
  const [field, ...more] = listOf(parts.fields)
  const [fieldKind, within] = nodeOf(field ?? null)
  const key = named(columns, within.this)
  const aggregates = listOf(parts.expressions)
  if (more.length > 0 || fieldKind !== 'in' || key === null || aggregates.length === 0) return null
  if (!isNothing(within.query ?? null) || !isNothing(parts.group ?? null)) return null
  const names = listOf(within.expressions).map(valueName)
  if (names.length === 0 || names.some((name) => name === null)) return null
  const of = aggregates.map((each) => columns.filter(({ name }) => mentions(each, name)))
  const used = [key, ...of.flat()]
  const kept = columns.filter((column) => !used.includes(column))
  const made = names.flatMap((name) =>
    aggregates.map((each, index): Entry => {
      const own = several(aggregates, each)
      const upstream = derived(
        [...key.upstream, ...(of[index] ?? []).flatMap((it) => it.upstream)],
        'aggregate',
        'pivot',
      )
      const shown = own === null ? `${name}` : `${name}_${own}`
      const unknown = used.find((it) => it.unknown !== null)?.unknown ?? null
      return { column: { name: shown, upstream, type: null, unknown, meaning: meaningOf(['pivot', shown, form]) } }
    }),
  )
  const grouped = kept.map(
    (column): Entry => ({
      column: { ...column, meaning: meaningOf(['pivot by', column.meaning, form]) },
    }),
  )
  return { entries: [...grouped, ...made], used: kept }
}

function unpivotedColumns(parts: Parts, columns: readonly OutputColumn[], form: Form) {
  const [value, name] = [nameOf(parts.value_column), nameOf(parts.name_column)]
  const listed = listOf(parts.columns).map((each) => {
    const [kind, { this: inner }] = nodeOf(each)
    return named(columns, kind === 'pivot_alias' || kind === 'alias' ? inner : each)
  })
  const taken = listed.filter((each) => each !== null)
  if (value === '' || name === '' || taken.length === 0 || taken.length < listed.length) return null
  const kept = columns.filter((column) => !taken.includes(column))
  const made = (label: string, upstream: OutputColumn['upstream']): Entry => ({
    column: { name: label, upstream, type: null, unknown: null, meaning: meaningOf(['unpivot', label, form]) },
  })
  const values = derived(
    taken.flatMap(({ upstream }) => upstream),
    'function',
    'unpivot',
  )
  const entries = [...kept.map((column): Entry => ({ column })), made(name, []), made(value, values)]
  return { entries, used: [] }
}

function named(columns: readonly OutputColumn[], tree: Tree | undefined): OutputColumn | null {
  const name = pathOf(tree ?? null)
    ?.at(-1)
    ?.toLowerCase()
  const [only, ...more] = columns.filter((column) => column.name.toLowerCase() === name)
  return only !== undefined && more.length === 0 ? only : null
}

/** What a value of IN is called as a column; null for one that is no literal and has no alias. */
function valueName(tree: Tree): string | null {
  const [kind, parts] = nodeOf(tree)
  if (kind === 'pivot_alias' || kind === 'alias')
    return pathOf(parts.alias ?? null)?.at(-1) ?? (nameOf(parts.alias) || null)
  return kind === 'literal' && typeof parts.value === 'string' ? parts.value : null
}

/** What several aggregates' columns are told apart by: an alias, or the text of the aggregate, which Spark shows in a form of its own. */
function several(aggregates: readonly Tree[], each: Tree): string | null {
  if (aggregates.length === 1) return null
  const [kind, parts] = nodeOf(each)
  return kind === 'alias' ? nameOf(parts.alias) : `\0${meaningOf(writtenForm(each))}`
}

function mentions(tree: Tree, name: string): boolean {
  const path = pathOf(tree)
  if (path !== null) return path.at(-1)?.toLowerCase() === name.toLowerCase()
  if (typeof tree !== 'object' || tree === null) return false
  return Object.values(tree).some((part) => mentions(part, name))
}
