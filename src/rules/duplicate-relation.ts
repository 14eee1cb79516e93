import type { Graph } from '../graph/graph.ts'
import { descendants } from '../graph/order.ts'
import { called, type Dataset, datasets, definition } from './resource.ts'
import type { Rule } from './rule.ts'

/**
 * Two resources that write to one place in the warehouse, where upper and lower case are not told apart. A model at the place of a source
 * counts, since it would overwrite what is read; a seed there does not, it stands in for what is loaded elsewhere, and neither does a model
 * of another package: its results are declared as a source.
 */
export const duplicateRelation: Rule = {
  id: 'duplicate-relation',
  severity: 'error',
  description: 'Two resources are at one place in the warehouse.',
  *check({ project, graph }) {
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
      const sources = claimants.filter((dataset) => dataset.resource_type === 'source')
      for (const { unique_id, resource_type, package_name } of sources.length > 0 ? claimants : []) {
        if (resource_type !== 'model' && resource_type !== 'snapshot') continue
        const source = sources.find((it) => it.package_name === package_name || reads(graph, unique_id, it.unique_id))
        if (source === undefined) continue
        const message = `${called(project, unique_id)} is built as ${place}, which is ${called(project, source.unique_id)}: it would overwrite what it reads; give it another alias, schema or database`
        yield { unique_id, location: definition(project, unique_id), message }
      }
    }
  },
}

function reads(graph: Graph, unique_id: string, source: string): boolean {
  return descendants(graph, [source]).has(unique_id)
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
