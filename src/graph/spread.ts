import type { NodeChange } from './change.ts'
import type { Effects } from './effects.ts'
import type { Fingerprinted } from './fingerprint.ts'
import { graphOf } from './graph.ts'
import { descendants } from './order.ts'
import { anything, type Impact, type Impacts } from './outputs.ts'

/** The changes of a project, with whom they affect. */
export interface Affected {
  readonly changes: readonly NodeChange[]
  /** Of everything that gives something else. */
  readonly impacts: Impacts
}

/** What of each change reaches further than the node itself: certain columns where only its SQL differs and its rows are the same. */
export function startsOf(
  changes: readonly NodeChange[],
  from: Fingerprinted | null,
  to: Fingerprinted | null,
  effects: Effects = new Map(),
): Impacts {
  const start = ({ unique_id, change, all }: NodeChange): [string, Impact][] => {
    if (change === 'none' || change === 'governance') return []
    const effect = effects.get(unique_id)
    const [old, now] = [from, to].map((side) => side?.fingerprints.get(unique_id)?.parts)
    const codeOnly = old !== undefined && old.config === now?.config && old.place === now.place
    const byColumns = codeOnly && all.every((each) => ['column', 'additive', 'governance'].includes(each))
    if (effect === undefined || effect.whole || !byColumns) return [[unique_id, anything]]
    return [[unique_id, { rows: false, columns: new Set(effect.columns.map((name) => name.toLowerCase())) }]]
  }
  return new Map(changes.flatMap(start))
}

/** The impacts where each reaches everything that is downstream of it. */
export function spread({ project }: Fingerprinted, starts: Impacts): Impacts {
  const all = new Map(starts)
  for (const id of descendants(graphOf(project.manifest), starts.keys())) all.set(id, anything)
  return all
}
