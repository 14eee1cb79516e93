import type { ChangeClass } from '../report/report.ts'
import type { Item } from './model.ts'

/** What a node may be looked for by: a class of its change, or how it stands to the changes. */
export type Kind = ChangeClass | 'reached' | 'unchanged'

export interface Filters {
  readonly text: string
  /** Null: all regions. */
  readonly region: string | null
  /** None: all kinds. */
  readonly kinds: ReadonlySet<Kind>
  /** Classes of personal data, `any` among them; none: whatever it holds. */
  readonly personal: ReadonlySet<string>
  readonly findings: boolean
}

export const noFilters: Filters = { text: '', region: null, kinds: new Set(), personal: new Set(), findings: false }

/** The tags that say the same as `meta.gdpr`. */
const tags: ReadonlySet<string> = new Set(['gdpr', 'personal_data'])

/** Whether a node says, in its contract, its tags or a column's class, that it holds personal data. */
export function isPersonal({ node }: Item): boolean {
  if (node.personal !== null) return node.personal
  return node.tags.some((tag) => tags.has(tag)) || node.columns.some(({ gdpr }) => gdpr !== null && gdpr !== 'none')
}

/** The kinds that a node is of. */
export function kindsOf({ node }: Item): readonly Kind[] {
  if (node.change !== null) return [...new Set([node.change.change, ...node.change.all])]
  return [node.state === 'affected' ? 'reached' : 'unchanged']
}

/** The classes of personal data that a node holds, and `any` when it holds some. */
export function personalOf(item: Item): readonly string[] {
  const classes = item.node.columns.flatMap(({ gdpr }) => (gdpr === null || gdpr === 'none' ? [] : [gdpr]))
  return [...(isPersonal(item) ? ['any'] : []), ...new Set(classes)]
}

/** Whether anything is left out. */
export function isFiltering({ text, kinds, personal, findings }: Filters): boolean {
  return text.trim() !== '' || kinds.size + personal.size > 0 || findings
}

/** The items that pass, the best matches of the text first, changed ones before others. */
export function filtered(items: readonly Item[], filters: Filters): readonly Item[] {
  const words = filters.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const kept = items.filter((item) => passes(item, filters) && words.every((word) => haystack(item).includes(word)))
  const rank = (item: Item) => nameRank(item, words) * 10 + weight(item)
  return kept
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}

function passes(item: Item, { region, kinds, personal, findings }: Filters): boolean {
  return (
    (region === null || item.region.name === region) &&
    (kinds.size === 0 || kindsOf(item).some((kind) => kinds.has(kind))) &&
    (personal.size === 0 || personalOf(item).some((it) => personal.has(it))) &&
    (!findings || item.node.findings.length > 0)
  )
}

function nameRank({ name }: Item, words: readonly string[]): number {
  const [word] = words
  if (word === undefined) return 0
  const at = name.toLowerCase().indexOf(word)
  if (at < 0) return 3
  return name.length === word.length ? 0 : at === 0 ? 1 : 2
}

/** Changed first, then what is reached. */
function weight({ node }: Item): number {
  if (node.change !== null) return 0
  return node.state === 'affected' ? 1 : 2
}

const haystacks = new WeakMap<Item, string>()

function haystack(item: Item): string {
  let text = haystacks.get(item)
  if (text === undefined) {
    const { unique_id, tags, relation, file, columns } = item.node
    const parts = [item.name, unique_id, relation ?? '', file, ...tags, ...columns.map((it) => it.name)]
    text = parts.join('\n').toLowerCase()
    haystacks.set(item, text)
  }
  return text
}
