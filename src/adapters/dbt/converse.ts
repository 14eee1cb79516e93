import { type DbtCommand, type DbtEvent, isPrinted, listedNode, readDbtLine, spokenLine } from '../../run/dbt-log.ts'
import type { Invoker, Outcome } from './invoke.ts'

export interface Conversation {
  /** dbt's version, once it has told it. */
  readonly version: Promise<string>
  /** Runs one command to its end; its events are told in order. Rejects when dbt's log cannot be read. */
  run(command: DbtCommand, args: readonly string[], onEvent?: (event: DbtEvent) => void): Promise<Outcome>
}

/** Reads what dbt says, and says what may be shown of it; the rest is counted. */
export function converse(invoker: Invoker, say: (text: string) => void): Conversation {
  let tellVersion: (version: string) => void = () => {}
  const version = new Promise<string>((resolve) => {
    tellVersion = resolve
  })
  return {
    version,
    async run(command, args, onEvent) {
      let printed = 0
      let foreign = 0
      let damage: unknown = null
      const outcome = await invoker.invoke(command, args, (line) => {
        let event: DbtEvent | null = null
        try {
          event = readDbtLine(line)
        } catch (error) {
          damage ??= error
        }
        if (event === null) {
          foreign += 1
          return
        }
        if (event.name === 'MainReportVersion') tellVersion(String(event.data.version ?? '').replace(/^=/, ''))
        if (isPrinted(event) && !(command === 'ls' && listedNode(event) !== null)) printed += 1
        const spoken = spokenLine(event, command)
        if (spoken !== null) say(spoken)
        onEvent?.(event)
      })
      // They may hold rows.
      if (printed > 0) say(`${count(printed, 'message')} that the project's macros print in dbt ${command}: not shown`)
      if (foreign > 0) say(`${count(foreign, 'line')} of dbt ${command} that are not of its log: not shown`)
      // A log that is cut off with the process is told as the process's end.
      if (damage !== null && outcome.error === null) throw damage
      return outcome
    },
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
