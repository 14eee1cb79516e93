import type { Manifest, ManifestNode, SourceDefinition } from '../dbt/manifest.ts'
import type { ColumnLineage, ColumnOf, NodeColumns, Role, UpstreamColumn } from '../graph/column-lineage.ts'

/** A JobEvent: what a job reads and writes, whether it runs or not. https://openlineage.io/docs/spec/object-model */
export interface JobEvent {
  readonly eventTime: string
  readonly producer: string
  readonly schemaURL: string
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Readonly<Record<string, Facet>> }
  readonly inputs: readonly Dataset[]
  readonly outputs: readonly Dataset[]
}

export interface Dataset {
  readonly namespace: string
  readonly name: string
  readonly facets?: Readonly<Record<string, Facet>>
}

export interface Facet {
  readonly _producer: string
  readonly _schemaURL: string
  readonly [key: string]: unknown
}

export interface EventOptions {
  /** Of the datasets, such as `unitycatalog://HOST`: https://openlineage.io/docs/spec/naming */
  readonly namespace: string
  readonly jobNamespace: string
  /** When the lineage is told of, as ISO 8601. */
  readonly at: string
  /** The address of the program that says it. */
  readonly producer: string
}

const spec = 'https://openlineage.io/spec'

/**
 * An event for every model and snapshot of a lineage in which ephemeral models are inlined, sorted by unique_id. Jobs are named as by
 * OpenLineage's dbt integration, so that lineage of runs meets that of the text. What is not known is left out.
 */
export function openLineageEvents(lineage: ColumnLineage, manifest: Manifest, options: EventOptions): JobEvent[] {
  const writer = new EventWriter(lineage, manifest, options)
  return [...lineage.nodes.values()].flatMap((columns) => {
    const node = manifest.nodes.get(columns.unique_id)
    return node?.resource_type === 'model' || node?.resource_type === 'snapshot' ? writer.event(node, columns) : []
  })
}

class EventWriter {
  readonly #lineage: ColumnLineage
  readonly #manifest: Manifest
  readonly #options: EventOptions

  constructor(lineage: ColumnLineage, manifest: Manifest, options: EventOptions) {
    this.#lineage = lineage
    this.#manifest = manifest
    this.#options = options
  }

  event(node: ManifestNode, columns: NodeColumns): JobEvent[] {
    if (node.config.materialized === 'ephemeral') return []
    const { at, producer, jobNamespace } = this.#options
    const jobType = { processingType: 'BATCH', integration: 'DBT', jobType: node.resource_type.toUpperCase() }
    const { unique_id, resource_type } = node
    const short = unique_id.slice(unique_id.indexOf('.') + 1)
    const name = [node.database, node.schema, short].filter((part) => part !== null && part !== '').join('.')
    return [
      {
        eventTime: at,
        producer,
        schemaURL: `${spec}/2-0-2/OpenLineage.json#/$defs/JobEvent`,
        job: {
          namespace: jobNamespace,
          name: resource_type === 'snapshot' ? `${name}.snapshot` : name,
          facets: { jobType: this.#facet('facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet', jobType) },
        },
        inputs: this.#inputs(node, columns),
        outputs: [
          { ...this.#dataset(node), facets: { ...this.#schema(columns), ...this.#columnLineage(node, columns) } },
        ],
      },
    ]
  }

  /** What it reads: by dbt's graph through ephemeral models, and what its SQL names besides. */
  #inputs(node: ManifestNode, columns: NodeColumns): Dataset[] {
    const inputs = new Map<string, Dataset>()
    const open = [...node.depends_on.nodes]
    const seen = new Set<string>()
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue
      seen.add(id)
      const parent = this.#manifest.nodes.get(id) ?? this.#manifest.sources.get(id)
      if (parent === undefined) continue
      if (parent.resource_type !== 'source' && parent.config.materialized === 'ephemeral') {
        open.push(...parent.depends_on.nodes)
        continue
      }
      const known = this.#lineage.nodes.get(id)
      const facets = known === undefined ? {} : this.#schema(known)
      inputs.set(id, { ...this.#dataset(parent), ...(Object.keys(facets).length > 0 && { facets }) })
    }
    const used = [...columns.columns.flatMap(({ upstream }) => upstream), ...Object.values(columns.uses).flat()]
    for (const { relation } of used)
      if (relation !== null) inputs.set(relation, { namespace: this.#options.namespace, name: relation })
    return [...inputs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #dataset({ database, schema, ...of }: ManifestNode | SourceDefinition): Dataset {
    const identifier = of.resource_type === 'source' ? of.identifier : of.alias
    const name = [database, schema, identifier].filter((part) => part !== null && part !== '').join('.')
    // Unity Catalog keeps names in lower case: https://docs.databricks.com/en/sql/language-manual/sql-ref-names.html
    return { namespace: this.#options.namespace, name: name.toLowerCase() }
  }

  #schema({ columns }: NodeColumns): Record<string, Facet> {
    if (columns.length === 0) return {}
    const fields = columns.map(({ name, type }) => ({ name, ...(type !== null && { type }) }))
    return { schema: this.#facet('facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet', { fields }) }
  }

  #columnLineage({ unique_id }: ManifestNode, { columns, uses, unknown }: NodeColumns): Record<string, Facet> {
    if (unknown !== null) return {}
    // What another row of the same table decides is no lineage between datasets.
    const others = <C extends ColumnOf>(all: readonly C[]) => all.filter((each) => each.unique_id !== unique_id)
    const fields = columns.flatMap(({ name, upstream, unknown }) => {
      if (unknown !== null && upstream.length === 0) return []
      const inputFields = others(upstream).map((each) => this.#field(each, transformationsOf(each)))
      return [[name, { inputFields }] as const]
    })
    const byColumn = new Map<string, { used: ColumnOf; subtypes: string[] }>()
    for (const [role, all] of Object.entries(uses))
      for (const used of others(all)) {
        const key = JSON.stringify([used.unique_id, used.relation, used.column])
        const before = byColumn.get(key)?.subtypes ?? []
        byColumn.set(key, { used, subtypes: [...before, indirect[role as Role]] })
      }
    const dataset = [...byColumn.values()].map(({ used, subtypes }) =>
      this.#field(
        used,
        subtypes.map((subtype) => ({ type: 'INDIRECT', subtype, description: '', masking: false })),
      ),
    )
    const lineage = { fields: Object.fromEntries(fields), dataset }
    return {
      columnLineage: this.#facet(
        'facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet',
        lineage,
      ),
    }
  }

  #field(of: ColumnOf, transformations: readonly Transformation[]) {
    const known = this.#manifest.nodes.get(of.unique_id ?? '') ?? this.#manifest.sources.get(of.unique_id ?? '')
    const { namespace, name } =
      known === undefined
        ? { namespace: this.#options.namespace, name: of.relation ?? of.unique_id ?? '' }
        : this.#dataset(known)
    return { namespace, name, field: of.column, transformations }
  }

  #facet(path: string, content: Readonly<Record<string, unknown>>): Facet {
    return { _producer: this.#options.producer, _schemaURL: `${spec}/${path}`, ...content }
  }
}

interface Transformation {
  readonly type: 'DIRECT' | 'INDIRECT'
  readonly subtype: string
  readonly description: string
  readonly masking: boolean
}

const indirect: Readonly<Record<Role, string>> = {
  join: 'JOIN',
  filter: 'FILTER',
  group: 'GROUP_BY',
  window: 'WINDOW',
  order: 'SORT',
}

/** Functions whose result does not show what they are given. */
const masking = /^(count|count_if|approx_count_distinct|approx_distinct|crc32|hash|mask|md5|sha|sha1|sha2|xxhash64)$/

/** https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet#transformation-type */
function transformationsOf({ derivation, functions }: UpstreamColumn): Transformation[] {
  const description = functions.join(', ')
  const isMasking = functions.some((name) => masking.test(name))
  const direct = (subtype: string): Transformation => ({ type: 'DIRECT', subtype, description, masking: isMasking })
  switch (derivation) {
    case 'identity':
      return [direct('IDENTITY')]
    case 'aggregate':
      return [direct('AGGREGATION')]
    case 'window':
      // What stands behind OVER decides which rows are looked at.
      return functions.includes('over') ? [{ ...direct('WINDOW'), type: 'INDIRECT' }] : [direct('AGGREGATION')]
    default:
      return [direct('TRANSFORMATION')]
  }
}
