import type { Gathered } from './gathered.ts'
import type { Metric, Resource, SavedQuery, SemanticModel } from './manifest.ts'
import type { Resolver } from './resolve.ts'
import { resolveMetrics } from './resolve-metrics.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { sorted } from './sorted.ts'

export interface Semantics {
  readonly metrics: Map<string, Metric>
  readonly semantic_models: Map<string, SemanticModel>
  readonly saved_queries: Map<string, SavedQuery>
}

/** The semantic layer's resources, with what they depend on. */
export function resolveSemantics(
  session: Session,
  gathered: Gathered,
  resolver: Resolver,
  disable: (resource: Resource) => void,
): Semantics {
  const isEnabled = (draft: Metric | SemanticModel | SavedQuery): boolean => {
    if (draft.config.enabled !== false) return true
    disable(draft)
    return false
  }
  for (const { draft, entry } of [...gathered.semanticModels, ...gathered.metrics, ...gathered.savedQueries])
    gathered.places.set(draft.unique_id, entry.place)
  const models = gathered.semanticModels.filter(({ draft }) => isEnabled(draft))
  for (const { draft, entry } of models) {
    draft.depends_on = {
      macros: [],
      nodes: resolver.resolveAll(
        draft,
        draft.refs.map((args) => ({ kind: 'ref', args, place: entry.place })),
      ),
    }
    const node = draft.refs[0] && resolver.ref(draft, draft.refs[0])
    if (node)
      draft.node_relation = {
        alias: node.alias,
        schema_name: node.schema,
        database: node.database,
        relation_name: node.relation_name,
      }
  }
  const works = gathered.metrics.filter(({ draft }) => isEnabled(draft))
  const metrics = works.map(({ draft }) => draft)
  const off = gathered.metrics.map(({ draft }) => draft).filter(({ config }) => config.enabled === false)
  resolveMetrics(
    session,
    works,
    models.map(({ draft }) => draft),
    new Set(off.map(({ name }) => name)),
  )
  const queries = gathered.savedQueries.map(({ draft }) => draft).filter(isEnabled)
  const byName = new Map(metrics.map((metric) => [metric.name, metric.unique_id]))
  for (const query of queries) {
    const named = query.query_params.metrics
    query.depends_on = {
      macros: [],
      nodes: Array.isArray(named) ? named.flatMap((name) => byName.get(String(name)) ?? []) : [],
    }
    for (const name of Array.isArray(named) ? named : [])
      if (!byName.has(String(name))) tellMissing(session, query, gathered.places.get(query.unique_id), String(name))
  }
  for (const { draft, entry } of gathered.exposures) {
    if (draft.config.enabled === false) continue
    for (const name of draft.metrics)
      if (!byName.has(name.at(-1) ?? '')) tellMissing(session, draft, entry.place, name.join('.'))
    const nodes = draft.metrics.flatMap((name) => byName.get(name.at(-1) ?? '') ?? [])
    if (nodes.length > 0) draft.depends_on = { ...draft.depends_on, nodes: [...draft.depends_on.nodes, ...nodes] }
  }
  return {
    metrics: sorted<Metric>(metrics),
    semantic_models: sorted<SemanticModel>(models.map(({ draft }) => draft)),
    saved_queries: sorted<SavedQuery>(queries),
  }
}

function tellMissing(
  { sink }: Session,
  {
    resource_type,
    name,
    unique_id,
  }: { readonly resource_type: string; readonly name: string; readonly unique_id: string },
  place: Place | undefined,
  metric: string,
): void {
  if (place)
    sink.add(
      'invalid-properties',
      'error',
      place,
      `the ${resource_type.replace('_', ' ')} '${name}' names the metric '${metric}', which does not exist or is disabled`,
      unique_id,
    )
}
