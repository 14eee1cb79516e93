export interface Point {
  readonly x: number
  readonly y: number
}

/** A node to be placed. Regions are placed one below the other. */
export interface Box {
  readonly id: string
  readonly region: string
  readonly width: number
  readonly height: number
}

export interface Placed {
  /** Middles of the boxes. */
  readonly nodes: ReadonlyMap<string, Point>
  /** The corners of each edge, its ends included, by `from\nto`. */
  readonly edges: ReadonlyMap<string, readonly Point[]>
  readonly regions: readonly {
    readonly name: string
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
}
