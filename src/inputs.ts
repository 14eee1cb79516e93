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
  /** Whether a check keeps what it found in the cache of GitHub Actions. */
  readonly cache?: boolean
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
  const [all, cache] = [flag('all'), flag('cache')]
  const [region, config, engine, token] = [named('region'), named('config'), named('engine'), named('token')]
  return {
    ...(command && { command }),
    ...(region && { region }),
    ...(config && { config }),
    ...(engine && { engine }),
    ...(all !== undefined && { all }),
    ...(packages && { packages }),
    ...(cache !== undefined && { cache }),
    ...(token && { token }),
  }
}

function flag(name: string): boolean | undefined {
  const value = getInput(name)
  if (value === '') return undefined
  if (value !== 'true' && value !== 'false')
    throw new ConfigurationError(`input ${name}: '${value}' is none; write true or false, or leave it out`)
  return value === 'true'
}
