// `npm run fuzz`: scripts/fuzz.mjs says how it is started. A worker tries inputs, and this waits for it: one that does not end is one that fails.
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Input, Mutator } from './mutate.ts'
import { PIECES, TARGETS, type Target } from './targets.ts'

const HANG_MS = 20_000
/** How long a failing input is made smaller. */
const SMALLER_MS = 30_000

interface Failure {
  readonly error: string
  readonly stack: string
}

async function failure(target: Target, input: Input): Promise<Failure | null> {
  try {
    await target.run(input)
    return null
  } catch (error) {
    const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
    return { error: `${name}: ${message}`.slice(0, 80), stack }
  }
}

/** The worker that tries inputs; another takes its place when it hangs. */
class Trier {
  #worker = this.#start()

  #start(): Worker {
    return new Worker(new URL(import.meta.url), { workerData, resourceLimits: { maxOldGenerationSizeMb: 1500 } })
  }

  async run(name: string, input: Input): Promise<Failure | null> {
    const worker = this.#worker
    const found = await new Promise<Failure | null>((resolve) => {
      const timer = setTimeout(() => resolve({ error: 'does not end', stack: '' }), HANG_MS)
      const told = (answer: Failure | null): void => {
        clearTimeout(timer)
        worker.off('message', told).off('error', failed)
        resolve(answer)
      }
      const failed = (error: Error): void => told({ error: `the process ends: ${error.message}`, stack: '' })
      worker.on('message', told).on('error', failed)
      worker.postMessage({ name, input })
    })
    if (found !== null && /^(?:does not end|the process ends)/.test(found.error)) {
      await worker.terminate()
      this.#worker = this.#start()
    }
    return found
  }

  end(): Promise<number> {
    return this.#worker.terminate()
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, target: { type: 'string' } },
  })
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const until = Date.now() + Number(values.minutes ?? 1) * 60_000
  const targets = TARGETS.filter(({ name }) => values.target === undefined || values.target === name)
  console.log(`seed ${seed}`)
  const [trier, counts, seen] = [new Trier(), new Map<string, number>(), new Set<string>()]
  const mutator = new Mutator(seed)
  while (Date.now() < until) {
    const target = mutator.pick(targets)
    const input = mutator.input(target.seed(mutator), PIECES)
    counts.set(target.name, (counts.get(target.name) ?? 0) + 1)
    const started = Date.now()
    const found = await trier.run(target.name, input)
    if (Date.now() - started > 5000 && found === null)
      console.log(`${target.name}: ${Date.now() - started} ms for\n${JSON.stringify(input)}`)
    if (found === null || seen.has(keyOf(found))) continue
    seen.add(keyOf(found))
    console.log(`${target.name}: ${found.error}\n${found.stack}`)
    const smallest = await smaller(input, found, (each) => trier.run(target.name, each))
    console.log(`smallest input:\n${JSON.stringify(smallest)}\n`)
  }
  await trier.end()
  console.log(`${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}: ${seen.size} failures`)
  process.exitCode = seen.size > 0 ? 1 : 0
}

/** What tells one defect from another: where it was thrown. */
function keyOf({ error, stack }: Failure): string {
  return stack.split('\n').find((line) => /^\s+at /.test(line)) ?? error
}

/** Leaves out of a failing input what it fails without: files, then pieces of them, ever smaller ones. */
async function smaller(input: Input, wanted: Failure, run: (input: Input) => Promise<Failure | null>): Promise<Input> {
  let best = input
  const until = Date.now() + SMALLER_MS
  const fails = async (each: Input): Promise<boolean> => {
    const found = await run(each)
    if (found === null || keyOf(found) !== keyOf(wanted)) return false
    best = each
    return true
  }
  for (const path of Object.keys(input)) {
    const { [path]: _, ...rest } = best
    if (Date.now() < until && Object.keys(rest).length > 0) await fails(rest)
  }
  for (const path of Object.keys(best)) {
    for (let size = (best[path] ?? '').length; size >= 1 && Date.now() < until; size = Math.floor(size / 2)) {
      for (let at = 0; at < (best[path] ?? '').length && Date.now() < until; ) {
        const text = best[path] ?? ''
        if (!(await fails({ ...best, [path]: text.slice(0, at) + text.slice(at + size) }))) at += size
      }
    }
  }
  return best
}

if (isMainThread) await main()
else
  parentPort?.on('message', async ({ name, input }: { name: string; input: Input }) => {
    const target = TARGETS.find((each) => each.name === name)
    parentPort?.postMessage(target ? await failure(target, input) : null)
  })
