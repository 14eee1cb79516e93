import type { Severity } from '../finding.ts'

/** What a page and a list say of a rule that the parser applies while it reads: its findings come with the project. */
export interface ParserRule {
  readonly severity: Severity
  readonly description: string
}

/** The rules of src/dbt, by id. */
export const parserRules: ReadonlyMap<string, ParserRule> = new Map([
  [
    'invalid-project',
    { severity: 'error', description: 'dbt_project.yml, packages.yml or profiles.yml cannot be used as it is.' },
  ],
  ['invalid-properties', { severity: 'error', description: 'A property file holds what dbt cannot use.' }],
  ['jinja-error', { severity: 'error', description: 'A template cannot be rendered.' }],
  ['jinja-syntax', { severity: 'error', description: 'A template is not valid Jinja.' }],
  ['missing-package', { severity: 'notice', description: 'A package that the project names is not installed.' }],
  ['unresolved-macro', { severity: 'error', description: 'A macro is called that does not exist.' }],
  ['unresolved-variable', { severity: 'error', description: 'A variable is read that is not set and has no default.' }],
  ['yaml-syntax', { severity: 'error', description: 'A file is not valid YAML.' }],
])
