import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readText } from '../adapters/files.ts'
import { ConfigurationError } from '../errors.ts'

/** A profiles.yml outside of its project. */
export interface Profiles {
  readonly folder: string
  readonly text: string
}

/**
 * The profiles.yml that dbt would take: the named folder's, else DBT_PROFILES_DIR's, the project's own (for which the answer is null) or the
 * one in ~/.dbt; null too where there is none. Throws a ConfigurationError when the named folder has none.
 */
export async function readProfiles(named: string | undefined, isInProject: boolean): Promise<Profiles | null> {
  if (named !== undefined) {
    const profiles = await profilesIn(resolve(named))
    if (profiles === null) throw new ConfigurationError(`--profiles-dir ${named}: there is no profiles.yml in it`)
    return profiles
  }
  const configured = process.env.DBT_PROFILES_DIR
  if (configured !== undefined) return profilesIn(resolve(configured))
  return isInProject ? null : profilesIn(join(homedir(), '.dbt'))
}

async function profilesIn(folder: string): Promise<Profiles | null> {
  const text = await readText(join(folder, 'profiles.yml'))
  return text === null ? null : { folder, text }
}
