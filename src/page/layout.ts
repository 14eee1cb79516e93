import elkModule, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk-api.js'

/** A node to be placed. Regions are placed one below the other. */
export interface Box {
  readonly id: string
  readonly region: string
  readonly width: number
  readonly height: number
}

export interface Placed {
  /** Middles of the boxes. */
  readonly nodes: ReadonlyMap<string, ElkPoint>
  /** The corners of each edge, its ends included, by `from\nto`. */
  readonly edges: ReadonlyMap<string, readonly ElkPoint[]>
  readonly regions: readonly {
    readonly name: string
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
}

// It is CommonJS, whose default export is a member of what is imported.
const ELK = elkModule.default

const BETWEEN_REGIONS = 90
/** From so many edges on the layout spends less on each crossing. */
const MANY = 1_200

/** https://eclipse.dev/elk/reference/algorithms/org-eclipse-elk-layered.html */
const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '9',
  'elk.spacing.componentComponent': '40',
  'elk.layered.spacing.nodeNodeBetweenLayers': '70',
  'elk.layered.spacing.edgeNodeBetweenLayers': '24',
  'elk.layered.mergeEdges': 'true',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.aspectRatio': '1.8',
}

/** Lays graphs out with ELK in a worker of its own, so that the page never waits. A new layout ends the one that still runs. */
export class Layouts {
  readonly #script: string
  #elk: InstanceType<typeof ELK> | null = null
  #running = 0
  #asked = 0

  /** `source` is the text of elkjs' worker. */
  constructor(source: string) {
    this.#script = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  }

  /** Where everything stands; null when another layout was asked for meanwhile. */
  async place(boxes: readonly Box[], edges: readonly (readonly [string, string])[]): Promise<Placed | null> {
    const asked = ++this.#asked
    if (this.#running > 0) this.#stop()
    this.#elk ??= new ELK({ workerFactory: () => new Worker(this.#script), algorithms: ['layered'] })
    const elk = this.#elk
    this.#running++
    try {
      const names = [...new Set(boxes.map((box) => box.region))]
      const laid: [string, ElkNode][] = []
      for (const name of names) {
        laid.push([
          name,
          await elk.layout(
            graphOf(
              boxes.filter((box) => box.region === name),
              edges,
            ),
          ),
        ])
        if (asked !== this.#asked) return null
      }
      return placed(laid)
    } catch (error) {
      if (asked !== this.#asked) return null
      throw error
    } finally {
      if (asked === this.#asked) this.#running = 0
    }
  }

  #stop(): void {
    this.#elk?.terminateWorker()
    this.#elk = null
    this.#running = 0
  }
}

function graphOf(boxes: readonly Box[], edges: readonly (readonly [string, string])[]): ElkNode {
  const ids = new Set(boxes.map((box) => box.id))
  const own = edges.filter(([from, to]) => ids.has(from) && ids.has(to))
  return {
    id: 'root',
    layoutOptions: { ...options, 'elk.layered.thoroughness': own.length > MANY ? '2' : '10' },
    children: boxes.map(({ id, width, height }) => ({ id, width, height })),
    edges: own.map(([from, to]) => ({ id: `${from}\n${to}`, sources: [from], targets: [to] })),
  }
}

function placed(laid: readonly (readonly [string, ElkNode])[]): Placed {
  const nodes = new Map<string, ElkPoint>()
  const edges = new Map<string, readonly ElkPoint[]>()
  const regions: { name: string; x: number; y: number; width: number; height: number }[] = []
  let top = 0
  for (const [name, root] of laid) {
    for (const { id, x = 0, y = 0, width = 0, height = 0 } of root.children ?? [])
      nodes.set(id, { x: x + width / 2, y: top + y + height / 2 })
    for (const edge of root.edges ?? []) edges.set(edge.id, cornersOf(edge, top))
    regions.push({ name, x: 0, y: top, width: root.width ?? 0, height: root.height ?? 0 })
    top += (root.height ?? 0) + BETWEEN_REGIONS
  }
  return { nodes, edges, regions }
}

function cornersOf({ sections }: ElkExtendedEdge, top: number): ElkPoint[] {
  const [section] = sections ?? []
  if (section === undefined) return []
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]
  return points.map(({ x, y }) => ({ x, y: y + top }))
}
