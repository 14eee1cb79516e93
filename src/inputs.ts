import { getInput } from '@actions/core'
import { ConfigurationError } from './errors.ts'

export type Command = 'check' | 'deploy'

/** The action's inputs, as action.yml names them. Empty ones are left out. */
export interface Inputs {
  readonly command?: Command
  readonly region?: string
  readonly config?: string
  readonly engine?: string
  readonly token?: string
}

/** Reads the action's inputs. Throws a ConfigurationError for a command that is none. */
export function readInputs(): Inputs {
  const named = (name: string) => getInput(name) || undefined
  const command = named('command')
  if (command !== undefined && command !== 'check' && command !== 'deploy') {
    throw new ConfigurationError(
      `input command: '${command}' is none; write check or deploy, or leave it out to let the event decide`,
    )
  }
  const [region, config, engine, token] = [named('region'), named('config'), named('engine'), named('token')]
  return {
    ...(command && { command }),
    ...(region && { region }),
    ...(config && { config }),
    ...(engine && { engine }),
    ...(token && { token }),
  }
}
