import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { credentialVariables, readConnection } from '../../src/dbt/connection.ts'

const ENV = {
  HOST: 'dbc-1.cloud.databricks.com',
  HTTP_PATH: '/sql/1.0/warehouses/abc',
  TOKEN: 'dapi-of-eu',
  SECRET: 'dose-of-eu',
  EMPTY: '',
}

/** A profile whose target `eu` has these fields, beside a host, path, catalog and schema that are right. */
function profile(fields: string): string {
  const own = fields.split('\n').map((line) => `      ${line}`)
  const has = (name: string) => own.some((line) => line.trimStart().startsWith(`${name}:`))
  const usual = [
    `type: databricks`,
    `host: "{{ env_var('HOST') }}"`,
    `http_path: "{{ env_var('HTTP_PATH') }}"`,
    'catalog: eu_prod',
    'schema: default',
  ].filter((line) => !has(line.split(':')[0] ?? ''))
  return ['shop:', '  target: eu', '  outputs:', '    eu:', ...usual.map((line) => `      ${line}`), ...own].join('\n')
}

function read(profiles: string, env: Record<string, string> = {}, target: string | null = 'eu') {
  return readConnection({ profiles, env: new Map(Object.entries({ ...ENV, ...env })), profile: 'shop', target })
}

const place = {
  host: 'dbc-1.cloud.databricks.com',
  httpPath: '/sql/1.0/warehouses/abc',
  catalog: 'eu_prod',
  schema: 'default',
}
const token = { auth: { kind: 'token', token: 'dapi-of-eu' }, secrets: ['dapi-of-eu'] }
const TOKEN = `token: "{{ env_var('TOKEN') }}"`

describe('a connection', () => {
  it.each<[string, string, Record<string, string>, object]>([
    ['a token of the environment', TOKEN, {}, token],
    ['a token in the file', 'token: dapi-of-eu', {}, token],
    [
      'a token of two variables, both secret',
      `token: "{{ env_var('TOKEN') }}{{ env_var('SECRET') }}"`,
      {},
      {
        auth: { kind: 'token', token: 'dapi-of-eudose-of-eu' },
        secrets: ['dapi-of-eu', 'dapi-of-eudose-of-eu', 'dose-of-eu'],
      },
    ],
    [
      'a secret variable of dbt',
      `token: "{{ env_var('DBT_ENV_SECRET_T') }}"`,
      { DBT_ENV_SECRET_T: 'dapi-of-eu' },
      token,
    ],
    ['a host as a link', TOKEN, { HOST: 'https://DBC-1.cloud.databricks.com/' }, token],
    ['a host as copied from the browser', TOKEN, { HOST: 'https://dbc-1.cloud.databricks.com/sql?o=12#x' }, token],
    ['a host with a line break', TOKEN, { HOST: 'dbc-1.cloud.databricks.com\n' }, token],
    ['a port', `host: 127.0.0.1:8443\n${TOKEN}`, {}, { ...token, host: '127.0.0.1:8443' }],
    ['a path without its slash', TOKEN, { HTTP_PATH: 'sql/1.0/warehouses/abc' }, token],
    ['database for catalog', `database: other\ncatalog:\n${TOKEN}`, {}, { ...token, catalog: 'other' }],
    ['no catalog', `catalog:\n${TOKEN}`, {}, { ...token, catalog: null }],
    ['a default', `catalog: "{{ env_var('NONE', 'eu_dev') }}"\n${TOKEN}`, {}, { ...token, catalog: 'eu_dev' }],
    ['a schema in parts', `schema: "dbt_{{ env_var('HOST')[:3] }}"\n${TOKEN}`, {}, { ...token, schema: 'dbt_dbc' }],
    [
      'a service principal',
      `auth_type: oauth\nclient_id: an-id\nclient_secret: "{{ env_var('SECRET') }}"`,
      {},
      {
        auth: { kind: 'oauth-m2m', clientId: 'an-id', clientSecret: 'dose-of-eu' },
        secrets: ['dose-of-eu'],
      },
    ],
    [
      'a service principal with its token left empty',
      `token: "{{ env_var('EMPTY', '') }}"\nclient_id: an-id\nclient_secret: "{{ env_var('SECRET') }}"`,
      {},
      {
        auth: { kind: 'oauth-m2m', clientId: 'an-id', clientSecret: 'dose-of-eu' },
        secrets: ['dose-of-eu'],
      },
    ],
    [
      'a service principal of Databricks on Azure',
      `host: adb-1.2.azuredatabricks.net\nclient_id: an-id\nclient_secret: "{{ env_var('SECRET') }}"`,
      {},
      {
        host: 'adb-1.2.azuredatabricks.net',
        auth: { kind: 'oauth-m2m', clientId: 'an-id', clientSecret: 'dose-of-eu' },
        secrets: ['dose-of-eu'],
      },
    ],
    [
      "Microsoft's service principal under Databricks' names",
      'host: adb-1.2.azuredatabricks.net\nclient_id: an-id\nclient_secret: of-entra',
      {},
      {
        host: 'adb-1.2.azuredatabricks.net',
        auth: { kind: 'azure-m2m', clientId: 'an-id', clientSecret: 'of-entra', tenantId: null },
        secrets: ['of-entra'],
      },
    ],
    [
      "Microsoft's service principal",
      'azure_client_id: an-id\nazure_client_secret: of-entra',
      { ARM_TENANT_ID: 'a-tenant' },
      {
        auth: { kind: 'azure-m2m', clientId: 'an-id', clientSecret: 'of-entra', tenantId: 'a-tenant' },
        secrets: ['of-entra'],
      },
    ],
  ])('%s', (_, fields, env, expected) => {
    expect(read(profile(fields), env)).toEqual({ connection: { ...place, ...expected } })
  })

  it('is read through an anchor and a merge', () => {
    const profiles = `${profile(TOKEN).replace('eu:\n      type', 'eu: &workspace\n      type')}
    dev:
      <<: *workspace
      schema: dbt_ann`
    expect(read(profiles, {}, 'dev')).toEqual({ connection: { ...place, ...token, schema: 'dbt_ann' } })
    expect(read(profiles, {}, null)).toEqual({ connection: { ...place, ...token } })
  })

  const unset = "is not set; set it for this step, from the secrets and variables of the region's environment"
  const empty = "is empty, as GitHub makes a secret that does not exist; add it to the region's environment"
  const instead = 'a deploy needs `token`, or `auth_type: oauth` with `client_id` and `client_secret`'
  it.each<[string, string, Record<string, string>, string[]]>([
    [
      'a variable that is not set',
      `token: "{{ env_var('NONE') }}"`,
      {},
      [`\`token\` of the target 'eu' reads the environment variable NONE: NONE ${unset}`],
    ],
    [
      'variables that are empty',
      TOKEN,
      { HOST: '', TOKEN: '' },
      [
        `\`host\` of the target 'eu' reads the environment variable HOST: HOST ${empty}`,
        `\`token\` of the target 'eu' reads the environment variable TOKEN: TOKEN ${empty}`,
      ],
    ],
    [
      'an empty variable in spite of a default',
      `token: "{{ env_var('EMPTY', 'x') }}"`,
      {},
      [`\`token\` of the target 'eu' is empty: EMPTY ${empty}; ${instead}`],
    ],
    ['no path', `http_path:\n${TOKEN}`, {}, ["`http_path` of the target 'eu' is not there"]],
    ['no schema', `schema:\n${TOKEN}`, {}, ["`schema` of the target 'eu' is not there"]],
    [
      'no credentials',
      'threads: 4',
      {},
      [`\`token\` of the target 'eu' is not there, nor another credential; ${instead}`],
    ],
    [
      'a login in a browser',
      'auth_type: oauth',
      {},
      [
        `\`auth_type\` of the target 'eu' without a \`client_secret\` asks for a login in a browser, where nobody sits; ${instead}`,
      ],
    ],
    [
      'a secret with a line break',
      TOKEN,
      { TOKEN: 'dapi-of-eu\n' },
      [
        "`token` of the target 'eu' holds a space, a line break or a letter that no token has; save the secret again without it",
      ],
    ],
    [
      'what is no host',
      TOKEN,
      { HOST: 'the token@of someone' },
      ["`host` of the target 'eu' is no host name, such as dbc-1234.cloud.databricks.com"],
    ],
    ['another type', `type: duckdb\n${TOKEN}`, {}, ["`type` of the target 'eu' is duckdb; a deploy needs databricks"]],
    [
      'a catalog that dbt finds elsewhere',
      `catalog:\nsession_properties: {databricks.catalog: us_prod}\n${TOKEN}`,
      {},
      ["`session_properties` of the target 'eu' names databricks.catalog; a deploy needs it as `catalog`"],
    ],
    [
      'a filter that fails on a secret',
      `token: "{{ env_var('TOKEN').nothing.at_all }}"`,
      {},
      ["`token` of the target 'eu' cannot be rendered; only env_var and var are there"],
    ],
  ])('is not there: %s', (_, fields, env, problems) => {
    expect(read(profile(fields), env)).toEqual({ problems: problems.map((problem) => `profiles.yml: ${problem}`) })
  })

  it.each<[string, string, string]>([
    ['no such profile', 'shopp: {outputs: {}}', "profiles.yml has no profile 'shop'; did you mean 'shopp'?"],
    [
      'no such target',
      'shop: {outputs: {us: {}, dev: {}}}',
      "the profile 'shop' of profiles.yml has no target 'eu'; it has us, dev",
    ],
    ['no outputs', 'shop: {}', "the profile 'shop' of profiles.yml has no target 'eu'; it has none"],
    ['an empty file', '', "profiles.yml has no profile 'shop'"],
  ])('is not there: %s', (_, profiles, problem) => {
    expect(read(profiles)).toEqual({ problems: [problem] })
  })

  it('is not there: broken YAML, of which no value is told', () => {
    const broken = read('shop:\n  outputs:\n    eu:\n      token: "dapi-of-eu\n  x')
    expect(broken).toEqual({ problems: [expect.stringMatching(/^profiles\.yml cannot be read: /)] })
    expect(JSON.stringify(broken)).not.toContain('dapi')
  })
})

describe("the variables of a target's credentials", () => {
  it.each([
    ['us', ['DATABRICKS_US_TOKEN']],
    ['eu', ['DATABRICKS_EU_TOKEN']],
  ])('of the %s project, also for a target that merges another', (region, names) => {
    const name = `${region}_analytics_dbt`
    const profiles = readFileSync(`dbt_projects/${name}/profiles.yml`, 'utf8')
    expect(credentialVariables(profiles, name, region)).toEqual(names)
    expect(credentialVariables(profiles, name, 'dev')).toEqual(names)
    expect(credentialVariables(profiles, name, null)).toEqual(names)
  })

  it.each<[string, string, string[]]>([
    [
      'within an expression',
      `token: "{{ env_var('A') if env_var('B', '') else env_var('C') ~ 'x' }}"`,
      ['A', 'B', 'C'],
    ],
    ['none that is a place of relations', `schema: "{{ env_var('S') }}"\n${TOKEN}`, ['TOKEN']],
    ['of a principal', `client_secret: "{{ env_var('P') }}"\nazure_client_id: "{{ env_var('Q') }}"`, ['P', 'Q']],
    ['named as an argument', `token: "{{ env_var(default='', var='A') }}"`, ['A']],
    ['of what is no Jinja', `token: "{{ env_var('A' }}"`, []],
  ])('%s', (_, fields, names) => {
    expect(credentialVariables(profile(fields), 'shop', 'eu')).toEqual(names)
  })

  it('are none where there is no such target', () => {
    expect(credentialVariables('shop: {}', 'shop', 'eu')).toEqual([])
    expect(credentialVariables('[', 'shop', 'eu')).toEqual([])
  })
})
