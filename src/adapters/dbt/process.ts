import { StringDecoder } from 'node:string_decoder'
import { exec } from '@actions/exec'

export interface ProcessInput {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
}

export interface Ended {
  readonly status: number
  /** The end of what stood on standard error. */
  readonly stderr: string
}

const STDERR_KEPT = 16_384

/**
 * Runs a program to its end and tells each line of its standard output; nothing is shown, and standard input stays open as
 * long as this process lives. Rejects when the program cannot be started.
 */
export async function runProcess({ program, args, cwd, environment, onLine }: ProcessInput): Promise<Ended> {
  // The toolkit's own lines break characters that come in two pieces.
  const out = lineSplitter(onLine)
  let stderr = ''
  const status = await exec(`"${program}"`, [...args], {
    cwd,
    env: { ...environment },
    silent: true,
    ignoreReturnCode: true,
    listeners: {
      stdout: (chunk) => out.write(chunk),
      stderr: (chunk) => {
        stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT)
      },
    },
  })
  out.end()
  return { status, stderr }
}

/** Cuts bytes into lines, however they are cut into pieces and however long a line is. */
export function lineSplitter(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8')
  let pieces: string[] = []
  const finish = (last: string) => {
    const line = [...pieces, last].join('').replace(/\r$/, '')
    pieces = []
    if (line !== '') onLine(line)
  }
  return {
    write(chunk) {
      const parts = decoder.write(chunk).split('\n')
      for (const part of parts.slice(0, -1)) finish(part)
      pieces.push(parts.at(-1) ?? '')
    },
    end: () => finish(decoder.end()),
  }
}

/** How a process ended; one that was killed has no status. */
export function howEnded(status: number): string {
  return Number.isInteger(status) ? `ended with status ${status}` : 'was killed'
}

export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join('\n')
}

/** Interrupts a process as Ctrl-C would; one that has ended is none of our business. */
export function signalProcess(pid: number, signal: 'SIGINT' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
