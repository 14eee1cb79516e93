import { ParseCache } from '../../src/dbt/cache.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project } from '../../src/dbt/project.ts'
import type { Finding } from '../../src/finding.ts'
import { graphOf } from '../../src/graph/graph.ts'
import { findingsOf } from '../../src/rules/index.ts'
import type { RuleSetting } from '../../src/rules/rule.ts'

/** Files of a project, path -> text; one line of SQL or YAML is enough. */
export type Files = Readonly<Record<string, string>>

const surroundings: Files = {
  'dbt_project.yml': 'name: shop\nversion: 1.0.0\nprofile: shop\n',
  'profiles.yml':
    'shop:\n  target: dev\n  outputs:\n    dev: {type: databricks, catalog: main, schema: analytics, host: localhost, http_path: /sql, token: x}\n',
}

/** A project of these files, with a dbt_project.yml and a profiles.yml unless they are given. */
export function project(files: Files, root = ''): Project {
  const all = new Map(Object.entries({ ...surroundings, ...files }))
  return parseProject({ files: all, root, env: new Map(), cache: new ParseCache() })
}

export interface Region {
  readonly gdpr?: boolean
  readonly rules?: Readonly<Record<string, Partial<RuleSetting>>>
  readonly root?: string
}

/** Everything that is found in a project of these files. */
export function findings(files: Files, { gdpr = true, rules = {}, root = '' }: Region = {}): Finding[] {
  const parsed = project(files, root)
  const settings = Object.entries(rules).map(([id, setting]): [string, RuleSetting] => [
    id,
    { allow: [], options: {}, ...setting },
  ])
  return findingsOf(parsed, graphOf(parsed.manifest), { name: 'eu', gdpr, rules: new Map(settings) })
}

/** What one rule finds, as a person reads it: `file:line:column: message`. */
export function said(rule: string, files: Files, region: Region = {}): string[] {
  return findings(files, region)
    .filter((finding) => finding.rule === rule)
    .map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
}
