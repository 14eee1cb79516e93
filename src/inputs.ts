import { getInput } from '@actions/core'
import { ConfigurationError } from './errors.ts'

export type Command = 'check' | 'deploy'

/** Whether a check fetches packages that are not installed, which it does unless it is told not to. */
export type Packages = 'fetch' | 'installed'

/** The action's inputs, as action.yml names them. Empty ones are left out. */
export interface Inputs {
  readonly command?: Command
  readonly region?: string
  readonly config?: string
  readonly engine?: string
  readonly all?: boolean
  readonly packages?: Packages
  readonly token?: string
}

/** Reads the action's inputs. Throws a ConfigurationError for a value that is none. */
export function readInputs(): Inputs {
  const named = (name: string) => getInput(name) || undefined
  const command = named('command')
  if (command !== undefined && command !== 'check' && command !== 'deploy') {
    throw new ConfigurationError(
      `input command: '${command}' is none; write check or deploy, or leave it out to let the event decide`,
    )
  }
  const packages = named('packages')
  if (packages !== undefined && packages !== 'fetch' && packages !== 'installed') {
    throw new ConfigurationError(
      `input packages: '${packages}' is none; write installed to have a check fetch no packages, or leave it out`,
    )
  }
  const all = named('all')
  if (all !== undefined && all !== 'true' && all !== 'false') {
    throw new ConfigurationError(
      `input all: '${all}' is none; write true to deploy everything downstream of what differs, or leave it out`,
    )
  }
  const [region, config, engine, token] = [named('region'), named('config'), named('engine'), named('token')]
  return {
    ...(command && { command }),
    ...(region && { region }),
    ...(config && { config }),
    ...(engine && { engine }),
    ...(all && { all: all === 'true' }),
    ...(packages && { packages }),
    ...(token && { token }),
  }
}
