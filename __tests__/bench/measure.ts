import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Measured {
  /** Seconds of user and system time, children included. */
  readonly cpu: number
  /** Seconds from start to end. */
  readonly wall: number
  /** The most memory that was resident, in MB; null where the kernel does not tell (anywhere but Linux). */
  readonly memory: number | null
}

/** The shell says the process's number, and after it the times of its children. */
const SCRIPT = '"$@" >/dev/null 2>"$0" & echo $!; wait $!; status=$?; times; exit $status'

/**
 * Runs a command to its end, as a process of its own. Standard error goes to `errors`, a file's path. Throws with its end when the
 * exit status is another than 0.
 */
export async function measured(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly errors: string },
): Promise<Measured> {
  const { cwd, env, errors } = options
  const start = performance.now()
  const shell = spawn('bash', ['-c', SCRIPT, errors, ...command], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  let memory: number | null = null
  shell.stdout.on('data', (chunk) => (said += chunk))
  const look = setInterval(() => {
    const process = said.split('\n', 1)[0]
    if (process) memory = peakOf(process) ?? memory
  }, 20)
  const status = await new Promise((resolve, reject) => shell.on('error', reject).on('close', resolve))
  clearInterval(look)
  const wall = (performance.now() - start) / 1000
  if (status !== 0) {
    const end = readFileSync(errors, 'utf8').trim().split('\n').slice(-5).join('\n')
    throw new Error(`${command.join(' ')} ended with ${status}\n${end}`)
  }
  return { wall, cpu: secondsOfChildren(said), memory }
}

/** The high-water mark of a process's resident memory, in MB. */
function peakOf(process: string): number | null {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))
    return line ? Number(line[1]) / 1024 : null
  } catch {
    return null
  }
}

/** The second line of the shell's `times`: `0m1.234s 0m0.056s`, user and system time. */
function secondsOfChildren(said: string): number {
  const parts = [...(said.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  if (parts.length !== 2) throw new Error(`bash did not say the times: ${said}`)
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
}

/** The middle one of the values; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}
