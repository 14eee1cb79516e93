import type { Work } from './draft.ts'
import type { JsonObject, NodeConfig } from './manifest.ts'
import { flag } from './package.ts'
import type { Session } from './session.ts'

/** Whether dbt splits microbatch models into batches itself: not where a macro of the project's own does, and a flag says so. */
export function usesBatches({ packages, runtime }: Session): boolean {
  const own = [...packages.byName.keys()].some((name) =>
    runtime.macros.byId.has(`macro.${name}.get_incremental_microbatch_sql`),
  )
  return !own || flag(packages.root, 'require_batched_execution_for_custom_microbatch_strategy', true)
}

export function isMicrobatch({ materialized, incremental_strategy }: NodeConfig): boolean {
  return materialized === 'incremental' && incremental_strategy === 'microbatch'
}

const MOMENT =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,6})\d*)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/

/** A moment as Python writes it, `2024-01-31T00:00:00`; null for what Python's `datetime.fromisoformat` does not read. */
export function isoMoment(text: string): string | null {
  const found = MOMENT.exec(text)
  if (!found) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction, zone = ''] = found
  const digits = zone.replace(':', '').padEnd(5, '0')
  const offset = zone === '' ? '' : zone === 'Z' ? '+00:00' : `${digits.slice(0, 3)}:${digits.slice(3)}`
  const part = fraction === undefined ? '' : `.${fraction.padEnd(6, '0')}`
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${part === '.000000' ? '' : part}${offset}`
}

/** Tells inputs of microbatch models whose event_time is no column's name, once it is known what the models read. */
export function checkBatchInputs(
  session: Session,
  works: Iterable<Work>,
  find: (unique_id: string) => { readonly name: string; readonly config: JsonObject } | undefined,
): void {
  for (const { draft, place } of works) {
    if (!isMicrobatch(draft.config) || !usesBatches(session)) continue
    for (const id of draft.depends_on.nodes) {
      const input = find(id)
      const time = input?.config.event_time ?? null
      if (input === undefined || time === null || typeof time === 'string') continue
      const message = `the ${draft.resource_type} '${draft.name}' is a microbatch and reads '${input.name}', whose event_time is no name of a column`
      session.sink.add('invalid-properties', 'error', place, message, draft.unique_id)
    }
  }
}
