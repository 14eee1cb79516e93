import type { Manifest, ManifestNode } from '../dbt/manifest.ts'
import { isDeployed } from '../graph/fingerprint.ts'

const SAID = 20

/**
 * Where dbt's manifest.json (any JSON) and ours differ on nodes that are deployed, one sentence each, sorted; of many, the
 * first and how many more. They are said and stop nothing: our fingerprints decide what runs, dbt runs it.
 */
export function disagreements(manifest: Manifest, dbts: unknown): readonly string[] {
  const section = (name: string) => (isRecord(dbts) && isRecord(dbts[name]) ? dbts[name] : {})
  const theirs: Readonly<Record<string, unknown>> = { ...section('nodes'), ...section('functions') }
  const ours = [...manifest.nodes.values()].filter(isDeployed)
  const known = new Set(ours.map(({ unique_id }) => unique_id))
  const found = [
    ...ours.flatMap((node) => ofNode(node, theirs[node.unique_id])),
    ...Object.keys(theirs)
      .filter((id) => !known.has(id) && isDeployedByDbt(theirs[id]))
      .map((id) => `dbt knows ${id}, which this program did not find in the project`),
  ].sort()
  if (found.length <= SAID) return found
  return [...found.slice(0, SAID), `${found.length - SAID} more nodes are read otherwise by dbt`]
}

function ofNode(node: ManifestNode, theirs: unknown): string[] {
  if (!isRecord(theirs)) return [`dbt does not know ${node.unique_id}`]
  const config = isRecord(theirs.config) ? theirs.config : {}
  const depends = isRecord(theirs.depends_on) ? theirs.depends_on : {}
  const checksum = isRecord(theirs.checksum) ? theirs.checksum : {}
  const compared: readonly (readonly [string, unknown, unknown])[] = [
    ['relation_name', node.relation_name, theirs.relation_name],
    ['materialized', node.config.materialized, config.materialized],
    ['depends_on', sorted(node.depends_on.nodes), sorted(depends.nodes)],
    ['raw_code', node.raw_code, theirs.raw_code],
    // Of what has code, dbt's versions have different checksums.
    ...(node.resource_type === 'seed' ? [['checksum', node.checksum.checksum, checksum.checksum] as const] : []),
  ]
  const differ = compared.filter(([, own, dbts]) => (own ?? null) !== (dbts ?? null))
  if (differ.length === 0) return []
  const shown = differ.map(([field, own, dbts]) =>
    field === 'raw_code' || field === 'checksum'
      ? `another ${field}`
      : `${field} ${text(dbts)} instead of ${text(own)}`,
  )
  return [`dbt reads ${node.unique_id} with ${shown.join(', ')}`]
}

function isDeployedByDbt(node: unknown): boolean {
  if (!isRecord(node)) return false
  const { resource_type, config } = node
  if (resource_type === 'model') return isRecord(config) && config.materialized !== 'ephemeral'
  return ['seed', 'snapshot', 'test', 'function'].includes(String(resource_type))
}

function sorted(nodes: unknown): string {
  return Array.isArray(nodes) ? [...new Set(nodes.map(String))].sort().join(', ') : ''
}

function text(value: unknown): string {
  return value === null || value === undefined || value === '' ? 'nothing' : String(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
