import {
  type Entry,
  meaningOf,
  type OpenStar,
  type Output,
  type OutputColumn,
  type Relation,
  type Rows,
} from './analysis.ts'
import { writtenForm } from './expression.ts'
import { columnsNamed, derived, type Found } from './lookup.ts'
import type { Tree } from './sdk.ts'
import { namesOf, type Parts, pathOf } from './tree.ts'

/** A column under a name. What only hands a column on is that column. */
export function columnOf(name: string, { form, upstream, type, unknown }: Found): OutputColumn {
  const handed = Array.isArray(form) && form[0] === 'column' && typeof form[1] === 'string' ? form[1] : null
  return { name, upstream, type, unknown, meaning: handed ?? meaningOf(form) }
}

/** The name of an entry of SELECT that has no alias; where Spark makes one up of its text, one that differs with the text. */
export function unnamed(tree: Tree): string {
  return pathOf(tree)?.at(-1) ?? `\0${meaningOf(writtenForm(tree))}`
}

/** Whether a column has a name that Spark makes up. */
export function isUnnamed({ name }: OutputColumn): boolean {
  return name.startsWith('\0')
}

/** A relation of the warehouse. */
export function baseRelation(written: string, relation: Relation | null): Output {
  const name = relation?.id ?? written
  const version = relation?.version ?? (() => '')
  const rows: Rows = { meaning: meaningOf(['relation', name, relation?.rowsVersion ?? '']), parts: [], inner: [] }
  const types = new Map((relation?.columns ?? []).map((it) => [it.name.toLowerCase(), it.type]))
  const at = (columnName: string): OutputColumn => {
    const column = columnName.toLowerCase()
    return {
      name: columnName,
      upstream: [{ relation: name, column, derivation: 'identity', functions: [] }],
      type: types.get(column) ?? null,
      unknown: null,
      meaning: meaningOf(['of relation', name, column, version(column)]),
    }
  }
  const star: OpenStar = {
    relation: name,
    except: new Set(),
    declared: [...types.keys()],
    meaning: meaningOf(['all of', name, version(null)]),
    at,
  }
  const entries: Entry[] = relation?.complete ? relation.columns.map((it) => ({ column: at(it.name) })) : [{ star }]
  return { entries, rows, depth: 0, label: name }
}

/** All columns of something that nothing is known of, or that of several outputs together. */
export function manyStars(relation: string, meaning: string, of: readonly Output[] = []): OpenStar {
  return {
    relation,
    except: new Set(),
    declared: [],
    meaning,
    at: (name) => {
      const found = of.flatMap((output) => {
        const { certain, possible } = columnsNamed(output, name.toLowerCase())
        return certain.length > 0 ? certain : possible.map((it) => it.at(name))
      })
      const upstream = derived(
        found.flatMap((it) => it.upstream),
        'identity',
        null,
      )
      const unknown = `the columns of ${relation} are not known`
      return { name, upstream, type: null, unknown, meaning: meaningOf(['one of', meaning, name.toLowerCase()]) }
    },
  }
}

/** An output under a list of column names, as in `t(a, b)`; as it is when there is no list. */
export function renamedOutput(output: Output, parts: Parts): Output {
  const names = namesOf(parts.column_aliases)
  if (names.length === 0) return output
  const entries = names.map((name, index): Entry => {
    const entry = output.entries[index]
    const closed = output.entries.slice(0, index + 1).every((it) => 'column' in it)
    if (closed && entry !== undefined && 'column' in entry) return { column: { ...entry.column, name } }
    const meaning = meaningOf([
      'place',
      index,
      output.entries.map((it) => ('star' in it ? it.star.meaning : it.column.meaning)),
    ])
    return {
      column: {
        name,
        upstream: [],
        type: null,
        unknown: 'it is named by its place, after columns that are not known',
        meaning,
      },
    }
  })
  return { ...output, entries }
}
