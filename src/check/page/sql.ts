import { compileNode } from '../../dbt/compile.ts'
import type { ManifestNode } from '../../dbt/manifest.ts'
import type { Project } from '../../dbt/project.ts'
import type { BeforeAfter, PageSql } from '../../report/html/page-data.ts'
import type { Mask } from './mask.ts'

interface Wanted {
  /** Whether its SQL is compiled too. */
  readonly compiles: boolean
  readonly mask: Mask
}

/** A node's code on both sides, and as dbt would send it where that is known; null for what has none. A seed's content is none. */
export function sqlOf(id: string, base: Project | null, head: Project | null, wanted: Wanted): PageSql | null {
  const [before, after] = [codeOf(base, id), codeOf(head, id)]
  if (before === null && after === null) return null
  const raw = pair(before?.raw_code ?? null, after?.raw_code ?? null)
  const node = after ?? before
  if (!wanted.compiles || node?.language !== 'sql') return { raw, compiled: null, incremental: null, note: null }
  const states = (incremental: boolean) =>
    [
      before && compiled(base, id, incremental, wanted.mask),
      after && compiled(head, id, incremental, wanted.mask),
    ] as const
  const [old, now] = states(false)
  const note = noteOf(now) ?? noteOf(old)
  if (note !== null) return { raw, compiled: null, incremental: null, note }
  const whole = pair(codeIn(old), codeIn(now))
  if (![before, after].some((it) => it?.config.materialized === 'incremental'))
    return { raw, compiled: whole, incremental: null, note }
  const [oldRun, nowRun] = states(true)
  const run = pair(codeIn(oldRun), codeIn(nowRun))
  const same = run.after === whole.after && run.before === whole.before
  const unknown = noteOf(nowRun) ?? noteOf(oldRun)
  return { raw, compiled: whole, incremental: same || unknown !== null ? null : run, note: unknown }
}

type WithCode = Extract<ManifestNode, { resource_type: 'model' | 'snapshot' }>

function codeOf(project: Project | null, id: string): WithCode | null {
  const node = project?.manifest.nodes.get(id)
  return node?.resource_type === 'model' || node?.resource_type === 'snapshot' ? node : null
}

type Outcome = { readonly code: string } | { readonly unknown: string }

function compiled(project: Project | null, id: string, incremental: boolean, mask: Mask): Outcome | null {
  if (project === null) return null
  const { code, unresolved } = compileNode(project, id, { incremental })
  if (unresolved.length === 0) return { code: mask(code) }
  return { unknown: `${unresolved.map(mask).join(', ')} cannot be resolved without the warehouse` }
}

function noteOf(outcome: Outcome | null): string | null {
  return outcome !== null && 'unknown' in outcome ? outcome.unknown : null
}

function codeIn(outcome: Outcome | null): string | null {
  return outcome !== null && 'code' in outcome ? outcome.code : null
}

function pair(before: string | null, after: string | null): BeforeAfter {
  return before === after ? { after } : { before, after }
}
