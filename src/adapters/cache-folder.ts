import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this program keeps files between runs: in the runner's tool cache, else in the user's own. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const user = process.platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME
  return join(env.RUNNER_TOOL_CACHE || user || join(homedir(), '.cache'), 'dbt-regions')
}
