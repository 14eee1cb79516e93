import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Files } from './project.ts'

/** A small project, and where something is wrong with it: nowhere when dbt accepts it. */
export interface Refusal {
  readonly name: string
  readonly files: Files
  /** `file:line`, sorted. */
  readonly places: readonly string[]
}

const SURROUNDINGS: Files = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nversion: "1.0"\n',
  'profiles.yml':
    'shop:\n  target: dev\n  outputs:\n    dev: {type: databricks, host: x.cloud.databricks.com, http_path: /sql, token: none, catalog: main, schema: dev}\n',
}

/** The cases of refusals.jsonl, one a line, with what every project needs. */
export const refusals: readonly Refusal[] = readFileSync(join(import.meta.dirname, 'refusals.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Refusal => JSON.parse(line))
  .map(({ name, files, places }) => ({ name, files: { ...SURROUNDINGS, ...files }, places }))
