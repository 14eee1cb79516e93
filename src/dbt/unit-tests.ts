import { TemplateSyntaxError } from '../jinja/errors.ts'
import { repr, str } from '../jinja/index.ts'
import { parseCsv } from './csv.ts'
import {
  type Data,
  type DataObject,
  define,
  isList,
  isObject,
  ownValue,
  plain,
  plainObject,
  textOr,
  toValue,
} from './data.ts'
import type { UnitTestDraft } from './draft.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'
import { refOrSource } from './static.ts'
import { join, sha256, stem } from './text.ts'

/** https://docs.getdbt.com/reference/resource-properties/unit-tests */
export function makeUnitTest(session: Session, entry: PropertyEntry): UnitTestDraft {
  const { data, package: of } = entry
  const model = textOr(data.model, '')
  const fqn = [of.name, ...folders(join(entry.source.original)).slice(1), model, entry.name]
  const config = session.configs.rendered({ kind: 'unit_test', package: of, fqn, patch: objectOr(data.config) })
  const given = objects(data.given).map((each) => ({
    input: textOr(each.input, ''),
    ...fixture(session, entry, each),
  }))
  const expect = fixture(session, entry, objectOr(data.expect))
  const overrides = isObject(data.overrides) ? overridesOf(data.overrides) : null
  const versions = isObject(data.versions)
    ? { include: data.versions.include ?? null, exclude: data.versions.exclude ?? null }
    : null
  return {
    resource_type: 'unit_test',
    name: entry.name,
    package_name: of.name,
    path: entry.source.relative,
    original_file_path: entry.source.original,
    unique_id: `unit_test.${of.name}.${model}.${entry.name}`,
    model,
    given: given.map(plainObject),
    expect: plainObject(expect),
    overrides: overrides && plainObject(overrides),
    description: textOr(entry.raw.description, ''),
    fqn,
    config,
    depends_on: { macros: [], nodes: [] },
    checksum: checksum(model, versions, given, expect, overrides),
    schema: null,
    versions: versions && plain(versions),
    version: null,
  }
}

function overridesOf(data: DataObject): DataObject {
  return { macros: objectOr(data.macros), vars: objectOr(data.vars), env_vars: objectOr(data.env_vars) }
}

type Fixture = { readonly rows: Data; readonly format: string; readonly fixture: string | null }

/** dbt hashes a unit test as Python prints its objects. */
function checksum(
  model: string,
  versions: DataObject | null,
  given: readonly ({ readonly input: string } & Fixture)[],
  expect: Fixture,
  overrides: DataObject | null,
): string {
  const inputs = given.map(({ input, ...rest }) => `UnitTestInputFixture(input=${repr(input)}, ${fixtureText(rest)})`)
  const parts = [
    model,
    versions === null ? 'None' : `UnitTestNodeVersions(${fields(versions)})`,
    `[${inputs.join(', ')}]`,
    `UnitTestOutputFixture(${fixtureText(expect)})`,
    overrides === null ? 'None' : `UnitTestOverrides(${fields(overrides)})`,
    ...given.flatMap(({ fixture: named, rows }) => (named === null ? [] : [str(toValue(rows))])),
  ]
  return sha256(parts.join('-'))
}

const FORMATS: Readonly<Record<string, string>> = { dict: 'Dict', csv: 'CSV', sql: 'SQL' }

function fixtureText({ rows, format, fixture: named }: Fixture): string {
  return `rows=${repr(toValue(rows))}, format=<UnitTestFormat.${ownValue(FORMATS, format) ?? format}: '${format}'>, fixture=${repr(named)}`
}

function fields(object: DataObject): string {
  return Object.entries(object)
    .map(([key, value]) => `${key}=${repr(toValue(value))}`)
    .join(', ')
}

function fixture(session: Session, entry: PropertyEntry, given: DataObject): Fixture {
  const format = textOr(given.format, 'dict')
  const named = textOr(given.fixture, null)
  return { rows: rowsOf(session, entry, given, format, named), format, fixture: named }
}

function rowsOf(session: Session, entry: PropertyEntry, given: DataObject, format: string, named: string | null): Data {
  if (format === 'sql')
    return named === null ? (given.rows ?? null) : (namedText(session, entry, named, '.sql') ?? null)
  if (format === 'csv') {
    const text = named === null ? textOr(given.rows, '') : (namedText(session, entry, named, '.csv') ?? '')
    return promote(parseCsv(text).map(emptyIsNull))
  }
  if (isList(given.rows)) return promote(given.rows.filter(isObject))
  return given.rows === undefined || given.rows === null ? seedRows(session, entry, given) : given.rows
}

function emptyIsNull(row: Readonly<Record<string, string | null>>): DataObject {
  const result: Record<string, Data> = {}
  for (const [key, value] of Object.entries(row)) define(result, key, value === '' ? null : value)
  return result
}

/** dbt puts a row without nulls first, so that its types are the columns'. */
function promote(rows: readonly DataObject[]): Data {
  const index = rows.findIndex((row) => Object.values(row).every((value) => value !== null))
  const [first, best] = [rows[0], rows[index]]
  if (index <= 0 || !first || !best) return rows
  return rows.map((row, at) => (at === 0 ? best : at === index ? first : row))
}

function namedText(session: Session, entry: PropertyEntry, name: string, extension: string): string | undefined {
  const found = entry.package.files.fixtures.find(
    (file) => stem(file.relative) === name && file.relative.endsWith(extension),
  )
  if (!found)
    session.sink.add(
      'invalid-properties',
      'error',
      entry.place,
      `there is no fixture '${name}'; write tests/fixtures/${name}${extension}`,
    )
  return found?.contents
}

function tell({ sink }: Session, entry: PropertyEntry, message: string): void {
  sink.add('invalid-properties', 'error', entry.place, message)
}

/** A given without rows is a seed with its own. */
function seedRows(session: Session, entry: PropertyEntry, given: DataObject): Data {
  const found = inputOf(session, textOr(given.input, ''))
  if (!found || !('name' in found)) return null
  const seed = entry.package.files.seeds.find((file) => stem(file.relative) === found.name)
  if (seed) return promote(parseCsv(seed.contents))
  tell(
    session,
    entry,
    `the unit test '${entry.name}' gives no rows for ${textOr(given.input, '')}, which is no seed to take them from`,
  )
  return null
}

/** What the input of a unit test stands for: the arguments of its `ref` or `source`; null for `this`. */
export function inputOf(
  session: Pick<Session, 'cache'>,
  input: string,
): { name: string; package: string | null; version: string | number | null } | readonly [string, string] | null {
  try {
    return refOrSource(session.cache.template(`{{ ${input} }}`, 'input'))?.value ?? null
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return null
    throw error
  }
}
