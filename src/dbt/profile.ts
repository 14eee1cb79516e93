import { Dict, type NameScope, type Value } from '../jinja/index.ts'
import { type AdapterType, adapterType } from './adapter-type.ts'
import type { ParseCache } from './cache.ts'
import { type Data, type DataObject, define, isObject, ownValue, textOr, toValue } from './data.ts'
import type { ProjectInput } from './project.ts'
import { renderYaml } from './render.ts'
import type { Sink } from './sink.ts'
import { stem } from './text.ts'
import { envVar } from './variables.ts'
import { YamlError } from './yaml.ts'

/** The chosen output of a profile: where the project's relations go. */
export interface Target {
  readonly profile: string
  readonly name: string
  readonly adapter: AdapterType
  readonly database: string | null
  readonly schema: string
  /** dbt's `target`. Fields that may hold a credential are never read. */
  readonly value: Dict
}

const CREDENTIAL = /token|secret|pass|pwd|key|credential|private|certificate|jwt|dsn|ur[il]|signature/i
const FILE = 'profiles.yml'

/**
 * Reads the target of a profile: https://docs.getdbt.com/docs/core/connect-data-platform/profiles.yml. Only the fields
 * that place relations, and others without a credential, are rendered. What is wrong is told to the sink.
 */
export function readTarget(
  input: ProjectInput,
  profile: string,
  cli: DataObject,
  cache: ParseCache,
  sink: Sink,
): Target {
  const text = input.profiles ?? input.files.get(FILE)
  const invalid = (message: string, offset = 0): void =>
    sink.add(
      'invalid-project',
      'error',
      { file: input.profiles === undefined && text !== undefined ? FILE : 'dbt_project.yml', offset },
      message,
    )
  const outputs = text === undefined ? undefined : readProfile(text, profile, cache, invalid)
  if (text === undefined)
    sink.add(
      'invalid-project',
      'warning',
      { file: 'dbt_project.yml', offset: 0 },
      `no profiles.yml is there for the profile '${profile}': schemas and catalogs are guesses; add one, or name its folder`,
    )
  const scope = profileScope(input, cli)
  const rendered = (data: Data | undefined): Data =>
    data === undefined
      ? null
      : renderYaml(
          { value: data },
          { cache, scope, shouldRender: () => true, onError: (error) => invalid(`profiles.yml: ${error.message}`) },
          [],
        )
  const field = (data: Data | undefined): Data => {
    const wrapped = rendered(data)
    return isObject(wrapped) ? (wrapped.value ?? null) : null
  }
  const name = input.target ?? textOr(field(outputs?.profile.target), 'default')
  const output = outputs === undefined ? {} : pickOutput(outputs, profile, name, invalid)
  return makeTarget(profile, name, output, field)
}

interface Outputs {
  readonly profile: DataObject
  readonly offset: number
}

function readProfile(
  text: string,
  name: string,
  cache: ParseCache,
  invalid: (message: string, offset?: number) => void,
): Outputs | undefined {
  try {
    const yaml = cache.yaml(text)
    const all = yaml.data
    const profile = isObject(all) ? ownValue(all, name) : undefined
    if (isObject(all) && isObject(profile)) return { profile, offset: yaml.keyOffset(all, name) }
    invalid(`profiles.yml has no profile '${name}', which dbt_project.yml asks for`)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    invalid(`profiles.yml cannot be read: ${error.message}`, error.offset)
  }
  return undefined
}

function pickOutput(
  { profile, offset }: Outputs,
  profileName: string,
  name: string,
  invalid: (message: string, offset?: number) => void,
): DataObject {
  const outputs = profile.outputs
  const output = isObject(outputs) ? ownValue(outputs, name) : undefined
  if (isObject(output)) {
    if (typeof output.type !== 'string')
      invalid(`the target '${name}' of the profile '${profileName}' has no type; add one: type: databricks`, offset)
    return output
  }
  const known = isObject(outputs) ? Object.keys(outputs) : []
  invalid(
    `the profile '${profileName}' has no target '${name}'; it has ${known.length > 0 ? known.join(', ') : 'none'}`,
    offset,
  )
  return {}
}

function makeTarget(
  profile: string,
  name: string,
  output: DataObject,
  field: (data: Data | undefined) => Data,
): Target {
  const adapter = adapterType(textOr(field(output.type), 'databricks'))
  const own: Record<string, Data> = {}
  for (const key of Object.keys(output)) define(own, ownValue(adapter.aliases, key) ?? key, output[key] as Data)
  const database = textOr(
    field(own.database),
    (adapter.name === 'duckdb' && databaseOfFile(textOr(field(own.path), ''))) || adapter.defaultDatabase,
  )
  const schema = textOr(field(own.schema), adapter.name === 'duckdb' ? 'main' : 'dbt')
  const value = new Dict()
  for (const key of Object.keys(own)) {
    if (!CREDENTIAL.test(key) && !isObject(own[key])) value.set(key, toValue(field(own[key])))
  }
  const facts: Record<string, Value> = {
    database,
    schema,
    type: adapter.name,
    threads: toValue(field(own.threads ?? 1)),
    name,
    target_name: name,
    profile_name: profile,
  }
  for (const key of Object.keys(facts)) value.set(key, facts[key] as Value)
  return { profile, name, adapter, database, schema, value }
}

/** dbt-duckdb calls the database as its file, without folder and ending; empty for one in memory. */
function databaseOfFile(path: string): string {
  return path.startsWith(':') ? '' : stem(path)
}

/** Only `env_var` and `var` are known in a profile; an absent variable is a placeholder and no finding. */
function profileScope(input: ProjectInput, cli: DataObject): NameScope {
  const silent = { var: () => {}, env: () => {}, missing: () => {} }
  const env_var = envVar(input.env, silent)
  return {
    get(name) {
      if (name === 'env_var') return env_var
      if (name === 'var')
        return (args) =>
          typeof args[0] === 'string' && Object.hasOwn(cli, args[0]) ? toValue(cli[args[0]]) : (args[1] ?? null)
      return undefined
    },
  }
}
