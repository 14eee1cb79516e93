import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../../src/check.ts'
import { effectiveConfig, parseConfig } from '../../src/config.ts'
import { ParseCache } from '../../src/dbt/cache.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project } from '../../src/dbt/project.ts'
import { writeManifest } from '../../src/dbt/write.ts'
import { readYaml, YamlError } from '../../src/dbt/yaml.ts'
import { ConfigurationError } from '../../src/errors.ts'
import {
  blocks,
  parse,
  parsePythonLiteral,
  render,
  renderNative,
  TemplateError,
  TemplateSyntaxError,
} from '../../src/jinja/index.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { generate } from '../jinja/generate.ts'
import { scopeOf } from '../jinja/ours.ts'
import { CASES, CONTEXT } from '../jinja/templates.ts'
import type { Input, Mutator } from './mutate.ts'

/** What is tried with inputs that nobody would write. */
export interface Target {
  readonly name: string
  /** An input as somebody would write it. */
  seed(mutator: Mutator): Input
  /** Reads the input. Throws for whatever may not be. */
  run(input: Input): void | Promise<void>
}

const ROOT = join(import.meta.dirname, '../..')
const PROJECTS = ['__tests__/fixtures/dbt/features', 'dbt_projects/eu_analytics_dbt', 'dbt_projects/us_analytics_dbt']

function filesOf(folder: string): Record<string, string> {
  const files: Record<string, string> = {}
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && /\.(?:sql|ya?ml|md|csv|py)$/.test(path))
      files[path.slice(join(ROOT, folder).length + 1)] = readFileSync(path, 'utf8')
  }
  return files
}

const projects = PROJECTS.map(filesOf)
const templates = [
  ...CASES.map(({ template }) => template),
  ...generate(1, 300).map(({ template }) => template),
  ...projects.flatMap((files) =>
    Object.entries(files).flatMap(([path, text]) => (/\.(?:sql|md)$/.test(path) ? [text] : [])),
  ),
]
const yamls = projects.flatMap((files) =>
  Object.entries(files).flatMap(([path, text]) => (/\.ya?ml$/.test(path) ? [text] : [])),
)
const CONFIGURATION = `version: 1
rules: {gdpr-tags: warning}
regions:
  us: {project: us, target: prod, environment: us-production, host: dbc-1.cloud.databricks.com, catalog: main}
  eu:
    project: eu
    gdpr: true
    rules:
      gdpr-contract: {severity: error}
`

/** Texts to take pieces of. */
export const PIECES: readonly string[] = [...templates, ...yamls]

const SHORT = { maxSteps: 20_000, maxMilliseconds: 500 }

/** What `read` gives; undefined when it throws what it may throw. */
function declared<T>(read: () => T, ...errors: readonly (abstract new (...args: never[]) => Error)[]): T | undefined {
  try {
    return read()
  } catch (error) {
    if (errors.some((type) => error instanceof type)) return undefined
    throw error
  }
}

function within(text: string, offset: number): void {
  if (!(offset >= 0 && offset <= text.length)) throw new Error(`offset ${offset} is not in the text`)
}

const jinja: Target = {
  name: 'jinja',
  seed: (mutator) => ({ template: mutator.pick(templates) }),
  run: ({ template: text = '' }) => {
    const kinds = new Set(['macro', 'test', 'docs', 'snapshot', 'materialization'])
    declared(() => blocks(text, kinds), TemplateSyntaxError)
    parsePythonLiteral(text)
    const template = declared(() => {
      try {
        return parse(text)
      } catch (error) {
        if (error instanceof TemplateSyntaxError) within(text, error.offset)
        throw error
      }
    }, TemplateSyntaxError)
    if (!template) return
    const scope = scopeOf(CONTEXT)
    for (const undefinedIs of ['default', 'chainable'] as const) {
      const options = { ...SHORT, undefined: undefinedIs }
      declared(() => render(template, scope, options), TemplateError, TemplateSyntaxError)
      declared(() => renderNative(template, scope, options), TemplateError, TemplateSyntaxError)
    }
  },
}

const yaml: Target = {
  name: 'yaml',
  seed: (mutator) => ({ yaml: mutator.pick(yamls) }),
  run: ({ yaml: text = '' }) => {
    declared(() => {
      try {
        JSON.stringify(readYaml(text).data)
      } catch (error) {
        if (error instanceof YamlError) within(text, error.offset)
        throw error
      }
    }, YamlError)
  },
}

const configuration: Target = {
  name: 'configuration',
  seed: () => ({ 'c.yml': CONFIGURATION }),
  run: ({ 'c.yml': text = '' }) => {
    declared(() => {
      const config = parseConfig(text, 'c.yml')
      effectiveConfig(parseConfig(CONFIGURATION, 'c.yml'), config)
      effectiveConfig(config, parseConfig(CONFIGURATION, 'c.yml'))
    }, ConfigurationError)
  },
}

const ROOT_FILES = /^(?:dbt_project|profiles|selectors|packages)\.yml$/

const project: Target = {
  name: 'project',
  seed: (mutator) => {
    const all = mutator.pick(projects)
    const part = Object.entries(all).filter(([path]) => ROOT_FILES.test(path) || mutator.below(3) > 0)
    return Object.fromEntries(part)
  },
  run: async (input) => {
    const parsed = projectOf(input)
    for (const { file, line, column, message } of parsed.findings) {
      if (!(line >= 1 && column >= 1)) throw new Error(`${file}:${line}:${column} is no place: ${message}`)
      if (/\[object |=> /.test(message)) throw new Error(`a message that nobody understands: ${message}`)
    }
    JSON.parse(writeManifest(parsed))
    for (const unique_id of [...parsed.manifest.nodes.keys(), ...parsed.manifest.unit_tests.keys()])
      compileNode(parsed, unique_id, { incremental: false })
    const head = { files: new Map(Object.entries(input)), project: parsed }
    const config = parseConfig('version: 1\nregions: {shop: {project: dbt, gdpr: true}}\n', 'c.yml')
    const regions = new Map([['shop', { base, head }]])
    await check({ base: 'b', head: 'h', config: effectiveConfig(config, config), regions }, startSqlLibrary)
    if (Object.keys(Object.prototype).length > 0) throw new Error('every object has something of the input')
  },
}

const base = { files: new Map(Object.entries(projects[0] ?? {})), project: projectOf(projects[0] ?? {}) }

function projectOf(input: Input): Project {
  return parseProject({ files: new Map(Object.entries(input)), root: 'dbt', env: new Map(), cache: new ParseCache() })
}

export const TARGETS: readonly Target[] = [jinja, yaml, configuration, project]
