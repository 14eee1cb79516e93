import type { DbtCommand } from './dbt-log.ts'

export interface DbtPlaces {
  /** The project's folder, and that of its profiles.yml; null where dbt looks for itself. */
  readonly folder: string
  readonly profilesDir: string | null
  readonly profile: string
  readonly target: string
  /** Where dbt writes everything but installed packages. */
  readonly output: string
}

/** Said outright, since a variable such as DBT_QUIET or the project's own flags may say otherwise. */
const log = ['--log-format', 'json', '--log-level', 'debug', '--log-level-file', 'none', '--no-quiet', '--no-debug']
const manners = ['--no-use-colors', '--no-send-anonymous-usage-stats', '--write-json']

/**
 * Tests are nodes of the plan, so that dbt may add none by itself; unit tests need no warehouse's tables and are not of the
 * plan. A failing node stops what is downstream of it alone: with fail-fast, dbt would cancel what it has nothing to do with.
 */
const exact = ['--indirect-selection', 'empty', '--exclude-resource-type', 'unit_test', '--no-fail-fast']

/** The arguments of one dbt command; `selection`, as `selectionArguments` makes it, for `ls` and `build`. https://docs.getdbt.com/reference/global-configs/about-global-configs */
export function dbtArguments(command: DbtCommand, places: DbtPlaces, selection?: readonly string[]): readonly string[] {
  const { folder, profilesDir, profile, target, output } = places
  return [
    command,
    ...log,
    '--log-path',
    output,
    ...manners,
    '--project-dir',
    folder,
    ...(profilesDir === null ? [] : ['--profiles-dir', profilesDir]),
    // DBT_PROFILE would lead to another workspace than the one that the walls have let pass.
    '--profile',
    profile,
    '--target',
    target,
    ...(command === 'deps' ? [] : ['--target-path', output]),
    ...(selection === undefined ? [] : [...exact, ...selection]),
    ...(command === 'ls' ? ['--output', 'json', '--output-keys', 'unique_id'] : []),
  ]
}

/** What is selected, and what of it is left out again. */
export function selectionArguments(select: readonly string[], exclude: readonly string[]): readonly string[] {
  return ['--select', ...select, ...(exclude.length === 0 ? [] : ['--exclude', ...exclude])]
}
