import type { DeclaredTwins } from '../config.ts'
import type { Project } from '../dbt/project.ts'
import type { NodeChange } from '../graph/change.ts'
import type { TwinChange } from '../graph/twin-change.ts'
import { twinId } from '../graph/twin-names.ts'
import type { Twin, TwinDifference, TwinPair } from '../graph/twins.ts'
import { few } from '../graph/words.ts'
import { type ComparedTwins, comparedTwins, declaredReason } from './twins.ts'

/** A region as a check sees it. */
export interface ChangedRegion {
  readonly name: string
  readonly base: Project | null
  readonly head: Project
  readonly changes: readonly NodeChange[]
}

/** By region, what its changes do beside its twins; nothing of regions that are no twins. The SQL library must have been started. */
export function twinChanges(
  regions: readonly ChangedRegion[],
  declared: readonly DeclaredTwins[],
): ReadonlyMap<string, readonly TwinChange[]> {
  const changed = new Map(regions.map((region) => [region.name, changedNames(region)]))
  const names = new Set([...changed.values()].flatMap((each) => [...each.keys()].map(nameIn)))
  if (names.size === 0) return new Map()
  const among = (name: string) => names.has(name)
  const of = (side: 'base' | 'head') =>
    comparedTwins(
      new Map(regions.flatMap(({ name, [side]: project }) => (project === null ? [] : [[name, project]]))),
      among,
    )
  const before = of('base')
  const found = of('head').flatMap(({ regions: [one, other], pairs }) => {
    const old = before.find(({ regions }) => regions[0] === one && regions[1] === other)
    return pairs.flatMap((pair) => ofPair(pair, old, [one, other], changed, declared))
  })
  return new Map(
    regions.map(({ name }) => [name, found.flatMap(([region, change]) => (region === name ? [change] : []))]),
  )
}

type Found = readonly [region: string, change: TwinChange]
type Changed = ReadonlyMap<string, ReadonlyMap<string, NodeChange>>

function ofPair(
  pair: TwinPair,
  before: ComparedTwins | undefined,
  regions: readonly [string, string],
  changed: Changed,
  declared: readonly DeclaredTwins[],
): Found[] {
  const key = `${pair.resource_type}..${pair.name}`
  const own = (region: string) => changed.get(region)?.get(key)
  const reasonFor = (differences: readonly TwinDifference[]): string | null => {
    const reasons = differences.map((each) => declaredReason(declared, pair.name, each))
    return reasons.includes(null) ? null : few(reasons.filter((each) => each !== null))
  }
  const said = (
    twin: Pick<Twin, 'unique_id' | 'name' | 'file'>,
    rest: Omit<TwinChange, 'unique_id' | 'name' | 'file'>,
  ) => {
    const { unique_id, name, file } = twin
    return { unique_id, name, file, ...rest }
  }
  const [one, other] = pair.twins
  if (other === undefined) {
    const elsewhere = regions.find((region) => region !== one.region) ?? ''
    const [here, there] = [own(one.region), own(elsewhere)]
    const absent = { region: elsewhere, name: null, file: null }
    const stays = { region: one.region, name: one.name, file: one.file }
    const declared = reasonFor(pair.differences)
    if (there?.state === 'removed')
      return [[elsewhere, said(there, { kind: 'removed', twin: stays, reason: there.reason, declared })]]
    if (here?.state === 'new')
      return [[one.region, said(one, { kind: 'added', twin: absent, reason: here.reason, declared })]]
    return []
  }
  const [first, second] = [own(one.region), own(other.region)]
  if (first === undefined && second === undefined) return []
  const known = new Set(before?.pairs.find((each) => same(each, pair))?.differences.map(wordsOf))
  const added = pair.differences.filter((each) => !known.has(wordsOf(each)))
  if (first !== undefined && second !== undefined) {
    if (added.length === 0) return []
    const reason = few(added.map(({ words }) => words))
    return [[one.region, said(one, { kind: 'differs', twin: placeOf(other), reason, declared: reasonFor(added) })]]
  }
  // What brings it nearer to its twin is no news of the twin.
  if (added.length === 0 && pair.differences.length < Math.max(1, known.size)) return []
  const [here, twin, change] = first !== undefined ? [one, other, first] : [other, one, second]
  if (change === undefined) return []
  const kind = change.state === 'new' ? 'added' : 'changed'
  return [
    [
      here.region,
      said(here, {
        kind,
        twin: placeOf(twin),
        reason: change.reason,
        declared: reasonFor(added.length > 0 ? added : pair.differences),
      }),
    ],
  ]
}

function same(one: TwinPair, other: TwinPair): boolean {
  return one.name === other.name && one.resource_type === other.resource_type
}

function wordsOf({ aspect, words }: TwinDifference): string {
  return `${aspect} ${words}`
}

function placeOf({ region, name, file }: Twin): TwinChange['twin'] {
  return { region, name, file }
}

/** What changed in meaning, by the name that twins have in common; a test counts for what it is defined on. */
function changedNames({ name, base, head, changes }: ChangedRegion): Map<string, NodeChange> {
  const found = new Map<string, NodeChange>()
  for (const change of changes) {
    if (change.change === 'none') continue
    const project = change.state === 'removed' ? (base ?? head) : head
    const node = project.manifest.nodes.get(change.unique_id)
    const id = node?.resource_type === 'test' ? node.attached_node : change.unique_id
    if (id === null || !/^(model|seed|snapshot)\./.test(id)) continue
    const key = twinId(id, project, name)
    const test = id !== change.unique_id
    if (test && found.has(key)) continue
    found.set(key, test ? { ...change, state: 'modified', reason: `${change.reason}: ${change.name}` } : change)
  }
  return found
}

function nameIn(key: string): string {
  return key.split('.').slice(2).join('.')
}
