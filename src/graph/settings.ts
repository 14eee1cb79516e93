import { isObject, plainObject } from '../dbt/data.ts'
import type { Json, JsonObject } from '../dbt/manifest.ts'
import type { ProjectFiles } from '../dbt/project.ts'
import { readYaml, YamlError } from '../dbt/yaml.ts'

/** What the nodes of a project may depend on besides their own text. */
export interface Settings {
  /** The text of the files that say which vars and package versions a project has: for a node that cannot be compiled. */
  readonly text: Json
  /** The project's `flags` that may alter how a relation is built, such as `use_materialization_v2`. */
  readonly flags: JsonObject
}

/** dbt's own flags about its output, its speed and its selection: https://docs.getdbt.com/reference/global-configs/about-global-configs */
const harmless =
  /^(cache_selected_only|debug|defer|fail_fast|favor_state|indirect_selection|introspect|log_.*|no_print|partial_parse|populate_cache|print|printer_width|quiet|send_anonymous_usage_stats|show_all_deprecations|single_threaded|static_parser|target_path|use_colors.*|use_experimental_parser|use_fast_test_edges|version_check|warn_error.*|write_json)$/

/** Reads the settings from a project's files. */
export function settingsOf(files: ProjectFiles): Settings {
  const names = ['dbt_project.yml', 'dependencies.yml', 'package-lock.yml', 'packages.yml', 'vars.yml']
  const flags = Object.entries(flagsOf(files.get('dbt_project.yml') ?? ''))
  return {
    text: names.map((name) => [name, files.get(name) ?? null]),
    flags: Object.fromEntries(flags.filter(([name]) => !harmless.test(name.toLowerCase()))),
  }
}

function flagsOf(text: string): JsonObject {
  try {
    const { data } = readYaml(text)
    return plainObject(isObject(data) ? data.flags : null)
  } catch (error) {
    // The parser says what is wrong with the file; a project that it cannot read is not deployed.
    if (error instanceof YamlError) return {}
    throw error
  }
}
