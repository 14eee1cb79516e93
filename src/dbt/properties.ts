import { type NameScope, PythonError, type Value } from '../jinja/index.ts'
import { type Data, type DataObject, isList, isObject } from './data.ts'
import type { SourceFile } from './files.ts'
import type { Package } from './package.ts'
import { type KeyPath, renderYamlObject } from './render.ts'
import type { Runtime, Subject } from './runtime.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { type Yaml, YamlError } from './yaml.ts'

/** The lists of a property file: https://docs.getdbt.com/reference/configs-and-properties */
export const PROPERTY_KEYS = [
  'models',
  'seeds',
  'snapshots',
  'sources',
  'macros',
  'data_tests',
  'analyses',
  'functions',
  'exposures',
  'metrics',
  'groups',
  'semantic_models',
  'unit_tests',
  'saved_queries',
] as const
export type PropertyKey = (typeof PROPERTY_KEYS)[number]

/** One entry of a property file's list. */
export interface PropertyEntry {
  readonly key: PropertyKey
  readonly package: Package
  readonly source: SourceFile
  readonly yaml: Yaml
  readonly name: string
  /** As it is written; descriptions and tests are read from here. */
  readonly raw: DataObject
  /** With its Jinja rendered, but for descriptions, tests and hooks. */
  readonly data: DataObject
  readonly place: Place
}

/** Reads the property files of a package, sorted by path. What cannot be read is told to the sink. */
export function readProperties(session: Session, of: Package): PropertyEntry[] {
  const scope = yamlScope(session.runtime, of)
  return of.files.properties.flatMap((source): readonly PropertyEntry[] => {
    const kept = session.kept?.entries(source)
    if (kept !== undefined) return kept
    const yaml = readFile(session, source)
    return yaml ? entriesOf(session, of, source, yaml, scope) : []
  })
}

function readFile(session: Session, source: SourceFile): Yaml | undefined {
  try {
    const yaml = session.cache.yaml(source.contents)
    if (yaml.data === null || isObject(yaml.data)) return yaml
    session.sink.add(
      'invalid-properties',
      'error',
      { file: source.file, offset: source.shift },
      'a property file is a mapping: models:, sources:, …',
    )
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    session.sink.add(
      'yaml-syntax',
      'error',
      { file: source.file, offset: error.offset + source.shift },
      `this is not YAML: ${error.message}`,
    )
  }
  return undefined
}

function entriesOf(session: Session, of: Package, source: SourceFile, yaml: Yaml, scope: NameScope): PropertyEntry[] {
  const file = yaml.data
  if (!isObject(file)) return []
  const invalid = (offset: number, message: string): void =>
    session.sink.add('invalid-properties', 'error', { file: source.file, offset: source.shift + offset }, message)
  return PROPERTY_KEYS.flatMap((key) => {
    const list = file[key]
    if (list === undefined || list === null) return []
    if (!isList(list)) {
      invalid(yaml.keyOffset(file, key), `'${key}' is a list of entries, each with a name`)
      return []
    }
    return list.flatMap((raw, index) => {
      const offset = (): number => yaml.itemOffset(list, index)
      if (!isObject(raw)) invalid(offset(), `an entry of '${key}' is a mapping with a name`)
      else if (typeof raw.name !== 'string') invalid(offset(), `this entry of '${key}' has no name; add one: name: …`)
      else
        return [
          makeEntry(
            session,
            {
              key,
              package: of,
              source,
              yaml,
              name: raw.name,
              raw,
              place: new YamlPlace(source, yaml, list, index),
            },
            scope,
          ),
        ]
      return []
    })
  })
}

function makeEntry(session: Session, entry: Omit<PropertyEntry, 'data'>, scope: NameScope): PropertyEntry {
  const { runtime, cache, sink } = session
  const subject = new YamlSubject(entry.package, entry.place, session)
  const data = runtime.with(subject, () =>
    renderYamlObject(entry.raw, {
      cache,
      scope,
      shouldRender: (path) => shouldRender(entry.key, path),
      onError: (error, holder, key) =>
        sink.add(
          'invalid-properties',
          'error',
          placeOf(entry, holder, key),
          `${key} cannot be rendered: ${error.message}`,
        ),
    }),
  )
  const name = data.name
  return {
    key: entry.key,
    package: entry.package,
    source: entry.source,
    yaml: entry.yaml,
    name: typeof name === 'string' ? name : entry.name,
    raw: entry.raw,
    data,
    place: entry.place,
  }
}

/** Where a part of an entry stands. */
export function placeOf(entry: Pick<PropertyEntry, 'source' | 'yaml'>, holder: object, key?: string | number): Place {
  return new YamlPlace(entry.source, entry.yaml, holder, key)
}

/** A place in a YAML file, whose offset is worked out when it is asked for: of most places nothing is ever told. */
class YamlPlace implements Place {
  readonly source: SourceFile
  readonly yaml: Yaml
  readonly holder: object
  readonly key: string | number | undefined

  constructor(source: SourceFile, yaml: Yaml, holder: object, key: string | number | undefined) {
    this.source = source
    this.yaml = yaml
    this.holder = holder
    this.key = key
  }

  get file(): string {
    return this.source.file
  }

  get offset(): number {
    const { yaml, holder, key } = this
    const offset =
      key === undefined
        ? yaml.offsetOf(holder)
        : typeof key === 'number'
          ? yaml.itemOffset(holder, key)
          : yaml.keyOffset(holder, key)
    return this.source.shift + offset
  }
}

/** What templates in YAML see: variables and the target, no macros. */
export function yamlScope(runtime: Runtime, of: Package): NameScope {
  return {
    get(name: string): Value | undefined {
      const value = runtime.subject.member(name)
      return value ?? (name === 'adapter' || name === 'api' ? undefined : runtime.base(name, of))
    },
  }
}

/** A YAML value while it is rendered. */
export class YamlSubject implements Subject {
  readonly execute = false
  readonly rawVars: boolean
  readonly package: Package
  readonly #place: Place
  readonly #session: Pick<Session, 'sink'>

  constructor(of: Package, place: Place, session: Pick<Session, 'sink'>, rawVars = true) {
    this.rawVars = rawVars
    this.package = of
    this.#place = place
    this.#session = session
  }

  member(_name: string): Value | undefined {
    return undefined
  }
  onMacro(): void {}
  onVar(): void {}
  onEnv(): void {}
  onUnresolved(): void {}
  onUnknown(): void {}
  onMissing(kind: 'var' | 'env_var' | 'secret', name: string): void {
    if (kind === 'var')
      throw new PythonError('RequiredVarNotFound', `the variable '${name}' is not set and has no default`)
    const what = kind === 'secret' ? 'the secret' : 'the environment variable'
    this.#session.sink.add(
      'unresolved-variable',
      kind === 'secret' ? 'error' : 'warning',
      this.#place,
      `${what} '${name}' is not set here and has no default`,
    )
  }
}

const LATE = new Set(['tests', 'data_tests', 'description', 'loaded_at_query'])
const PARTS = new Set(['columns', 'dimensions', 'measures', 'entities', 'metrics'])
const TESTS = new Set(['tests', 'data_tests', 'description'])

/** dbt renders descriptions, tests, hooks and filters later, each in its own way. */
function shouldRender(key: PropertyKey, path: KeyPath): boolean {
  const [first, second] = path
  const last = path.at(-1)
  const isFilter = last === 'filter' || path.at(-2) === 'filter'
  switch (key) {
    case 'sources':
      if (
        first === 'description' ||
        first === 'loaded_at_query' ||
        (first === 'config' && second === 'loaded_at_query')
      )
        return false
      return !(first === 'tables' && isLate(path.slice(2)))
    case 'macros':
      return !isLate(first === 'arguments' ? path.slice(1) : path)
    case 'metrics':
      return !(isFilter || isLate(path))
    case 'saved_queries':
      return !((first === 'query_params' && second === 'where') || isLate(path))
    default:
      return !((first === 'metrics' && isFilter) || isLate(path))
  }
}

function isLate(path: KeyPath): boolean {
  const at = (index: number, names: ReadonlySet<string>): boolean => {
    const part = path[index]
    return typeof part === 'string' && names.has(part)
  }
  const [first, second] = path
  if (at(0, LATE) || (path.length === 2 && at(1, LATE))) return true
  if (first === 'config' && (second === 'pre_hook' || second === 'post_hook' || second === 'loaded_at_query'))
    return true
  if (path.length === 5 && path[4] === 'description') return true
  if (first === 'versions') return at(2, TESTS) || (path[2] === 'columns' && at(4, TESTS))
  if (at(0, PARTS) && at(2, TESTS)) return true
  return first === 'derived_semantics' && (second === 'dimensions' || second === 'entities') && at(3, TESTS)
}

const NOTHING: DataObject = {}

export function objectOr(data: Data | undefined): DataObject {
  return isObject(data) ? data : NOTHING
}

/** The mappings of a list; what is none is left out. */
export function objects(data: Data | undefined): DataObject[] {
  return isList(data) ? data.filter(isObject) : []
}
