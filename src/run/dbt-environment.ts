const prefixes = ['INPUT_', 'ACTIONS_']
/** The token of the job, and the files by which a step talks to the runner. */
const names = ['GITHUB_TOKEN', 'GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']

/**
 * Options of dbt with which it builds something else than the nodes of the plan as they are written, and calls it a success: no
 * rows or some of them, other nodes' relations of another place, some types of nodes alone. dbt's newer versions read each
 * under two names: https://docs.getdbt.com/reference/global-configs/environment-variable-configs
 */
const changing =
  /^DBT_(?:ENGINE_)?(?:EMPTY|SAMPLE|EVENT_TIME_START|EVENT_TIME_END|(?:EXCLUDE_)?RESOURCE_TYPES|DEFER|DEFER_STATE|DEFER_TO_STATE|FAVOR_STATE|FAVOR_STATE_MODE|STATE|ARTIFACT_STATE_PATH|PRINT|NO_PRINT)$/

/**
 * The environment that dbt is given: the process's own without what GitHub gives to this action alone, and without what would
 * have dbt build something else. Nor does dbt read a `.env` file, which nobody who made the plan has read.
 */
export function dbtEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(environment).filter((entry): entry is [string, string] => {
    const name = entry[0].toUpperCase()
    return (
      entry[1] !== undefined &&
      !names.includes(name) &&
      !prefixes.some((prefix) => name.startsWith(prefix)) &&
      !changing.test(name)
    )
  })
  return { ...Object.fromEntries(kept), PYTHON_DOTENV_DISABLED: '1' }
}
