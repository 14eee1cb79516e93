import { random } from '../../conformance/project.ts'

/** Choices that are the same for the same seed. */
export class Chance {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = random(seed)
  }

  /** True in this share of cases, from 0 to 1. */
  happens(share: number): boolean {
    return this.#next() < share
  }

  /** A whole number from `from` up to and including `to`. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1))
  }

  /** One of the list, which is not empty. */
  one<T>(list: readonly T[]): T {
    const chosen = list[this.whole(0, list.length - 1)]
    if (chosen === undefined) throw new Error('there is nothing to choose from')
    return chosen
  }

  /** So many different ones of the list, in its order; all of a shorter list. */
  some<T>(list: readonly T[], count: number): T[] {
    const indices = list.map((_, index) => index)
    while (indices.length > count) indices.splice(this.whole(0, indices.length - 1), 1)
    return indices.flatMap((index) => list.slice(index, index + 1))
  }
}
