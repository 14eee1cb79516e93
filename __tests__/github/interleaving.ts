import type { Call } from './state.ts'

interface Waiting {
  readonly what: 'request' | 'sleep'
  /** A write of something that was read before, which another's sleep has to outlast. */
  readonly write: boolean
  readonly since: number
  go(): void
}

/**
 * Lets jobs run one step at a time, in an order that a seed decides. A step is a request, or the end of a sleep. With `settles` a sleep
 * ends only when whoever had read before it began has written: what a job's wait after a write is for.
 */
export class Interleaving {
  private readonly waiting = new Map<string, Waiting>()
  private readonly lastRead = new Map<string, number>()
  private readonly settles: boolean
  private random: number
  private clock = 0

  constructor(seed: number, settles: boolean) {
    this.random = seed
    this.settles = settles
  }

  /** For the server: holds a request until its turn. */
  gate(call: Call): Promise<void> {
    const write = /^issues\/(create|update|delete)/.test(call.operation)
    return this.wait(call.caller, 'request', write).then(() => {
      if (call.operation === 'issues/list-comments') this.lastRead.set(call.caller, this.clock)
    })
  }

  /** For a job: its sleep. */
  sleep(caller: string): Promise<void> {
    return this.wait(caller, 'sleep', false)
  }

  /** Runs the jobs, by name, to their end. */
  async run(jobs: ReadonlyMap<string, () => Promise<unknown>>): Promise<void> {
    const live = new Set(jobs.keys())
    const failures: unknown[] = []
    for (const [name, job] of jobs) {
      void job()
        .catch((error: unknown) => failures.push(error))
        .finally(() => live.delete(name))
    }
    while (live.size > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      if ([...live].every((name) => this.waiting.has(name))) this.step()
    }
    if (failures.length > 0) throw failures[0]
  }

  private wait(caller: string, what: Waiting['what'], write: boolean): Promise<void> {
    return new Promise((go) => this.waiting.set(caller, { what, write, since: this.clock, go }))
  }

  private step(): void {
    const ready = [...this.waiting].filter(
      ([name, it]) => !this.settles || it.what === 'request' || !this.overtaken(name, it),
    )
    const [name, chosen] = ready[this.next(ready.length)] ?? [...this.waiting][0] ?? ['', null]
    this.waiting.delete(name)
    this.clock++
    chosen?.go()
  }

  private overtaken(sleeper: string, { since }: Waiting): boolean {
    return [...this.waiting].some(
      ([name, it]) => name !== sleeper && it.write && (this.lastRead.get(name) ?? 0) <= since,
    )
  }

  /** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the constants of Numerical Recipes. */
  private next(bound: number): number {
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.random / 2 ** 32) * bound)
  }
}
