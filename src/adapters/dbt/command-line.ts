import { ConfigurationError } from '../../errors.ts'
import { readDbtLine } from '../../run/dbt-log.ts'
import type { Invoker } from './invoke.ts'
import { howEnded, lastLines, type ProcessInput, runProcess, signalProcess } from './process.ts'

/** One argument may have 128 KiB and all of them a part of a megabyte (Linux, macOS); a command line of Windows 32,767 characters. */
const LONGEST = process.platform === 'win32' ? 30_000 : 600_000

/** dbt's own command line, a process for each command: what there is where no Python is found behind it. */
export function commandLine(program: string, { cwd, environment }: Pick<ProcessInput, 'cwd' | 'environment'>): Invoker {
  let pid: number | null = null
  let interrupted = false
  let running: Promise<unknown> = Promise.resolve()
  return {
    async invoke(_command, args, onLine) {
      if (args.reduce((length, arg) => length + arg.length + 1, 0) > LONGEST) {
        throw new ConfigurationError(
          `too many nodes are selected for the command line of ${program}: put a dbt on PATH whose Python can be found, such as one installed with pip or uv`,
        )
      }
      const crashes: string[] = []
      const ended = runProcess({
        program,
        args,
        cwd,
        environment,
        onLine: (line) => {
          const event = line.startsWith('{') ? quietly(line) : null
          if (event?.pid != null && pid === null) {
            pid = event.pid
            if (interrupted) signalProcess(pid, 'SIGINT')
          }
          if (event?.name === 'MainEncounteredError') crashes.push(event.message)
          onLine(line)
        },
      })
      running = ended.catch(() => {})
      const { status, stderr } = await ended
      pid = null
      if (interrupted) return { success: false, error: { what: 'dbt was interrupted', said: '' } }
      // 1: a node failed; 2 and more: the command did. https://docs.getdbt.com/reference/exit-codes
      const isOver = Number.isInteger(status) && status <= 1
      if (isOver && crashes.length === 0) return { success: status === 0, error: null }
      const said = crashes.join('\n') || lastLines(stderr)
      return { success: false, error: { what: isOver ? 'dbt was stopped' : `dbt ${howEnded(status)}`, said } }
    },
    interrupt() {
      interrupted = true
      if (pid !== null) signalProcess(pid, 'SIGINT')
    },
    async close() {
      interrupted = true
      if (pid !== null) signalProcess(pid, 'SIGINT')
      await running
    },
  }
}

function quietly(line: string) {
  try {
    return readDbtLine(line)
  } catch {
    return null
  }
}
