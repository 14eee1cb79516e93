import { describe, expect, it } from 'vitest'
import { regionNamed } from '../src/config/parse.ts'
import { discover, parseConfig } from '../src/config.ts'
import { credentialVariables } from '../src/dbt/connection.ts'
import { ConfigurationError } from '../src/errors.ts'
import { refuseOtherPlace, refuseOthersCredentials, type WalledRegion } from '../src/walls.ts'

/** What the ConfigurationError of `act` says; null when nothing is refused. */
function refusal(act: () => void): string | null {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
}

/** Regions as a configuration has them. */
function regions(text: string): readonly WalledRegion[] {
  return parseConfig(`version: 1\nregions: {${text}}`, '.github/dbt-regions.yml').regions
}

const discovered = discover(
  new Map(['eu_shop', 'us_shop'].map((folder) => [`dbt_projects/${folder}/dbt_project.yml`, ''])),
).regions

function profile(...fields: string[]): string {
  return ['p:', '  outputs:', '    default:', '      type: databricks', ...fields.map((it) => `      ${it}`)].join('\n')
}
const variable = (field: string, name: string) => `${field}: "{{ env_var('${name}') }}"`
const token = (region: string) =>
  profile(variable('host', `DATABRICKS_${region}_HOST`), variable('token', `DATABRICKS_${region}_TOKEN`))
const secret = (region: string) =>
  profile(variable('client_id', `${region}_CLIENT_ID`), variable('client_secret', `${region}_CLIENT_SECRET`))

describe('refuseOthersCredentials', () => {
  /** Of the deploy of `eu`. */
  function said(profiles: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): string | null {
    const all = Object.entries(profiles)
    const variables = new Map(all.map(([name, text]) => [name, credentialVariables(text, 'p', 'default')]))
    const list = regions(all.map(([name]) => `${name}: {project: ${name}}`).join(', '))
    return refusal(() =>
      refuseOthersCredentials(regionNamed(list, 'eu'), list, variables, new Map(Object.entries(env))),
    )
  }

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['its own token alone', { eu: token('EU'), us: token('US') }, { DATABRICKS_EU_TOKEN: 's3cret' }],
    [
      'another region’s that is empty, as GitHub gives a secret that is not there',
      { eu: token('EU'), us: token('US') },
      { DATABRICKS_EU_TOKEN: 's3cret', DATABRICKS_US_TOKEN: '' },
    ],
    ['another region’s host', { eu: token('EU'), us: token('US') }, { DATABRICKS_US_HOST: 'acme-us.example' }],
    ['another region’s client, who is no secret', { eu: secret('EU'), us: secret('US') }, { US_CLIENT_ID: 'us-robot' }],
    [
      'one variable for all, each from its own environment',
      { eu: token('X'), us: token('X') },
      { DATABRICKS_X_TOKEN: 's3cret' },
    ],
    ['a region without variables', { eu: token('EU'), us: profile('token: none') }, { DATABRICKS_EU_TOKEN: 's3cret' }],
  ])('accepts %s', (_, profiles, env) => {
    expect(said(profiles, env)).toBeNull()
  })

  it('names the variable and its region, never its value, and says what to do', () => {
    const env = { DATABRICKS_EU_TOKEN: 's3cret', DATABRICKS_US_TOKEN: 'oth3r' }
    const message = said({ eu: token('EU'), us: token('US') }, env)
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: GitHub's expression, not ours
    expect(message).toBe(
      'nothing was run: this deploy of region eu is given credentials that are not its own, DATABRICKS_US_TOKEN of region us. Give each job its ' +
        "own alone: keep them as secrets of the region's GitHub environment (us-production), or pass them on a condition, " +
        "DATABRICKS_US_TOKEN: ${{ matrix.region.name == 'us' && secrets.DATABRICKS_US_TOKEN || '' }}. Outside GitHub, unset DATABRICKS_US_TOKEN",
    )
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: GitHub's expression, not ours
  })

  it('names all of several regions', () => {
    const env = { US_CLIENT_SECRET: 'oth3r', US_CLIENT_ID: 'robot', DATABRICKS_UK_TOKEN: 'm0re' }
    const message = said({ eu: token('EU'), us: secret('US'), uk: token('UK') }, env)
    expect(message).toContain('DATABRICKS_UK_TOKEN of region uk and US_CLIENT_SECRET of region us.')
    expect(message).not.toMatch(/oth3r|m0re|robot/)
  })
})

describe('refuseOtherPlace', () => {
  const named = regions(
    'us: {project: a, host: acme-us.cloud.databricks.com, catalog: us_prod}, eu: {project: b, host: acme-eu.cloud.databricks.com, catalog: eu_prod}',
  )
  const half = regions('us: {project: a, host: acme.cloud.databricks.com}, eu: {project: b}')

  it.each<[string, readonly WalledRegion[], string, string, string | null]>([
    ['what is configured', named, 'eu', 'acme-eu.cloud.databricks.com', 'eu_prod'],
    ['it in any case, with scheme and port', named, 'eu', 'https://ACME-EU.cloud.databricks.com:443/', 'EU_Prod'],
    ['nothing configured, a host of its own name', discovered, 'eu', 'acme-eu.cloud.databricks.com', 'eu_prod'],
    ['a host of no name', discovered, 'eu', 'adb-1234567890.12.azuredatabricks.net', 'main'],
    ['a host of both names', discovered, 'eu', 'acme-us-eu.cloud.databricks.com', 'main'],
    ['a name within a word', discovered, 'eu', 'campus.cloud.databricks.com', 'house'],
    ['words that are Databricks’ own', discovered, 'eu', 'acme.cloud.databricks.us', null],
    [
      'a region named like Databricks’ words',
      regions('cloud: {project: a}, eu: {project: b}'),
      'eu',
      'acme.cloud.databricks.com',
      null,
    ],
    [
      'a host that is confirmed',
      regions('us: {project: a}, eu: {project: b, host: acme-us.cloud.databricks.com}'),
      'eu',
      'acme-us.cloud.databricks.com',
      'main',
    ],
    [
      'a host that two regions share by name',
      regions('us: {project: a, host: h.example}, eu: {project: b, host: h.example}'),
      'eu',
      'h.example',
      'main',
    ],
    ['one region alone', regions('eu: {project: b}'), 'eu', 'acme-us.cloud.databricks.com', 'us_prod'],
  ])('accepts %s', (_, list, name, host, catalog) => {
    expect(refusal(() => refuseOtherPlace(regionNamed(list, name), list, { host, catalog }))).toBeNull()
  })

  const wayOut = 'put right the secrets of the environment eu-production, or profiles.yml, or'
  const confirm = (key: string) => `${wayOut} confirm it in .github/dbt-regions.yml: regions.eu.${key}`
  it.each<[string, readonly WalledRegion[], string, string | null, string[]]>([
    [
      'swapped secrets, configured',
      named,
      'acme-us.cloud.databricks.com',
      'eu_prod',
      [
        `the host is acme-us.cloud.databricks.com, and .github/dbt-regions.yml says acme-eu.cloud.databricks.com; ${wayOut} the configuration`,
      ],
    ],
    [
      'another catalog',
      named,
      'acme-eu.cloud.databricks.com',
      null,
      [`the catalog is hive_metastore, and .github/dbt-regions.yml says eu_prod; ${wayOut} the configuration`],
    ],
    [
      'a host and a catalog that are named like another region',
      discovered,
      'ACME-US.cloud.databricks.com:443',
      'us_prod',
      [
        `the host acme-us.cloud.databricks.com is named like region us; ${confirm('host')}: acme-us.cloud.databricks.com`,
        `the catalog us_prod is named like region us; ${confirm('catalog')}: us_prod`,
      ],
    ],
    [
      'a host that is configured for another region alone',
      half,
      'acme.cloud.databricks.com',
      'main',
      [`the host acme.cloud.databricks.com belongs to region us; ${confirm('host')}: acme.cloud.databricks.com`],
    ],
    [
      'a region whose name has two words',
      regions('us_east: {project: a}, eu: {project: b}'),
      'acme-us-east.cloud.databricks.com',
      'main',
      [
        `the host acme-us-east.cloud.databricks.com is named like region us_east; ${confirm('host')}: acme-us-east.cloud.databricks.com`,
      ],
    ],
  ])('refuses %s', (_, list, host, catalog, expected) => {
    expect(refusal(() => refuseOtherPlace(regionNamed(list, 'eu'), list, { host, catalog }))?.split('\n  ')).toEqual([
      'nothing was run: region eu must not be deployed where its profile leads:',
      ...expected,
    ])
  })
})
