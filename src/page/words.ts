import { effects } from '../report/effects.ts'
import type { Kind } from './filter.ts'
import type { Item } from './model.ts'

const states: Readonly<Record<string, string>> = {
  new: 'new',
  modified: 'modified',
  removed: 'removed',
  affected: 'reached',
}

/** What a kind of change is called: as in the comment. */
export function kindLabel(kind: Kind): string {
  if (kind === 'reached') return 'reached by a change'
  return kind === 'unchanged' ? 'not touched' : effects[kind]
}

/** How a node stands to the changes, in a word; empty when they do not touch it. */
export function stateLabel({ node }: Item): string {
  return states[node.state] ?? ''
}

/** `direct_identifier` as a person says it. */
export function gdprLabel(gdpr: string): string {
  return gdpr === 'any' ? 'personal data' : gdpr.replaceAll('_', ' ')
}

/** `modified incremental model`, `source`. */
export function typeLabel({ node }: Item): string {
  const { resource_type, materialized } = node
  const type = resource_type.replaceAll('_', ' ')
  return resource_type === 'model' && materialized !== null ? `${materialized.replaceAll('_', ' ')} ${type}` : type
}

/** What a screen reader says of a node that is gone to. */
export function spoken(item: Item): string {
  const { region, node, name, parents, children } = item
  const change = node.change === null ? '' : `, ${kindLabel(node.change.change)}`
  const found = node.findings.length > 0 ? `, ${node.findings.length} findings` : ''
  const around = `reads ${parents.length}, read by ${children.length}`
  return `${name}, ${stateLabel(item)} ${typeLabel(item)} of ${region.name}${change}${found}, ${around}`
}
