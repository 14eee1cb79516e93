import picomatch from 'picomatch'
import type { Documentation, Group, Json, Macro, Manifest, Resource } from '../dbt/manifest.ts'
import { changeClasses, type NodeChange } from '../graph/change.ts'
import { didYouMean } from '../nearest.ts'
import { fnmatch } from './fnmatch.ts'
import { type Criteria, SelectionError } from './specification.ts'

/** What a selection is made from. */
export interface Selectable {
  readonly manifest: Manifest
  /** Every file and folder of the project, relative to its root. */
  readonly paths: readonly string[]
  /** How the project differs from its base; null where there is none to compare with. */
  readonly changes: readonly NodeChange[] | null
}

/** What can be selected. */
export type Member = Exclude<Resource, Group | Macro | Documentation>

type Method = (criteria: Criteria, from: Selectable) => (member: Member) => boolean

/** Every enabled resource of a manifest that can be selected, by unique_id. */
export function membersOf(manifest: Manifest): ReadonlyMap<string, Member> {
  const { nodes, sources, exposures, metrics, unit_tests, semantic_models, saved_queries } = manifest
  const all = [nodes, sources, exposures, metrics, unit_tests, semantic_models, saved_queries]
  const members = all.flatMap((some): [string, Member][] => [...(some ?? [])])
  return new Map(members.filter(([, { config }]) => config.enabled !== false))
}

/**
 * Which members a criterion means by its method and value. Throws a SelectionError for a method or a value that cannot be.
 * https://docs.getdbt.com/reference/node-selection/methods
 */
export function matcher(criteria: Criteria, from: Selectable): (member: Member) => boolean {
  const method = methods.get(criteria.method)
  if (method !== undefined) return method(criteria, from)
  const known = [...methods.keys(), 'selector']
  throw new SelectionError(
    needsAnEarlierRun.has(criteria.method)
      ? `'${criteria.raw}': ${criteria.method} needs the results of an earlier run of dbt, which are not read here`
      : `'${criteria.raw}': ${criteria.method} is no method of selection${didYouMean(criteria.method, known)}`,
  )
}

const needsAnEarlierRun = new Set(['result', 'source_status'])

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['fqn', ({ value }) => byQualifiedName(String(value))],
  [
    'tag',
    ({ value }) =>
      (member) =>
        tagsOf(member).some((tag) => fnmatch(tag, String(value))),
  ],
  [
    'group',
    ({ value }) =>
      (member) =>
        isGroupable(member) && groupOf(member) !== '' && fnmatch(groupOf(member), String(value)),
  ],
  [
    'access',
    ({ value }) =>
      (member) =>
        'access' in member && member.access === value,
  ],
  ['source', named('source', 3)],
  ['exposure', named('exposure', 2)],
  ['metric', named('metric', 2)],
  ['semantic_model', named('semantic_model', 2)],
  ['saved_query', named('saved_query', 2)],
  ['unit_test', named('unit_test', 2)],
  ['path', ({ value }, { paths }) => byPath(String(value), paths)],
  ['file', ({ value }) => byFile(String(value))],
  [
    'package',
    ({ value }, { manifest }) => byPackage(value === 'this' ? manifest.metadata.project_name : String(value)),
  ],
  ['config', byConfig],
  ['resource_type', byResourceType],
  ['test_name', byTestName],
  ['test_type', byTestType],
  ['version', byVersion],
  ['state', byState],
  ['change', byChange],
])

function byQualifiedName(value: string): (member: Member) => boolean {
  return (member) => {
    if (member.resource_type === 'source') return false
    const { fqn } = member
    const versioned = member.resource_type === 'model' && member.version !== null
    return isNamed(fqn, value, versioned) || isNamed(fqn.slice(1), value, versioned)
  }
}

/** A name alone, or a path of names from the start; from a wildcard on it is a pattern for the rest. */
function isNamed(fqn: readonly string[], value: string, versioned: boolean): boolean {
  const parts = value.split('.')
  if (versioned && (fqn.at(-2) === value || fqn.slice(-2).join('_') === parts.slice(-2).join('_'))) return true
  if (!versioned && fqn.at(-1) === value) return true
  const flat = fqn.flatMap((segment) => segment.split('.'))
  if (flat.length < parts.length) return false
  const wild = parts.findIndex((part) => /[*?[\]]/.test(part))
  const plain = wild === -1 ? parts : parts.slice(0, wild)
  if (!plain.every((part, index) => flat[index] === part)) return false
  return wild === -1 || fnmatch(flat.slice(wild).join('.'), parts.slice(wild).join('.'))
}

/** `name`, `package.name`, and of a source also `package.source.table` and `source.table`. */
function named(type: string, most: 2 | 3): Method {
  return ({ value, raw }) => {
    const parts = String(value).split('.')
    if (parts.length > most) {
      const forms = most === 3 ? 'source, source.table or package.source.table' : 'name or package.name'
      throw new SelectionError(`'${raw}': a ${type.replace('_', ' ')} is selected as ${forms}`)
    }
    const [name = '', ...rest] = [...parts].reverse()
    return (member) => {
      if (member.resource_type !== type) return false
      const { package_name } = member
      if (member.resource_type !== 'source') return fnmatch(member.name, name) && fnmatch(package_name, rest[0] ?? '*')
      const [source = name, inPackage = '*'] = rest
      const table = parts.length === 1 ? '*' : name
      return fnmatch(package_name, inPackage) && fnmatch(member.source_name, source) && fnmatch(member.name, table)
    }
  }
}

function byPath(value: string, paths: readonly string[]): (member: Member) => boolean {
  const isMatch = picomatch(value.replace(/^(?:\.\/)+|\/+$/g, ''), {
    dot: true,
    nobrace: true,
    noextglob: true,
    nonegate: true,
  })
  const found = new Set(paths.filter((path) => isMatch(path)))
  return (member) => {
    const { original_file_path } = member
    const described = 'patch_path' in member ? member.patch_path?.split('://')[1] : undefined
    const folders = original_file_path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
    return folders.some((path) => found.has(path)) || (described !== undefined && found.has(described))
  }
}

function byFile(value: string): (member: Member) => boolean {
  return ({ original_file_path }) => {
    const name = original_file_path.split('/').at(-1) ?? ''
    return fnmatch(name, value) || fnmatch(name.replace(/(?<=.)\.[^.]*$/, ''), value)
  }
}

function byPackage(name: string): (member: Member) => boolean {
  return ({ package_name }) => fnmatch(package_name, name)
}

function byConfig({ methodArguments, value }: Criteria): (member: Member) => boolean {
  const caseless = methodArguments.join('.') === 'severity'
  const equals = (found: Json): boolean =>
    found === value || (caseless && textOf(found).toUpperCase() === String(value).toUpperCase())
  const truth = { true: true, false: false }[String(value).toLowerCase()]
  return (member) => {
    if (!isNode(member) && member.resource_type !== 'source') return false
    const found = configOf(member, methodArguments)
    if (found === undefined) return false
    return (Array.isArray(found) ? found : [found]).some(
      (each) => equals(each) || (truth !== undefined && each === truth),
    )
  }
}

const resourceTypes = [
  ...[
    'model',
    'seed',
    'snapshot',
    'test',
    'unit_test',
    'source',
    'exposure',
    'metric',
    'semantic_model',
    'saved_query',
  ],
  ...['analysis', 'operation', 'function', 'sql_operation', 'rpc', 'doc', 'macro', 'group', 'fixture'],
]

function byResourceType({ value, raw }: Criteria): (member: Member) => boolean {
  const type = String(value)
  if (!resourceTypes.includes(type)) {
    throw new SelectionError(`'${raw}': ${type} is no type of resource${didYouMean(type, resourceTypes)}`)
  }
  return ({ resource_type }) => resource_type === type
}

function byTestName({ value }: Criteria): (member: Member) => boolean {
  return (member) => {
    const name = member.resource_type === 'unit_test' ? member.name : genericTest(member)?.name
    return name !== undefined && fnmatch(name, String(value))
  }
}

const testTypes: Readonly<Record<string, (member: Member) => boolean>> = {
  generic: isGenericTest,
  schema: isGenericTest,
  singular: isSingularTest,
  data: (member) => isGenericTest(member) || isSingularTest(member),
  unit: ({ resource_type }) => resource_type === 'unit_test',
}

function byTestType({ value, raw }: Criteria): (member: Member) => boolean {
  const matches = Object.hasOwn(testTypes, String(value)) ? testTypes[String(value)] : undefined
  if (matches === undefined) throw new SelectionError(`'${raw}': a test's type is generic, singular, data or unit`)
  return matches
}

function byVersion({ value, raw }: Criteria): (member: Member) => boolean {
  const wanted = String(value)
  if (!['latest', 'prerelease', 'old', 'none'].includes(wanted)) {
    throw new SelectionError(`'${raw}': a version is latest, prerelease, old or none`)
  }
  return (member) => {
    if (member.resource_type !== 'model') return false
    const { version, latest_version } = member
    if (version === null) return wanted === 'none'
    const order = compareVersions(textOf(version), textOf(latest_version))
    return wanted === 'latest' ? order === 0 : wanted === 'prerelease' ? order > 0 : wanted === 'old' && order < 0
  }
}

/** As numbers where both are, else as texts. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [Number(one), Number(other)]
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b
  return one < other ? -1 : Number(one > other)
}

/** By our own comparison with the base, which counts what dbt's misses and leaves out what alters nothing. */
function byState({ value, raw }: Criteria, { changes }: Selectable): (member: Member) => boolean {
  const compared = differing(raw, changes)
  const isNew = ({ unique_id }: Member) => compared.get(unique_id)?.state === 'new'
  const isModified = ({ unique_id }: Member) => (compared.get(unique_id)?.change ?? 'none') !== 'none'
  switch (value) {
    case 'new':
      return isNew
    case 'old':
      return (member) => !isNew(member)
    case 'modified':
      return isModified
    case 'unmodified':
      return (member) => !isModified(member)
    default:
      throw new SelectionError(
        `'${raw}': a state is new, old, modified or unmodified; for a part of a change write change: and one of ${changeClasses.join(', ')}`,
      )
  }
}

function byChange({ value, raw }: Criteria, { changes }: Selectable): (member: Member) => boolean {
  const compared = differing(raw, changes)
  const wanted = changeClasses.find((each) => each === value)
  if (wanted === undefined) throw new SelectionError(`'${raw}': a change is one of ${changeClasses.join(', ')}`)
  return ({ unique_id }) => {
    const change = compared.get(unique_id)
    return change !== undefined && (change.change === wanted || change.all.includes(wanted))
  }
}

function differing(raw: string, changes: readonly NodeChange[] | null): ReadonlyMap<string, NodeChange> {
  if (changes === null) throw new SelectionError(`'${raw}': there is nothing to compare with; name a base with --base`)
  return new Map(changes.map((change) => [change.unique_id, change]))
}

/** dbt keeps functions apart from its other nodes. */
function isNode(member: Member): boolean {
  return 'raw_code' in member && member.resource_type !== 'function'
}

function isGroupable(member: Member): boolean {
  return isNode(member) || member.resource_type === 'metric'
}

function isGenericTest(member: Member): boolean {
  return genericTest(member) !== undefined
}

function isSingularTest(member: Member): boolean {
  return member.resource_type === 'test' && !isGenericTest(member)
}

function genericTest(member: Member): { readonly name: string } | undefined {
  return member.resource_type === 'test' ? (member.test_metadata ?? undefined) : undefined
}

function groupOf(member: Member): string {
  return textOf(configOf(member, ['group']))
}

function tagsOf(member: Member): readonly string[] {
  const tags = 'tags' in member ? member.tags : member.resource_type === 'unit_test' && configOf(member, ['tags'])
  const list: readonly unknown[] = Array.isArray(tags) ? tags : typeof tags === 'string' ? [tags] : []
  return list.map(textOf)
}

/** A member's config at a path; undefined where there is none. */
function configOf({ config }: Member, path: readonly string[]): unknown {
  return valueAt(config, path)
}

/** What stands at a path of keys; undefined where there is nothing. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = new Map<string, unknown>(Object.entries(found)).get(key)
  }
  return found
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
