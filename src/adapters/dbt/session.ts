import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DbtCommand } from '../../run/dbt-log.ts'
import type { Invoker, Outcome } from './invoke.ts'
import { type Ended, howEnded, lastLines, type ProcessInput, runProcess, signalProcess } from './process.ts'
import { sessionScript } from './session-script.ts'

export interface Session extends Invoker {
  /** Versions of dbt-core and dbt-databricks in this Python, null where one is not installed. */
  readonly core: string | null
  readonly databricks: string | null
}

interface Ready {
  readonly session: 'ready'
  readonly pid: number
  readonly core: string | null
  readonly databricks: string | null
}

type SessionLine =
  | Ready
  | ({ readonly session: 'done' } & Outcome)
  | { readonly session: 'failed'; readonly error: string }

/**
 * Starts Python with dbt in it; `folder` carries its commands. Null when this Python does not start. Answers within a
 * tenth of a second, while dbt is still being loaded.
 */
export async function startSession(
  python: string,
  folder: string,
  { cwd, environment }: Pick<ProcessInput, 'cwd' | 'environment'>,
): Promise<Session | null> {
  let listener: (line: string) => void = () => {}
  let answer: (outcome: Outcome) => void = () => {}
  let isReady: (ready: Ready | null) => void = () => {}
  const ready = new Promise<Ready | null>((resolve) => {
    isReady = resolve
  })
  let failed: string | null = null
  const process = runProcess({
    program: python,
    args: ['-c', sessionScript, folder],
    cwd,
    environment,
    onLine: (line) => {
      const own = readSessionLine(line)
      if (own === null) listener(line)
      else if (own.session === 'ready') isReady(own)
      else if (own.session === 'failed') failed = own.error
      else answer(own)
    },
  })
  const ended = process.then(
    (end) => end,
    (error: unknown): Ended => ({ status: -1, stderr: String(error) }),
  )
  void ended.then(() => isReady(null))
  const started = await ready
  if (started === null) return null
  return sessionOf(started)

  function sessionOf({ pid, core, databricks }: Ready): Session {
    let number = 0
    let running: DbtCommand | null = null
    const send = async (command: readonly string[] | null) => {
      const file = join(folder, `${number++}.json`)
      await writeFile(`${file}.new`, JSON.stringify(command))
      await rename(`${file}.new`, file)
    }
    return {
      core,
      databricks,
      async invoke(command, args, onLine) {
        const answered = new Promise<Outcome>((resolve) => {
          answer = resolve
        })
        listener = onLine
        running = command
        await send(args)
        const outcome = await Promise.race([answered, ended.then((end) => died(end, failed))])
        running = null
        return outcome
      },
      interrupt: () => signalProcess(pid, 'SIGINT'),
      async close() {
        // A build cancels its statements, and packages are not left half installed; the rest leaves nothing behind.
        if (running === 'build') signalProcess(pid, 'SIGINT')
        else if (running !== 'deps') signalProcess(pid, 'SIGKILL')
        if (running === 'deps') await send(null)
        await ended
      },
    }
  }
}

function died({ status, stderr }: Ended, error: string | null): Outcome {
  if (status === 130) return { success: false, error: { what: 'dbt was interrupted', said: '' } }
  return {
    success: false,
    error: { what: `dbt ${howEnded(status)} before it was done`, said: error ?? lastLines(stderr) },
  }
}

function readSessionLine(line: string): SessionLine | null {
  // dbt's own lines, which may be long, begin otherwise.
  if (!line.startsWith('{"session"')) return null
  const read: unknown = JSON.parse(line)
  if (typeof read !== 'object' || read === null || !('session' in read)) return null
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  const { session, pid, core, databricks, success, error } = {
    pid: 0,
    core: null,
    databricks: null,
    success: false,
    error: null,
    ...read,
  }
  if (session === 'ready') return { session, pid: Number(pid), core: text(core), databricks: text(databricks) }
  if (session === 'done') {
    const said = text(error)
    return { session, success: success === true, error: said === null ? null : { what: 'dbt was stopped', said } }
  }
  return session === 'failed' ? { session, error: text(error) ?? '' } : null
}
