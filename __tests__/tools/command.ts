import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs a program to its end and gives its standard output. `env` is added to this process's own environment.
 * Throws with the command, its exit status and the end of what it printed when it fails or is not there.
 */
export function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { cwd, env } = options
  return new Promise((resolve, reject) => {
    const settings = { ...(cwd && { cwd }), env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 }
    execFile(file, [...args], settings, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const printed = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n')
      reject(new Error(`${[file, ...args].join(' ')} failed (${error.code}):\n${printed}`, { cause: error }))
    })
  })
}

/** The full path of the first of these programs that is on PATH, or undefined. */
export function onPath(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
