import { TemplateSyntaxError } from '../jinja/errors.ts'
import { parseCsv } from './csv.ts'
import { type DataObject, define, isList, isObject, plain, plainObject, textOr } from './data.ts'
import type { UnitTestDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'
import { refOrSource } from './static.ts'
import { stem } from './text.ts'

/** https://docs.getdbt.com/reference/resource-properties/unit-tests */
export function makeUnitTest(session: Session, entry: PropertyEntry): UnitTestDraft {
  const { data, package: of } = entry
  const model = textOr(data.model, '')
  const fqn = [of.name, ...folders(entry.source.original).slice(1), model, entry.name]
  const config = session.configs.rendered({ kind: 'unit_test', package: of, fqn, patch: objectOr(data.config) })
  const overrides = isObject(data.overrides) ? data.overrides : null
  return {
    resource_type: 'unit_test',
    name: entry.name,
    package_name: of.name,
    path: entry.source.relative,
    original_file_path: entry.source.original,
    unique_id: `unit_test.${of.name}.${model}.${entry.name}`,
    model,
    given: objects(data.given).map((given) => ({ input: textOr(given.input, ''), ...fixture(session, entry, given) })),
    expect: fixture(session, entry, objectOr(data.expect)),
    overrides: overrides && {
      macros: plainObject(overrides.macros),
      vars: plainObject(overrides.vars),
      env_vars: plainObject(overrides.env_vars),
    },
    description: textOr(entry.raw.description, ''),
    fqn,
    config,
    depends_on: { macros: [], nodes: [] },
    checksum: null,
    schema: null,
    versions: isObject(data.versions)
      ? { include: plain(data.versions.include ?? null), exclude: plain(data.versions.exclude ?? null) }
      : null,
    version: null,
  }
}

function fixture(session: Session, entry: PropertyEntry, given: DataObject): JsonObject {
  const format = textOr(given.format, 'dict')
  const named = textOr(given.fixture, null)
  return { rows: rowsOf(session, entry, given, format, named), format, fixture: named }
}

function rowsOf(session: Session, entry: PropertyEntry, given: DataObject, format: string, named: string | null): Json {
  if (format === 'sql')
    return named === null ? plain(given.rows ?? null) : (fixtureText(session, entry, named, '.sql') ?? null)
  if (format === 'csv') {
    const text = named === null ? textOr(given.rows, '') : (fixtureText(session, entry, named, '.csv') ?? '')
    return promote(parseCsv(text).map(emptyIsNull))
  }
  if (isList(given.rows)) return promote(given.rows.filter(isObject).map(plainObject))
  return given.rows === undefined || given.rows === null ? seedRows(session, entry, given) : plain(given.rows)
}

function emptyIsNull(row: Readonly<Record<string, string | null>>): JsonObject {
  const result: Record<string, Json> = {}
  for (const [key, value] of Object.entries(row)) define(result, key, value === '' ? null : value)
  return result
}

/** dbt puts a row without nulls first, so that its types are the columns'. */
function promote(rows: readonly JsonObject[]): Json {
  const index = rows.findIndex((row) => Object.values(row).every((value) => value !== null))
  const [first, best] = [rows[0], rows[index]]
  if (index <= 0 || !first || !best) return rows
  return rows.map((row, at) => (at === 0 ? best : at === index ? first : row))
}

function fixtureText(session: Session, entry: PropertyEntry, name: string, extension: string): string | undefined {
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

/** A given without rows is a seed with its own. */
function seedRows(session: Session, entry: PropertyEntry, given: DataObject): Json {
  const found = inputOf(session, textOr(given.input, ''))
  if (!found || !('name' in found)) return null
  const seed = entry.package.files.seeds.find((file) => stem(file.relative) === found.name)
  return seed ? promote(parseCsv(seed.contents).map((row) => plainObject(row))) : null
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
