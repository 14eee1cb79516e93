import { TemplateSyntaxError } from '../jinja/errors.ts'
import { ColumnPlaces } from './column-places.ts'
import { columnInfo, constraints } from './columns.ts'
import { contractChecksum } from './contract.ts'
import { copy, type Data, type DataObject, isList, isObject, plain, textOr } from './data.ts'
import type { ModelDraft, Work } from './draft.ts'
import { deepMerge } from './finish.ts'
import { setSignature } from './functions.ts'
import type { ColumnInfo } from './manifest.ts'
import { MOVED } from './moved.ts'
import { nearest } from './packages.ts'
import type { Duplicate, Orphan } from './project.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { refOrSource } from './static.ts'

/** What YAML says that does not fit, and where what it describes stands. */
export interface PatchResult {
  readonly orphans: Orphan[]
  readonly duplicates: Duplicate[]
  /** unique_id -> the entry that describes it. */
  readonly places: Map<string, Place>
  /** Where described columns stand. */
  readonly columns: ColumnPlaces
}

const TYPES = {
  models: 'model',
  seeds: 'seed',
  snapshots: 'snapshot',
  analyses: 'analysis',
  functions: 'function',
  data_tests: 'test',
} as const

/** Puts what the entries of property files say onto the nodes that they name. Configs are only gathered. */
export function applyPatches(session: Session, entries: readonly PropertyEntry[]): PatchResult {
  const result: PatchResult = { orphans: [], duplicates: [], places: new Map(), columns: new ColumnPlaces() }
  const index = new Map<string, Work[]>()
  for (const work of session.works) {
    const key = `${work.draft.resource_type} ${work.draft.name}`
    const known = index.get(key)
    if (known) known.push(work)
    else index.set(key, [work])
  }
  const finder = new Finder(session, index)
  for (const entry of entries) {
    if (!(entry.key in TYPES)) continue
    if (entry.key === 'models' && isList(entry.data.versions) && entry.data.versions.length > 0)
      applyVersions(session, finder, entry, result)
    else applyEntry(session, finder, entry, result)
  }
  return result
}

/** Finds the nodes that an entry may mean. */
class Finder {
  readonly #session: Session
  readonly #index: ReadonlyMap<string, readonly Work[]>

  constructor(session: Session, index: ReadonlyMap<string, readonly Work[]>) {
    this.#session = session
    this.#index = index
  }

  /** The enabled node of a type and name, of the entry's own package if there is one; else all that are disabled. */
  find(type: string, name: string, packageName: string): readonly Work[] {
    const all = this.#index.get(`${type} ${name}`) ?? []
    if (all.length < 2) return all
    const isOwn = (work: Work): boolean => work.package.name === packageName
    const enabled = all.filter((work) => this.isEnabled(work))
    const found = enabled.find(isOwn) ?? enabled[0]
    return found ? [found] : all.filter(isOwn)
  }

  /** Whether a node is enabled before YAML says anything. */
  isEnabled(work: Work): boolean {
    return (
      this.#session.configs.rendered({ kind: work.kind, package: work.package, fqn: work.draft.fqn, call: work.call })
        .enabled !== false
    )
  }

  names(type: string): string[] {
    return [...this.#index.keys()].filter((key) => key.startsWith(`${type} `)).map((key) => key.slice(type.length + 1))
  }
}

function applyEntry(session: Session, finder: Finder, entry: PropertyEntry, result: PatchResult): void {
  const type = TYPES[entry.key as keyof typeof TYPES]
  const found = finder.find(type, entry.name, entry.package.name)
  if (found.length === 0) {
    orphan(session, finder, entry, type, result)
    return
  }
  for (const work of found) {
    if (isTaken(session, work, entry, result)) continue
    result.places.set(work.draft.unique_id, entry.place)
    if (session.kept?.has(work)) {
      noteColumns(work, entry, entry.raw, entry.data, work.draft.columns, result)
      continue
    }
    const patch = patchConfig(entry.data)
    work.patch = patch
    work.unrenderedPatch = objectOr(entry.raw.config)
    work.draft.patch_path = `${entry.package.name}://${entry.source.original}`
    work.draft.description = textOr(entry.raw.description, '')
    if (entry.key !== 'data_tests' && entry.key !== 'functions')
      setColumns(work, entry, entry.raw, entry.data, () => true, result)
    if (work.draft.resource_type === 'model') setModelProperties(session, work, work.draft, entry.data, entry)
    if (work.draft.resource_type === 'function') setSignature(session, work, work.draft, entry)
  }
}

function isTaken(session: Session, work: Work, entry: PropertyEntry, result: PatchResult): boolean {
  const { unique_id } = work.draft
  const first = result.places.get(unique_id)
  if (first === undefined) return false
  const known = result.duplicates.find((duplicate) => duplicate.name === unique_id)
  const position = session.sink.position(entry.place)
  const earlier = known ?? {
    kind: 'patch' as const,
    name: unique_id,
    unique_ids: [unique_id],
    positions: [session.sink.position(first)],
  }
  const more = {
    ...earlier,
    unique_ids: [...earlier.unique_ids, unique_id],
    positions: [...earlier.positions, position],
  }
  if (known) result.duplicates.splice(result.duplicates.indexOf(known), 1, more)
  else result.duplicates.push(more)
  return true
}

function orphan(
  session: Session,
  finder: Finder,
  entry: PropertyEntry,
  type: string,
  result: PatchResult,
  name = entry.name,
): void {
  const kind =
    entry.key === 'data_tests'
      ? 'data_test'
      : type === 'analysis' || type === 'seed' || type === 'snapshot' || type === 'function'
        ? type
        : 'model'
  const guess = nearest(name, finder.names(type), session.sink)
  result.orphans.push({
    kind,
    name,
    position: session.sink.position(entry.place),
    disabled: null,
    suggestion: guess === name ? null : guess,
  })
}

/** `config:` with what dbt moves into it. */
function patchConfig(data: DataObject): DataObject {
  const config = copy<Data>(objectOr(data.config))
  for (const key of MOVED) if (data[key] !== undefined && !(key in config)) config[key] = data[key] as Data
  return config
}

function setColumns(
  work: Work,
  entry: PropertyEntry,
  raw: DataObject,
  data: DataObject,
  includes: (name: string) => boolean,
  result: PatchResult,
): void {
  const columns = new Map<string, ColumnInfo>()
  const rawColumns = isList(raw.columns) ? raw.columns : []
  const list = isList(data.columns) ? data.columns : []
  list.forEach((column, index) => {
    const written = rawColumns[index]
    if (!isObject(column) || !isObject(written) || typeof column.name !== 'string' || !includes(column.name)) return
    columns.set(column.name, columnInfo(written, column))
  })
  noteColumns(work, entry, raw, data, columns, result)
  work.draft.columns = columns
}

function noteColumns(
  { draft }: Work,
  entry: PropertyEntry,
  raw: DataObject,
  data: DataObject,
  columns: ReadonlyMap<string, ColumnInfo>,
  result: PatchResult,
): void {
  if (columns.size === 0) return
  const [list, rawList] = [data.columns, raw.columns].map((each) => (isList(each) ? each : []))
  result.columns.add(draft.unique_id, entry, columns, list ?? [], rawList ?? [])
}

function setModelProperties(
  session: Session,
  work: Work,
  draft: ModelDraft,
  data: DataObject,
  entry: PropertyEntry,
): void {
  draft.constraints = constraints(data.constraints, true)
  draft.deprecation_date = data.deprecation_date === undefined ? null : dateText(data.deprecation_date)
  draft.time_spine = isObject(data.time_spine)
    ? {
        standard_granularity_column: plain(data.time_spine.standard_granularity_column ?? null),
        custom_granularities: plain(data.time_spine.custom_granularities ?? []),
      }
    : null
  askForeignKeys(session, work, draft, entry)
}

/** Foreign keys that name another model make an edge. */
function askForeignKeys(session: Session, work: Work, draft: ModelDraft, entry: PropertyEntry): void {
  const all = [...draft.constraints, ...[...draft.columns.values()].flatMap((column) => column.constraints)]
  for (const { type, to } of all) {
    if (type !== 'foreign_key' || typeof to !== 'string' || to === '') continue
    const found = foreignKey(session, to)
    if (!found)
      session.sink.add(
        'invalid-properties',
        'error',
        entry.place,
        `a foreign key refers to ref('…') or source('…', '…'), not ${to}`,
      )
    else if ('name' in found.value) work.asked.push({ kind: 'ref', args: found.value, place: entry.place })
    else work.asked.push({ kind: 'source', args: found.value, place: entry.place })
  }
}

/** What a foreign key names; nothing when its text is no expression. */
function foreignKey({ cache }: Session, to: string): ReturnType<typeof refOrSource> {
  try {
    return refOrSource(cache.template(`{{ ${to} }}`, 'constraint'))
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined
    throw error
  }
}

function dateText(data: Data): string | null {
  if (typeof data !== 'string') return null
  const text = data.includes('T') || data.includes(' ') ? data.replace(' ', 'T') : `${data}T00:00:00`
  return /[+-]\d\d:\d\d$|Z$/.test(text) ? text : `${text}+00:00`
}

function applyVersions(session: Session, finder: Finder, entry: PropertyEntry, result: PatchResult): void {
  const versions = objects(entry.data.versions)
  const rawVersions = objects(entry.raw.versions)
  const latest = versionOf(entry.data.latest_version) ?? latestOf(versions)
  versions.forEach((version, index) => {
    const v = versionOf(version.v)
    if (v === null) return
    const fileName = textOr(version.defined_in, `${entry.name}_v${v}`)
    const named = finder.find('model', fileName, entry.package.name)
    const [work] = named.length > 0 || v !== latest ? named : finder.find('model', entry.name, entry.package.name)
    if (work?.draft.resource_type !== 'model') {
      orphan(session, finder, entry, 'model', result, fileName)
      return
    }
    applyVersion(
      session,
      work,
      work.draft,
      entry,
      { raw: rawVersions[index] ?? version, data: version, v, latest },
      result,
    )
  })
}

interface VersionFacts {
  readonly raw: DataObject
  readonly data: DataObject
  readonly v: string | number
  readonly latest: string | number | null
}

function applyVersion(
  session: Session,
  work: Work,
  draft: ModelDraft,
  entry: PropertyEntry,
  facts: VersionFacts,
  result: PatchResult,
): void {
  const { raw, data, v, latest } = facts
  draft.unique_id = `model.${entry.package.name}.${entry.name}.v${v}`
  draft.fqn = [...draft.fqn.slice(0, -1), entry.name, `v${v}`]
  draft.name = entry.name
  draft.version = v
  draft.latest_version = latest
  work.patch = deepMerge(patchConfig(entry.data), objectOr(data.config))
  work.unrenderedPatch = objectOr(raw.config)
  draft.patch_path = `${entry.package.name}://${entry.source.original}`
  draft.description = textOr(raw.description, '') || textOr(entry.raw.description, '')
  const [include, exclude] = includeExclude(data.columns)
  setColumns(
    work,
    entry,
    entry.raw,
    entry.data,
    (name) => (include === '*' || include.includes(name)) && !exclude.includes(name),
    result,
  )
  const base = draft.columns
  setColumns(
    work,
    entry,
    { columns: withoutIncludes(raw.columns) },
    { columns: withoutIncludes(data.columns) },
    () => true,
    result,
  )
  draft.columns = new Map([...base, ...draft.columns])
  setModelProperties(
    session,
    work,
    draft,
    {
      constraints: entry.data.constraints ?? [],
      ...(objects(data.constraints).length > 0 ? { constraints: data.constraints ?? [] } : {}),
      deprecation_date: data.deprecation_date ?? null,
    },
    entry,
  )
  result.places.set(draft.unique_id, entry.place)
}

function withoutIncludes(columns: Data | undefined): DataObject[] {
  return objects(columns).filter((column) => !('include' in column || 'exclude' in column))
}

/** Which of the model's columns a version has. */
export function includeExclude(columns: Data | undefined): readonly ['*' | readonly string[], readonly string[]] {
  const found = objects(columns).find((column) => 'include' in column || 'exclude' in column)
  if (!found) return ['*', []]
  const names = (data: Data | undefined): string[] => (isList(data) ? data.map(String) : [])
  const include = found.include === '*' || found.include === 'all' ? '*' : names(found.include)
  return [include, names(found.exclude)]
}

export function versionOf(data: Data | undefined): string | number | null {
  const value = data === undefined ? null : plain(data)
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

/** The greatest version: by number when all are numbers, else by text. */
export function latestOf(versions: readonly DataObject[]): string | number | null {
  let latest: string | number | null = null
  for (const { v } of versions) {
    const version = versionOf(v)
    if (version === null) continue
    if (latest === null || isLater(version, latest)) latest = version
  }
  return latest
}

function isLater(a: string | number, b: string | number): boolean {
  const [left, right] = [Number(a), Number(b)]
  return Number.isNaN(left) || Number.isNaN(right) ? String(a) > String(b) : left > right
}

/** Contracts are sealed when columns and configs are known. */
export function sealContract(draft: ModelDraft): void {
  draft.contract = { ...draft.contract, checksum: contractChecksum(draft) }
}
