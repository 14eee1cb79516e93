import { Float } from '../jinja/value.ts'
import { type Data, type DataObject, isObject, plain } from './data.ts'
import { anything, exact, kindOf, listOf, mapping, nullable, oneOf, type Shape, scalar, text, textOr } from './shape.ts'

/** A day, or a day and a time, as ISO 8601 has them. */
export const date: Shape = (data, _raw, { holder, key, name, tell }) => {
  if (typeof data !== 'string' || !/^\d{4}-\d{2}-\d{2}(?:[T ].*)?$/.test(data))
    tell(holder, key, `'${name}' is a date, such as 2030-01-31, not ${kindOf(data)}`)
}

/** A version in a model's list: https://docs.getdbt.com/reference/resource-properties/versions */
export function version(column: Shape, config: Shape): Shape {
  const shape = exact(
    {
      v: scalar,
      defined_in: nullable(text),
      description: text,
      access: nullable(oneOf('private', 'protected', 'public')),
      config,
      constraints: listOf(mapping()),
      docs: mapping(),
      data_tests: anything,
      tests: anything,
      deprecation_date: nullable(date),
      columns: listOf(columnOf(column)),
    },
    ['v'],
  )
  return (data, raw, at) => {
    shape(data, raw, at)
    const list = isObject(data) && Array.isArray(data.columns) ? data.columns.filter(isObject) : []
    if (list.filter(isSelection).length > 1)
      at.tell(at.holder, at.key, `'${at.name}.columns' has more than one include and exclude; put them into one`)
  }
}

const selection = exact({ include: textOr(listOf(text)), exclude: listOf(text) }, ['include'])

function isSelection(data: DataObject): boolean {
  return 'include' in data || 'exclude' in data
}

/** A column, or which of the model's columns a version has. */
function columnOf(column: Shape): Shape {
  return (data, raw, at) => {
    if (!isObject(data) || !isSelection(data)) {
      column(data, raw, at)
      return
    }
    selection(data, raw, at)
    const { include, exclude } = data
    const isAll = include === '*' || include === 'all'
    if (typeof include === 'string' && !isAll)
      at.tell(at.holder, at.key, `'${at.name}.include' is all, or a list of columns, not '${include}'`)
    else if (!isAll && Array.isArray(exclude) && exclude.length > 0)
      at.tell(at.holder, at.key, `'${at.name}' excludes columns from a list of included ones; write include: all`)
  }
}

/** Tells what is wrong with the versions of a model as a whole. */
export function checkVersions(data: DataObject, own: (message: string) => void): void {
  const listed = Array.isArray(data.versions) ? data.versions.filter(isObject).map(({ v }) => v ?? null) : []
  const names = listed.map((v) => String(plain(v)))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) own(`has the version ${twice} twice`)
  const { latest_version: latest = null } = data
  if (listed.length === 0 || latest === null || listed.some((v) => isSame(v, latest))) return
  const kind = names.includes(String(plain(latest))) ? ' as it is written there' : ''
  own(`says latest_version: ${String(plain(latest))}, which is none of its versions${kind}: ${names.join(', ')}`)
}

/** A text is no number. */
function isSame(a: Data, b: Data): boolean {
  const value = (data: Data): Data => (data instanceof Float ? data.value : data)
  return value(a) === value(b)
}
