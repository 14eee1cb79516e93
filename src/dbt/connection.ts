import { TemplateSyntaxError } from '../jinja/errors.ts'
import { hasJinja, parse, walk } from '../jinja/index.ts'
import { didYouMean } from '../nearest.ts'
import { type Data, type DataObject, isObject, ownValue } from './data.ts'
import { CREDENTIALS, ProfileFields } from './profile-fields.ts'
import { readYaml, YamlError } from './yaml.ts'

/** What the driver needs to reach the workspace of a profile's target. */
export interface Connection {
  /** Without scheme and path, with its port where it names one. */
  readonly host: string
  readonly httpPath: string
  readonly catalog: string | null
  readonly schema: string
  readonly auth: Authentication
  /** All that must never be seen, to be masked: the token or secret, and the variables that it is made of. */
  readonly secrets: readonly string[]
}

export type Authentication =
  | { readonly kind: 'token'; readonly token: string }
  /** A service principal of Databricks. */
  | { readonly kind: 'oauth-m2m'; readonly clientId: string; readonly clientSecret: string }
  /** A service principal of Microsoft Entra ID; without a tenant, the workspace's own. */
  | {
      readonly kind: 'azure-m2m'
      readonly clientId: string
      readonly clientSecret: string
      readonly tenantId: string | null
    }

export interface ConnectionInput {
  /** The text of profiles.yml. */
  readonly profiles: string
  readonly env: ReadonlyMap<string, string>
  readonly profile: string
  /** null is the profile's own. */
  readonly target: string | null
}

const PLACE = ['host', 'http_path'] as const
const AZURE = /\.(azuredatabricks\.net|databricks\.azure\.(us|cn))(:\d+)?$/

/**
 * Reads the credentials of a profile's target, for a deploy alone: all other reading of profiles.yml leaves them out. The
 * fields are those of https://docs.getdbt.com/docs/core/connect-data-platform/databricks-setup. What is wrong is told
 * without any value; an empty variable is as good as none, because that is what GitHub makes of a missing secret.
 */
export function readConnection(
  input: ConnectionInput,
): { readonly connection: Connection } | { readonly problems: readonly string[] } {
  const output = readOutput(input)
  if ('problem' in output) return { problems: [output.problem] }
  const fields = new ProfileFields(output.fields, output.name, input.env)
  const type = fields.text('type')
  if (type !== 'databricks') fields.say('type', `is ${type || 'not there'}; a deploy needs databricks`)
  const [host, httpPath] = PLACE.map((field) => fields.required(field))
  const schema = fields.required('schema')
  const catalog = fields.text('catalog') || fields.text('database') || null
  // dbt takes it for the catalog where none is named, and every relation that is read here would stand elsewhere.
  const session = output.fields.session_properties
  if (isObject(session) && session['databricks.catalog'] !== undefined) {
    fields.say('session_properties', 'names databricks.catalog; a deploy needs it as `catalog`')
  }
  const auth = readAuthentication(fields, host ?? '', input.env)
  const place = tidyHost(host ?? '')
  if (host && place === null) fields.say('host', 'is no host name, such as dbc-1234.cloud.databricks.com')
  if (auth === null || place === null || fields.problems.length > 0) return { problems: fields.problems }
  const path = `/${(httpPath ?? '').replace(/^\/+|\/+$/g, '')}`
  return { connection: { host: place, httpPath: path, catalog, schema, auth, secrets: fields.secrets() } }
}

/** The host of a profile's target without scheme and path, its credentials left alone; null when it is not known. */
export function workspaceHost(input: ConnectionInput): string | null {
  const output = readOutput(input)
  if ('problem' in output) return null
  return tidyHost(new ProfileFields(output.fields, output.name, input.env).text('host'))
}

/** The name of the target that is meant: the given one, else the profile's own, else dbt's `default`. */
export function targetName(input: ConnectionInput): string {
  const output = readOutput(input)
  return 'problem' in output ? (input.target ?? 'default') : output.name
}

/**
 * The names of the environment variables that a target's credentials are read from, sorted; of the environment only what the
 * profile's own target is called is read. None where profiles.yml has no such target.
 */
export function credentialVariables(
  profiles: string,
  profile: string,
  target: string | null,
  env: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const output = readOutput({ profiles, profile, target, env })
  if ('problem' in output) return []
  const names = new Set<string>()
  for (const field of CREDENTIALS) {
    const value = output.fields[field]
    if (typeof value === 'string') for (const name of variablesOf(value)) names.add(name)
  }
  return [...names].sort()
}

function variablesOf(text: string): string[] {
  const names: string[] = []
  if (!hasJinja(text)) return names
  try {
    walk(parse(text), (node) => {
      if (node.kind !== 'call' || node.callee.kind !== 'name' || node.callee.name !== 'env_var') return undefined
      const first = node.args[0] ?? node.kwargs.find(({ name }) => name === 'var')?.value
      if (first?.kind === 'const' && typeof first.value === 'string') names.push(first.value)
      return undefined
    })
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
  }
  return names
}

interface Output {
  readonly name: string
  readonly fields: DataObject
}

function readOutput({ profiles, profile: name, target, env }: ConnectionInput): Output | { readonly problem: string } {
  let data: Data
  try {
    data = readYaml(profiles).data
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    return { problem: `profiles.yml cannot be read: ${error.message}` }
  }
  const all = isObject(data) ? data : {}
  const profile = ownValue(all, name)
  if (!isObject(profile)) {
    return { problem: `profiles.yml has no profile '${name}'${didYouMean(name, Object.keys(all))}` }
  }
  const own = new ProfileFields(profile, '', env).text('target')
  const chosen = target ?? (own === '' ? 'default' : own)
  const outputs = isObject(profile.outputs) ? profile.outputs : {}
  const output = ownValue(outputs, chosen)
  if (isObject(output)) return { name: chosen, fields: output }
  const known = Object.keys(outputs)
  const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`
  return { problem: `the profile '${name}' of profiles.yml has no target '${chosen}'; ${has}` }
}

/** As dbt-databricks chooses: a token before all else, then Microsoft's service principal, then Databricks' own. */
function readAuthentication(
  fields: ProfileFields,
  host: string,
  env: ReadonlyMap<string, string>,
): Authentication | null {
  const token = fields.text('token')
  const [clientId, clientSecret] = [fields.text('client_id'), fields.text('client_secret')]
  const [azureId, azureSecret] = [fields.text('azure_client_id'), fields.text('azure_client_secret')]
  const tenantId = env.get('ARM_TENANT_ID') || null
  if (token !== '') return { kind: 'token', token }
  if (azureId !== '' && azureSecret !== '') {
    return { kind: 'azure-m2m', clientId: azureId, clientSecret: azureSecret, tenantId }
  }
  if (clientId !== '' && clientSecret !== '') {
    const isMicrosofts = AZURE.test(tidyHost(host) ?? '') && !clientSecret.startsWith('dose')
    return isMicrosofts
      ? { kind: 'azure-m2m', clientId, clientSecret, tenantId }
      : { kind: 'oauth-m2m', clientId, clientSecret }
  }
  fields.sayNoCredentials()
  return null
}

function tidyHost(host: string): string | null {
  const name = host
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/[/?#].*$/s, '')
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i.test(name) ? name.toLowerCase() : null
}
