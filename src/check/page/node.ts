import type { ColumnInfo, ManifestNode, SourceDefinition } from '../../dbt/manifest.ts'
import type { Project } from '../../dbt/project.ts'
import type { ColumnLineage } from '../../graph/column-lineage.ts'
import { webUrl } from '../../report/escape.ts'
import type { PageColumn, PageNode, PageOrigin } from '../../report/html/page-data.ts'
import { definition, gdprMeta, member } from '../../rules/resource.ts'
import { drawn } from '../lineage.ts'
import type { Mask } from './mask.ts'

/** Looks at the columns of a project's nodes, among these. */
export type LookAtColumns = (project: Project, ids: ReadonlySet<string>) => ColumnLineage

interface Around {
  readonly index: ReadonlyMap<string, number>
  readonly mask: Mask
  /** Null when columns are not looked at. */
  readonly columns: ColumnLineage | null
}

type Facts = Omit<PageNode, 'unique_id' | 'state' | 'change' | 'sql' | 'findings' | 'plan' | 'tests'>

const nothing: Facts = {
  name: '',
  resource_type: '',
  layer: 'other',
  file: '',
  line: 1,
  materialized: null,
  relation: null,
  description: '',
  tags: [],
  owner: null,
  url: null,
  personal: null,
  columns: [],
  uses: [],
  unknown: null,
}

/** What one side's project says of a node; little of what it does not have. */
export function factsOf(id: string, project: Project | null, around: Around): Facts {
  const [type = '', , ...rest] = id.split('.')
  const plain = { ...nothing, resource_type: type, name: rest.join('.') || id }
  if (project === null) return plain
  const { manifest } = project
  const { file, line } = definition(project, id)
  const place = { file, line, ...drawn(manifest, id) }
  const exposure = manifest.exposures.get(id)
  if (exposure) {
    const { description, tags, owner, url } = exposure
    const email = [owner.email ?? []].flat()
    const whom = [owner.name, ...email].filter((it) => it !== null).join(', ')
    return { ...plain, ...place, description: around.mask(description), tags, owner: whom || null, url: webUrl(url) }
  }
  const node = manifest.nodes.get(id) ?? manifest.sources.get(id)
  if (node === undefined) return plain
  const personal = member(gdprMeta(node), 'personal_data')
  const relation = node.relation_name
  const unknown = around.columns?.nodes.get(id)?.unknown ?? null
  return {
    ...plain,
    name: node.name,
    ...place,
    materialized: node.resource_type === 'source' ? null : node.config.materialized,
    relation: relation === null ? null : around.mask(relation.replaceAll('`', '')),
    description: around.mask(node.description),
    tags: node.tags,
    personal: typeof personal === 'boolean' ? personal : null,
    columns: columnsOf(node, around),
    uses: usesOf(id, around),
    unknown: unknown === null ? null : around.mask(unknown),
  }
}

/** The columns of its SQL, then those that only its YAML names. */
function columnsOf(node: ManifestNode | SourceDefinition, { index, mask, columns }: Around): PageColumn[] {
  const known = columns?.nodes.get(node.unique_id)
  const declared = new Map([...node.columns.values()].map((column) => [column.name.toLowerCase(), column]))
  const looked = (known?.columns ?? []).map((column): PageColumn => {
    const own = declared.get(column.name.toLowerCase())
    declared.delete(column.name.toLowerCase())
    const upstream = column.upstream.flatMap(({ unique_id, column, derivation, functions }): PageOrigin[] => {
      const node = index.get(unique_id ?? '')
      const how = functions.length === 0 ? derivation : `${derivation}: ${functions.join(', ')}`
      return node === undefined ? [] : [{ node, column, how }]
    })
    const { unknown } = column
    const type = column.type ?? own?.data_type ?? null
    return { ...described(column.name, own, mask), type, upstream, unknown: unknown === null ? null : mask(unknown) }
  })
  return [...looked, ...[...declared.values()].map((own) => described(own.name, own, mask))]
}

/** What it reads besides handing it on. */
function usesOf(id: string, { index, columns }: Around): PageNode['uses'] {
  const uses = columns?.nodes.get(id)?.uses ?? {}
  return Object.entries(uses).flatMap(([role, of]) =>
    of.flatMap(({ unique_id, column }) => {
      const node = index.get(unique_id ?? '')
      return node === undefined ? [] : [{ role, node, column }]
    }),
  )
}

function described(name: string, column: ColumnInfo | undefined, mask: Mask): PageColumn {
  const gdpr = column && member(gdprMeta(column), 'class')
  return {
    name,
    type: column?.data_type ?? null,
    description: mask(column?.description ?? ''),
    gdpr: typeof gdpr === 'string' ? gdpr : null,
    upstream: null,
    unknown: null,
  }
}
