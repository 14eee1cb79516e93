import { called, type Dataset, datasets, definition } from './resource.ts'
import type { Rule } from './rule.ts'

/**
 * Two resources that write to one place in the warehouse, where upper and lower case are not told apart. A model at the place of a source
 * counts, since it would overwrite what it reads; a seed there does not: it stands in for what is loaded elsewhere.
 */
export const duplicateRelation: Rule = {
  id: 'duplicate-relation',
  severity: 'error',
  description: 'Two resources are at one place in the warehouse.',
  *check({ project }) {
    const places = new Map<string, Dataset[]>()
    for (const dataset of datasets(project)) {
      const place = relation(dataset)
      if (place !== null) places.set(place, [...(places.get(place) ?? []), dataset])
    }
    for (const [place, claimants] of places) {
      const [first, ...others] = claimants.filter((dataset) => dataset.resource_type !== 'source')
      for (const { unique_id } of first ? others : []) {
        const message = `${called(project, unique_id)} is built as ${place}, and so is ${called(project, first?.unique_id ?? '')}; give one another alias, schema or database`
        yield { unique_id, location: definition(project, unique_id), message }
      }
      const source = claimants.find((dataset) => dataset.resource_type === 'source')
      for (const { unique_id, resource_type } of source ? claimants : []) {
        if (resource_type !== 'model' && resource_type !== 'snapshot') continue
        const message = `${called(project, unique_id)} is built as ${place}, which is ${called(project, source?.unique_id ?? '')}: it would overwrite what it reads; give it another alias, schema or database`
        yield { unique_id, location: definition(project, unique_id), message }
      }
    }
  },
}

/** Where a dataset is in the warehouse, or null when it is nowhere. */
function relation(dataset: Dataset): string | null {
  if (dataset.resource_type !== 'source' && dataset.config.materialized === 'ephemeral') return null
  const identifier = dataset.resource_type === 'source' ? dataset.identifier : dataset.alias
  return [dataset.database ?? '', dataset.schema, identifier]
    .filter((part) => part !== '')
    .join('.')
    .toLowerCase()
}
