import { type Data, isList, isObject } from './data.ts'
import { bool, exact, listOf, mapping, nullable, oneOf, type Shape, text, textOr } from './shape.ts'

const FIXTURE = {
  format: oneOf('csv', 'dict', 'sql'),
  fixture: nullable(text),
  rows: nullable(textOr(listOf(mapping()))),
}

/** Rows in the form that `format` says. */
function fixture(shape: Shape, isExpected: boolean): Shape {
  return (data, raw, at) => {
    shape(data, raw, at)
    if (!isObject(data)) return
    const { rows = null, fixture: named = null, format = 'dict' } = data
    const wrong = wrongRows(rows, named, format, isExpected)
    if (wrong !== null) at.tell(at.holder, at.key, `'${at.name}' ${wrong}`)
  }
}

function wrongRows(rows: Data, named: Data, format: Data, isExpected: boolean): string | null {
  if (format === 'dict') {
    if (typeof rows === 'string') return 'has rows as a text; say which format they are in: format: csv'
    if (named !== null && rows === null) return 'has a fixture; say which format it is in: format: csv'
    return rows === null && isExpected ? 'needs rows; add them: rows: […]' : null
  }
  if (format !== 'csv' && format !== 'sql') return null
  if (isList(rows)) return `has rows as a list; in the format ${format} they are a text`
  return rows === null && named === null ? 'needs rows or a fixture' : null
}

const versions: Shape = (data, raw, at) => {
  exact({ include: listOf(version), exclude: listOf(version) })(data, raw, at)
  if (isObject(data) && 'include' in data && 'exclude' in data)
    at.tell(at.holder, at.key, `'${at.name}' includes and excludes; keep one`)
}
const version: Shape = (data, raw, at) => {
  if (typeof data !== 'number') text(data, raw, at)
}

/** https://docs.getdbt.com/reference/resource-properties/unit-tests */
export const UNIT_TEST: Readonly<Record<string, Shape>> = {
  name: text,
  model: text,
  description: text,
  config: mapping({ enabled: bool, meta: mapping() }),
  given: listOf(fixture(exact({ ...FIXTURE, input: text }, ['input']), false)),
  expect: fixture(exact(FIXTURE), true),
  overrides: nullable(exact({ macros: mapping(), vars: mapping(), env_vars: mapping() })),
  versions: nullable(versions),
}
