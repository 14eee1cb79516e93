import { type Data, type DataObject, isList, isObject, texts } from './data.ts'
import type { TestRequest } from './generic-tests.ts'
import { includeExclude, versionOf } from './patches.ts'
import { objectOr, objects, type PropertyEntry, placeOf } from './properties.ts'
import type { Session } from './session.ts'
import { type TestTarget, testTarget } from './test-builder.ts'

const NO_TAGS: readonly string[] = []

/** The generic tests of an entry for a model, seed or snapshot: those of its columns first, then its own. */
export function testRequests(session: Session, entry: PropertyEntry): TestRequest[] {
  const { key } = entry
  if (key !== 'models' && key !== 'seeds' && key !== 'snapshots') return []
  const versions = key === 'models' ? objects(entry.raw.versions) : []
  if (versions.length === 0)
    return requestsOf(session, entry, testTarget(key, entry.name, null, null), entry.raw, entry.raw, () => true)
  return versions.flatMap((version) => {
    const of = testTarget(key, entry.name, null, versionOf(version.v))
    const [include, exclude] = includeExclude(version.columns)
    const isIncluded = (name: string): boolean => (include === '*' || include.includes(name)) && !exclude.includes(name)
    const own = (version.data_tests ?? null) !== null || !isEmpty(version.tests) ? version : entry.raw
    return [
      ...columnRequests(session, entry, of, entry.raw, entry.raw, isIncluded),
      ...columnRequests(session, entry, of, version, entry.raw, () => true),
      ...listRequests(session, entry, of, own, null, []),
    ]
  })
}

/** The generic tests of a part of an entry: of a source's table, or of a model. */
export function requestsOf(
  session: Session,
  entry: PropertyEntry,
  of: TestTarget,
  holder: DataObject,
  quoting: DataObject,
  includes: (name: string) => boolean,
  tags: readonly string[] = NO_TAGS,
): TestRequest[] {
  return [
    ...columnRequests(session, entry, of, holder, quoting, includes, tags),
    ...listRequests(session, entry, of, holder, null, tags),
  ]
}

function columnRequests(
  session: Session,
  entry: PropertyEntry,
  of: TestTarget,
  holder: DataObject,
  quoting: DataObject,
  includes: (name: string) => boolean,
  tags: readonly string[] = NO_TAGS,
): TestRequest[] {
  const { quote } = session.packages.target.adapter
  const requests: TestRequest[] = []
  for (const column of objects(holder.columns)) {
    if (typeof column.name !== 'string' || !includes(column.name)) continue
    if (column.tests === undefined && column.data_tests === undefined) continue
    const isQuoted = column.quote === true || (column.quote !== false && quoting.quote_columns === true)
    const name = isQuoted ? quote + column.name + quote : column.name
    requests.push(...listRequests(session, entry, of, column, name, tagsOf(column, tags)))
  }
  return requests
}

function tagsOf(column: DataObject, tags: readonly string[]): readonly string[] {
  const config = objectOr(column.config)
  if (column.tags === undefined && config.tags === undefined) return tags
  return [...tags, ...texts(column.tags), ...texts(config.tags)]
}

function listRequests(
  session: Session,
  entry: PropertyEntry,
  of: TestTarget,
  holder: DataObject,
  columnName: string | null,
  tags: readonly string[],
): TestRequest[] {
  const isOld = !isEmpty(holder.tests)
  if (isOld && 'data_tests' in holder)
    session.sink.add(
      'invalid-properties',
      'error',
      placeOf(entry, holder, 'tests'),
      "both 'tests' and 'data_tests' are here; keep 'data_tests'",
    )
  const list = isOld ? holder.tests : holder.data_tests
  if (list === undefined || list === null) return []
  if (!isList(list)) {
    session.sink.add(
      'invalid-properties',
      'error',
      placeOf(entry, holder, isOld ? 'tests' : 'data_tests'),
      'tests are a list',
    )
    return []
  }
  return list.map((definition, index) => ({
    entry,
    target: of,
    definition,
    columnName,
    tags,
    place: placeOf(entry, list, index),
  }))
}

function isEmpty(data: Data | undefined): boolean {
  return (
    data === undefined ||
    data === null ||
    (isList(data) && data.length === 0) ||
    (isObject(data) && Object.keys(data).length === 0)
  )
}
