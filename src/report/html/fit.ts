import { thousands } from '../words.ts'
import type { BeforeAfter, PageData, PageNode } from './page-data.ts'

/** A page of so many bytes of data still opens at once; whoever keeps it as an artifact pays for it. */
export const mostDataBytes = 24 * 1024 * 1024

interface Step {
  /** What a reader is told. */
  readonly says: string
  readonly node: (node: PageNode) => PageNode
}

const isLeftAlone = ({ state }: PageNode) => state === 'unchanged'
const LONGEST_SQL = 20_000

const steps: readonly Step[] = [
  {
    says: 'the compiled SQL of what is neither changed nor reached',
    node: (it) => (isLeftAlone(it) ? withoutCompiled(it) : it),
  },
  {
    says: 'the SQL of what is neither changed nor reached',
    node: (it) => (isLeftAlone(it) ? { ...it, sql: null } : it),
  },
  { says: 'the compiled SQL of what is reached', node: (it) => (it.change === null ? withoutCompiled(it) : it) },
  {
    says: 'the descriptions of what is neither changed nor reached',
    node: (it) => (isLeftAlone(it) ? withoutDescriptions(it) : it),
  },
  { says: 'the SQL of what is reached', node: (it) => (it.change === null ? { ...it, sql: null } : it) },
  {
    says: 'the columns of what is neither changed nor reached',
    node: (it) => (isLeftAlone(it) ? { ...it, columns: [], uses: [] } : it),
  },
  { says: `SQL beyond ${thousands(LONGEST_SQL)} characters`, node: withShortSql },
  { says: 'all but the first 100 nodes that a change reaches', node: withFewAffected },
  { says: 'all SQL', node: (it) => ({ ...it, sql: null }) },
  { says: 'all columns and descriptions', node: (it) => ({ ...it, description: '', columns: [], uses: [] }) },
]

/** The data within `most` bytes as JSON: what is over it is left out, step by step, from what is least looked at, and the data says so. */
export function fittingData(data: PageData, most: number = mostDataBytes): PageData {
  let shown = data
  for (const { says, node } of steps) {
    if (Buffer.byteLength(JSON.stringify(shown)) <= most) return shown
    shown = {
      ...shown,
      regions: shown.regions.map((region) => ({ ...region, nodes: region.nodes.map(node) })),
      leftOut: [...shown.leftOut, says],
    }
  }
  return shown
}

function withoutCompiled(node: PageNode): PageNode {
  return node.sql === null ? node : { ...node, sql: { ...node.sql, compiled: null, incremental: null } }
}

function withoutDescriptions(node: PageNode): PageNode {
  return { ...node, description: '', columns: node.columns.map((it) => ({ ...it, description: '' })) }
}

function withShortSql(node: PageNode): PageNode {
  if (node.sql === null) return node
  const { raw, compiled, incremental, note } = node.sql
  return {
    ...node,
    sql: { raw: cut(raw), compiled: compiled && cut(compiled), incremental: incremental && cut(incremental), note },
  }
}

function cut(texts: BeforeAfter): BeforeAfter {
  const short = (text: string | null) =>
    text === null || text.length <= LONGEST_SQL ? text : `${text.slice(0, LONGEST_SQL)}…`
  return { ...(texts.before !== undefined && { before: short(texts.before) }), after: short(texts.after) }
}

function withFewAffected(node: PageNode): PageNode {
  return node.change === null
    ? node
    : { ...node, change: { ...node.change, affects: node.change.affects.slice(0, 100) } }
}
