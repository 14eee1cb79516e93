import { grouped } from './grouped.ts'
import { withoutRegion } from './lineage.ts'
import type { Section } from './section.ts'

/** Sections of regions that change alike, so that they can be shown once; a region that is like no other stands alone. */
export function twinsOf(sections: readonly Section[]): Section[][] {
  return [
    ...grouped(sections, (it) =>
      JSON.stringify([it.head, it.totals.changes, it.changes.map((row) => likeness(it, row))]),
    ).values(),
  ]
}

/** What of a change is the same in twins: all but the places, the region's name within names, and whom it reaches. */
function likeness(section: Section, change: Section['changes'][number]): unknown[] {
  const { name, resource_type, state, change: kind, all, columns, reason, affected } = change
  const twin = (text: string) => withoutRegion(text, section.region)
  return [twin(name), resource_type, state, kind, all, columns.map(twin), ofProject(reason, section), affected]
}

/** A text without the folder of the region's project, in which alone the words of twins differ. */
export function ofProject(text: string, { project }: Section): string {
  return project === '' || project === '.' ? text : text.replaceAll(`${project}/`, '')
}
