import type {
  ColumnInfo,
  Exposure,
  JsonObject,
  Manifest,
  ManifestNode,
  SourceDefinition,
  UnitTestDefinition,
} from '../dbt/manifest.ts'
import { codeReasons, macroReasons, movedParents } from './cause.ts'
import { type AffectedExposure, type ChangeClass, changeClasses, type NodeChange } from './change.ts'
import { configEffect } from './config-class.ts'
import type { Effect, Effects } from './effects.ts'
import type { Fingerprint, Fingerprinted } from './fingerprint.ts'
import { graphOf } from './graph.ts'
import { descendants } from './order.ts'
import { changedColumns, differences, few } from './words.ts'

type Compared = ManifestNode | SourceDefinition | Exposure | UnitTestDefinition

interface Difference {
  readonly classes: readonly ChangeClass[]
  readonly words: readonly string[]
  readonly columns?: readonly string[]
}

/**
 * How the nodes, sources, exposures and tests of a project differ between base and head, by unique_id; null is a side
 * without the project. Tests, unit tests and analyses alter no data, so at most what is checked or said changes
 * (`governance`). `effects` says of nodes whose code differs what that does; without one it is unknown. `affects` leaves
 * tests out, and is empty for what cannot reach the data downstream.
 */
export function changes(
  base: Fingerprinted | null,
  head: Fingerprinted | null,
  effects: Effects = new Map(),
): NodeChange[] {
  const before = resources(base)
  const after = resources(head)
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort()
  const places = new Map([...(base?.fingerprints ?? [])].map(([id, { place }]) => [place, id]))
  return ids.flatMap((id): NodeChange[] => {
    const [from, to] = [before.get(id), after.get(id)]
    if (from === undefined && to !== undefined && head !== null)
      return [report(head, to, 'new', added(places, head, to))]
    if (to === undefined && from !== undefined && base !== null) return [report(base, from, 'removed', removed(from))]
    if (from === undefined || to === undefined || base === null || head === null) return []
    const difference = modified(base, head, from, to, effects)
    return difference === null ? [] : [report(head, to, 'modified', difference)]
  })
}

/** The models and snapshots that both sides have and whose SQL, as far as it is known, differs, sorted. */
export function nodesWithOtherSql(base: Fingerprinted, head: Fingerprinted): string[] {
  return [...head.fingerprints].flatMap(([id, { parts }]) => {
    const node = head.project.manifest.nodes.get(id)
    const built = (node?.resource_type === 'model' || node?.resource_type === 'snapshot') && node.language === 'sql'
    const before = base.fingerprints.get(id)
    return built && before !== undefined && before.parts.code !== parts.code ? [id] : []
  })
}

function resources(side: Fingerprinted | null): Map<string, Compared> {
  if (side === null) return new Map()
  const { nodes, sources, exposures, unit_tests } = side.project.manifest
  return new Map<string, Compared>([...nodes, ...sources, ...exposures, ...unit_tests])
}

/**
 * A new relation alters nothing that exists: what reads it is itself new or changed. Unless it stands where another one
 * stood, or runs statements of its own.
 */
function added(
  places: ReadonlyMap<string | null, string>,
  { fingerprints }: Fingerprinted,
  node: Compared,
): Difference {
  if (!hasData(node)) return { classes: ['governance'], words: [`${kind(node)} added`] }
  const place = fingerprints.get(node.unique_id)?.place ?? null
  const taken = place === null ? undefined : places.get(place)
  if (taken !== undefined) return { classes: ['unknown'], words: [`new, in the place of ${nameOf(taken)} (${place})`] }
  const config = fingerprints.get(node.unique_id)?.config ?? {}
  if (config.pre_hook !== undefined || config.post_hook !== undefined) {
    return { classes: ['unknown'], words: ['new, with hooks whose statements are not analysed'] }
  }
  return { classes: ['additive'], words: [place === null ? 'new' : `new: ${place}`] }
}

function removed(node: Compared): Difference {
  if (!hasData(node)) return { classes: ['governance'], words: [`${kind(node)} removed`] }
  const place = node.relation_name
  const stays = node.resource_type === 'function' ? 'stays as it is' : 'stays and gets no new data'
  const left = place === null || node.config.materialized === 'ephemeral' ? '' : `; ${place} ${stays}`
  return { classes: ['unknown'], words: [`removed${left}`] }
}

function modified(
  base: Fingerprinted,
  head: Fingerprinted,
  from: Compared,
  to: Compared,
  effects: Effects,
): Difference | null {
  const known = base.fingerprints.get(to.unique_id)
  const now = head.fingerprints.get(to.unique_id)
  if (known === now && (known !== undefined || from === to)) return null
  const parts = [ofFingerprint(base, head, to.unique_id, effects), ofSource(from, to), ofText(from, to)]
  const classes = parts.flatMap((part) => part.classes)
  const columns = [...new Set(parts.flatMap((part) => part.columns ?? []))].sort()
  if (classes.length > 0) return { classes, words: parts.flatMap((part) => part.words), columns }
  const moved = from.original_file_path !== to.original_file_path
  if (moved) return { classes: ['none'], words: [`moved from ${from.original_file_path}, means the same`] }
  const layout = 'raw_code' in from && 'raw_code' in to && from.raw_code !== to.raw_code
  return layout ? { classes: ['none'], words: ['only layout, comments or the way it is written'] } : null
}

function ofFingerprint(base: Fingerprinted, head: Fingerprinted, id: string, effects: Effects): Difference {
  const from = base.fingerprints.get(id)
  const to = head.fingerprints.get(id)
  if (from === undefined || to === undefined || from.hash === to.hash) return { classes: [], words: [] }
  const differ = (part: keyof Fingerprint['parts']): boolean => from.parts[part] !== to.parts[part]
  const [before, after] = [base.project.manifest, head.project.manifest]
  const parts: Difference[] = []
  if (differ('code')) parts.push(ofCode(before, after, from, to, effects.get(id)))
  if (differ('config')) parts.push(ofConfig(before, after, from, to))
  if (differ('place'))
    parts.push({ classes: ['config'], words: [`moved from ${from.place ?? 'nowhere'} to ${to.place ?? 'nowhere'}`] })
  if (differ('governance')) {
    const columns = changedColumns(from.governance, to.governance)
    parts.push({ classes: ['governance'], words: differences(from.governance, to.governance), columns })
  }
  const checks = /^(test|unit_test|analysis)\./.test(id)
  return {
    classes: parts.flatMap(({ classes }) => (checks ? classes.map((): ChangeClass => 'governance') : classes)),
    words: parts.flatMap(({ words }) => words),
    columns: parts.flatMap(({ columns = [] }) => columns),
  }
}

function ofCode(base: Manifest, head: Manifest, from: Fingerprint, to: Fingerprint, effect?: Effect): Difference {
  const causes = codeReasons(base, head, from, to)
  if (effect === undefined) {
    const blind = /^(test|unit_test)\./.test(to.unique_id) ? [] : ['its effect on columns and rows is not analysed']
    return { classes: ['unknown'], words: [...causes, ...blind] }
  }
  const moved = movedParents(base, head, to.unique_id)
  const classes = [...effect.classes]
  if (moved.some((id) => id.startsWith('source.'))) classes.push('unknown')
  else if (moved.length > 0) classes.push('config')
  const alters = classes.some((each) => each !== 'none')
  // That its own SQL changed is seen in the pull request; what that does is not.
  const words = [
    ...(alters && effect.classes.every((each) => each === 'none') ? [] : effect.words),
    ...causes.filter((each) => each !== 'SQL changed' && !each.startsWith('compared as text')),
    ...(classes.includes('unknown') && moved.length > 0 ? ['what stands there is not known'] : []),
    ...(alters && head.nodes.get(to.unique_id)?.config.materialized === 'incremental' ? [untilRefresh] : []),
  ]
  return { classes, words, columns: effect.columns }
}

const untilRefresh = 'rows that are there stay as they are without a full refresh'

function ofConfig(base: Manifest, head: Manifest, from: Fingerprint, to: Fingerprint): Difference {
  const differing = differences(from.config, to.config)
  const { classes, columns, words } = configEffect(from.config, to.config)
  const hooks = differing.some((each) => /^(pre|post)_hook/.test(each))
  const macros = hooks ? macroReasons(base, head, to.unique_id) : []
  return { classes, words: [...differing, ...macros, ...words], columns }
}

function ofSource(from: Compared, to: Compared): Difference {
  if (from.resource_type !== 'source' || to.resource_type !== 'source') return { classes: [], words: [] }
  if (from.relation_name === to.relation_name) return { classes: [], words: [] }
  return { classes: ['config'], words: [`moved from ${from.relation_name} to ${to.relation_name}`] }
}

function ofText(from: Compared, to: Compared): Difference {
  const [before, after] = [said(from), said(to)]
  const words = differences(before, after)
  return words.length === 0
    ? { classes: [], words }
    : { classes: ['governance'], words, columns: changedColumns(before, after) }
}

/** What is said about a resource, and alters nothing in the warehouse. */
function said(resource: Compared): JsonObject {
  const { description } = resource
  if (resource.resource_type === 'unit_test') return { description }
  const { tags, meta } = resource
  if (resource.resource_type === 'exposure') {
    const { type, owner, label, maturity, url, depends_on } = resource
    return { description, tags, meta, type, owner, label, maturity, url, depends_on: depends_on.nodes }
  }
  const columns = Object.fromEntries(
    [...resource.columns.values()].map((column) => [column.name, saidOfColumn(column)]),
  )
  if (resource.resource_type === 'source') {
    const { loader, freshness, loaded_at_field } = resource
    return { description, tags, meta, loader, freshness, loaded_at_field, columns }
  }
  const access = resource.resource_type === 'model' ? resource.access : null
  return { description, tags, meta, group: resource.group, access, columns }
}

function saidOfColumn({ description, tags, meta, data_type }: ColumnInfo): JsonObject {
  return { description, tags, meta, data_type }
}

function report(
  side: Fingerprinted,
  resource: Compared,
  state: NodeChange['state'],
  difference: Difference,
): NodeChange {
  const { project } = side
  const found = changeClasses.filter((each) => difference.classes.includes(each))
  const all = found.length > 1 ? found.filter((each) => each !== 'none') : found
  const change = all[0] ?? 'none'
  const affects = change === 'none' || change === 'governance' ? [] : affectedBy(project.manifest, resource.unique_id)
  const position = project.positions.get(resource.unique_id)
  const path = position?.path ?? resource.original_file_path
  return {
    unique_id: resource.unique_id,
    name: resource.name,
    resource_type: resource.resource_type,
    state,
    change,
    all,
    columns: [...new Set(difference.columns ?? [])].sort(),
    reason: few(difference.words),
    affects,
    exposures: affects.flatMap((id) => affectedExposure(project.manifest, id)),
    file: project.root === '' ? path : `${project.root}/${path}`,
    line: position?.line ?? 1,
  }
}

function affectedBy(manifest: Manifest, unique_id: string): string[] {
  const below = descendants(graphOf(manifest), [unique_id])
  return [...below].filter((id) => !/^(test|unit_test|analysis)\./.test(id)).sort()
}

function affectedExposure(manifest: Manifest, id: string): AffectedExposure[] {
  const exposure = manifest.exposures.get(id)
  if (exposure === undefined) return []
  const { unique_id, name, label, type, url, owner } = exposure
  const email = typeof owner.email === 'string' ? owner.email : (owner.email?.[0] ?? null)
  return [{ unique_id, name, label, type, owner: owner.name ?? email, url }]
}

/** Whether a resource can alter what stands in the warehouse. */
function hasData(resource: Compared): resource is ManifestNode {
  return ['model', 'seed', 'snapshot', 'function', 'operation'].includes(resource.resource_type)
}

function kind(resource: Compared): string {
  return resource.resource_type === 'test' ? 'data test' : resource.resource_type.replace('_', ' ')
}

function nameOf(unique_id: string): string {
  return unique_id.split('.').slice(2).join('.')
}
