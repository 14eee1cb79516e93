import type { Graph } from '../graph/graph.ts'
import { called, type Dataset, datasets, gdprMeta, member, properties, texts } from './resource.ts'
import type { Rule } from './rule.ts'

/**
 * A model or snapshot that reads personal data, however many models away, and does not say that it holds it; and whatever says so without the
 * dbt tags by which such data is selected. Only `declassified` in its contract, by whom and why, ends the way of personal data.
 */
export const gdprTags: Rule = {
  id: 'gdpr-tags',
  severity: 'error',
  description: 'A model reads personal data without carrying the contract and the tags.',
  gdpr: true,
  defaults: { tags: ['gdpr', 'personal_data'] },
  *check({ project, graph, options }) {
    const all = new Map(datasets(project).map((dataset) => [dataset.unique_id, dataset]))
    const wanted = texts(options.tags)
    const origins = nearestOrigins(graph, all)
    for (const [unique_id, dataset] of all) {
      const location = properties(project, unique_id)
      const about = called(project, unique_id)
      if (isPersonal(dataset)) {
        const lacking = wanted.filter((tag) => !dataset.tags.includes(tag))
        if (lacking.length === 0) continue
        const message = `${about} holds personal data, but lacks ${tagList(lacking)}; add ${lacking.length === 1 ? 'it' : 'them'} under 'config: tags:'`
        yield { unique_id, location, message }
        continue
      }
      const origin = origins.get(unique_id)
      if (origin === undefined) continue
      const message = `${about} reads personal data from ${called(project, origin)}, but does not say that it holds any; give it a contract with 'personal_data: true'${wanted.length > 0 ? ` and ${tagList(wanted)}` : ''}, or with 'declassified', by whom and why`
      yield { unique_id, location, message }
    }
  },
}

/** For every dataset that personal data reaches, the nearest one that declares it. */
function nearestOrigins(graph: Graph, all: ReadonlyMap<string, Dataset>): ReadonlyMap<string, string> {
  const origins = new Map<string, string>()
  let open = [...all].filter(([, dataset]) => isPersonal(dataset)).map(([id]): [string, string] => [id, id])
  while (open.length > 0) {
    const next: [string, string][] = []
    for (const [id, origin] of open) {
      for (const child of graph.children.get(id) ?? []) {
        const dataset = all.get(child)
        if (!dataset || origins.has(child) || isPersonal(dataset) || isDeclassified(dataset)) continue
        origins.set(child, origin)
        next.push([child, origin])
      }
    }
    open = next
  }
  return origins
}

function isPersonal(dataset: Dataset): boolean {
  return member(gdprMeta(dataset), 'personal_data') === true
}

function isDeclassified(dataset: Dataset): boolean {
  return member(gdprMeta(dataset), 'declassified') !== undefined
}

function tagList(tags: readonly string[]): string {
  return `the ${tags.length === 1 ? 'tag' : 'tags'} ${tags.map((tag) => `'${tag}'`).join(' and ')}`
}
