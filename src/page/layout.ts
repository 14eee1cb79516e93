import elkModule, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk-api.js'
import type { Box, Placed } from './placed.ts'
import { roughly } from './rough-layout.ts'

// It is CommonJS, whose default export is a member of what is imported.
const ELK = elkModule.default
type Laid = readonly [region: string, root: ElkNode]

interface Running {
  readonly elk: InstanceType<typeof ELK>
  /** Becomes null when there is no worker after all. */
  readonly refused: Promise<null>
}

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
  #running: Running | null = null
  #isRunning = false
  #asked = 0

  /** `source` is the text of elkjs' worker. */
  constructor(source: string) {
    this.#script = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  }

  /** Where everything stands; null when another layout was asked for meanwhile. */
  async place(boxes: readonly Box[], edges: readonly (readonly [string, string])[]): Promise<Placed | null> {
    const asked = ++this.#asked
    if (this.#isRunning) this.#stop()
    this.#isRunning = true
    const laid = await this.#laidOut(boxes, edges)
    if (asked !== this.#asked) return null
    this.#isRunning = false
    return laid === null ? roughly(boxes, edges) : placed(laid)
  }

  /** Each region's graph, one after the other; null where ELK has no answer, and where the browser lets a page have no worker, as in some sandboxes. */
  async #laidOut(boxes: readonly Box[], edges: readonly (readonly [string, string])[]): Promise<Laid[] | null> {
    const laid: Laid[] = []
    try {
      const { elk, refused } = this.#started()
      for (const name of new Set(boxes.map((box) => box.region))) {
        const own = boxes.filter((box) => box.region === name)
        const root = await Promise.race([elk.layout(graphOf(own, edges)), refused])
        if (root === null) return null
        laid.push([name, root])
      }
      return laid
    } catch {
      return null
    }
  }

  #started(): Running {
    if (this.#running !== null) return this.#running
    const worker = new Worker(this.#script)
    // A policy that forbids it is told as an event, not as an exception.
    const refused = new Promise<null>((resolve) => worker.addEventListener('error', () => resolve(null)))
    const elk = new ELK({ workerFactory: () => worker, algorithms: ['layered'] })
    this.#running = { elk, refused }
    return this.#running
  }

  #stop(): void {
    this.#running?.elk.terminateWorker()
    this.#running = null
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

function placed(laid: readonly Laid[]): Placed {
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
