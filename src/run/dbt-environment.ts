const prefixes = ['INPUT_', 'ACTIONS_']
/** The token of the job, and the files by which a step talks to the runner. */
const names = ['GITHUB_TOKEN', 'GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']

/** The environment that dbt is given: the process's own without what GitHub gives to this action alone. */
export function dbtEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(environment).filter((entry): entry is [string, string] => {
    const name = entry[0].toUpperCase()
    return entry[1] !== undefined && !names.includes(name) && !prefixes.some((prefix) => name.startsWith(prefix))
  })
  return Object.fromEntries(kept)
}
