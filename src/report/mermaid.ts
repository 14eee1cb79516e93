import { mermaidLabel } from './escape.ts'
import type { Picture, PictureNode } from './lineage.ts'

/** What GitHub's Mermaid still draws: beyond it shows an error instead of the graph. */
const MOST_CHARACTERS = 50_000
const MOST_EDGES = 500

const layers = [
  ['bronze', 'bronze', '#a5673f'],
  ['silver', 'silver', '#8c959f'],
  ['gold', 'gold', '#bf8700'],
  ['other', 'other models', '#6e7781'],
  ['exposure', 'exposures', '#8250df'],
] as const

/** Mid-tones with white text: they read the same on a light and on a dark page. The state is written out in each node as well. */
const classes = [
  'classDef new fill:#1a7f37,stroke:#4ac26b,stroke-width:3px,color:#ffffff',
  'classDef modified fill:#9a6700,stroke:#d4a72c,stroke-width:3px,color:#ffffff',
  'classDef removed fill:#a40e26,stroke:#ff8182,stroke-width:3px,stroke-dasharray:6 4,color:#ffffff',
  'classDef affected fill:#0550ae,stroke:#54aeff,color:#ffffff',
  'classDef context fill:#57606a,stroke:#8c959f,color:#ffffff',
]

/** The picture as a Mermaid flowchart; null when it is empty or beyond what GitHub draws. */
export function mermaid(picture: Picture): string | null {
  if (picture.nodes.length === 0 || picture.edges.length > MOST_EDGES) return null
  const ids = new Map(picture.nodes.map((node, index) => [node.key, `n${index}`]))
  const lines = [
    'flowchart LR',
    ...layers.flatMap(([layer, title, stroke]) => subgraph(picture, ids, layer, title, stroke)),
  ]
  for (const [parent, child] of picture.edges) {
    const [from, to] = [ids.get(parent), ids.get(child)]
    if (from !== undefined && to !== undefined) lines.push(`${from} --> ${to}`)
  }
  const text = [...lines, ...classes].join('\n')
  return text.length > MOST_CHARACTERS ? null : text
}

function subgraph(
  { nodes }: Picture,
  ids: ReadonlyMap<string, string>,
  layer: string,
  title: string,
  stroke: string,
): string[] {
  const inside = nodes.filter((it) => it.layer === layer)
  if (inside.length === 0) return []
  return [
    `subgraph layer_${layer}["${title}"]`,
    ...inside.map((it) => `  ${ids.get(it.key)}${shape(it)}:::${it.state}`),
    'end',
    `style layer_${layer} fill:transparent,stroke:${stroke},stroke-width:2px`,
  ]
}

function shape(node: PictureNode): string {
  const text = `"${label(node)}"`
  if (node.resource_type === 'source') return `[(${text})]`
  if (node.resource_type === 'seed') return `[/${text}/]`
  if (node.resource_type === 'snapshot') return `[[${text}]]`
  if (node.resource_type === 'exposure') return `([${text}])`
  return `[${text}]`
}

function label({ names, only, state }: PictureNode): string {
  const where = only.length > 0 ? `only ${only.map(mermaidLabel).join(', ')}` : ''
  const says = [state === 'context' ? '' : state, where].filter((it) => it !== '').join(' · ')
  return [...names.map(mermaidLabel), ...(says === '' ? [] : [`<i>${says}</i>`])].join('<br/>')
}
