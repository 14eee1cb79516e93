import type { Manifest, ManifestNode } from '../dbt/manifest.ts'

/** Whether a session variable may stand in a node's SQL: one reads like a column, and only a hook or a header can have made it. */
export function mayDeclareVariables(manifest: Manifest, node: ManifestNode): boolean {
  const operations = [...manifest.nodes.values()].filter(({ resource_type }) => resource_type === 'operation')
  const own = [node.config['pre-hook'] ?? node.config.pre_hook, node.config.sql_header]
  const texts = [...own.map((each) => JSON.stringify(each ?? null)), ...operations.map(({ raw_code }) => raw_code)]
  return texts.some((text) => /\bdeclare\b/i.test(text))
}
