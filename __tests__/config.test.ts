import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { regionNamed } from '../src/config/parse.ts'
import { type Config, discover, effectiveConfig, parseConfig } from '../src/config.ts'
import { ConfigurationError } from '../src/errors.ts'
import { columnRules } from '../src/rules/columns.ts'
import { rules } from '../src/rules/index.ts'
import { parserRules } from '../src/rules/parser.ts'

const file = '.github/dbt-regions.yml'

function parse(text: string): Config {
  return parseConfig(text, file)
}

/** What the ConfigurationError of `act` says. */
function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

const two = `version: 1
regions:
  us:
    project: dbt_projects/us_analytics_dbt
  eu:
    project: ./dbt_projects/eu_analytics_dbt/
    target: prod
    environment: eu
    host: ACME-eu.cloud.databricks.com
    rules:
      cycle: warning
      gdpr-column-class:
        allow: [model.shop.*.device_id]
        names: [member_number]
rules:
  cycle: notice
  unresolved-ref: off
`

describe('parseConfig', () => {
  it('reads regions with defaults, and a region’s rules over those of all', () => {
    const { regions } = parse(two)
    expect(regions.map(({ rules: _, ...region }) => region)).toEqual([
      {
        name: 'eu',
        project: 'dbt_projects/eu_analytics_dbt',
        target: 'prod',
        environment: 'eu',
        host: 'acme-eu.cloud.databricks.com',
        catalog: null,
        catalogJson: null,
        gdpr: true,
      },
      {
        name: 'us',
        project: 'dbt_projects/us_analytics_dbt',
        target: null,
        environment: 'us-production',
        host: null,
        catalog: null,
        catalogJson: null,
        gdpr: false,
      },
    ])
    const settings = regions.map((region) => Object.fromEntries(region.rules))
    expect(settings[1]).toEqual({
      cycle: { severity: 'notice', allow: [], options: {} },
      'unresolved-ref': { severity: 'off', allow: [], options: {} },
    })
    expect(settings[0]).toEqual({
      cycle: { severity: 'warning', allow: [], options: {} },
      'unresolved-ref': { severity: 'off', allow: [], options: {} },
      'gdpr-column-class': { allow: ['model.shop.*.device_id'], options: { names: ['member_number'] } },
    })
  })

  it.each<[string, string, string]>([
    ['not YAML', 'version: 1\nregions: {us', `${file}:2:13: this is not valid YAML: `],
    ['a key twice', 'version: 1\nversion: 1', `${file}:2:1: this is not valid YAML: duplicated mapping key`],
    ['two documents', `${two}---\n${two}`, `${file}: it holds more than one YAML document; remove all but one`],
    ['empty', '', `${file}:1:1: the file is empty: it must be a mapping`],
    ['a list', '- version: 1', `${file}:1:1: the file is a list: it must be a mapping`],
    ['another version', 'version: 2\nregions: {us: {project: a}}', `${file}:1:1: version is 2: it must be 1`],
    ['no regions', 'version: 1\nregions: {}', `${file}:2:1: regions is empty: give at least one`],
    [
      'a misspelt key',
      'version: 1\nregoins:\n  us: {project: a}',
      `${file}:1:1: the file lacks the key 'regions'\n${file}:2:1: regoins is not a known key; did you mean 'regions'?`,
    ],
    [
      'a misspelt key of a region',
      'version: 1\nregions:\n  us:\n    project: a\n    enviroment: x',
      `${file}:5:5: regions.us.enviroment is not a known key; did you mean 'environment'?`,
    ],
    [
      'a key like no other',
      'version: 1\nregions:\n  us: {project: a, banana: 1}',
      `${file}:3:20: regions.us.banana is not a known key; known are project, target, environment, host, catalog, catalog_json, gdpr and rules`,
    ],
    [
      'a misspelt rule',
      'version: 1\nregions:\n  us: {project: a}\nrules:\n  cicle: off',
      `${file}:5:3: rules.cicle is not a known key; did you mean 'cycle'?`,
    ],
    [
      'a misspelt severity',
      'version: 1\nregions:\n  us:\n    project: a\n    rules:\n      cycle: eror',
      `${file}:6:7: regions.us.rules.cycle is 'eror': use error, warning, notice or off; did you mean 'error'?`,
    ],
    [
      'an option that the rule has not',
      'version: 1\nregions:\n  us: {project: a}\nrules:\n  cycle:\n    severity: off\n    alow: [x]',
      `${file}:7:5: rules.cycle.alow is not a known key; did you mean 'allow'?`,
    ],
    [
      'a wrong type',
      'version: 1\nregions:\n  eu:\n    project: a\n    gdpr: yes',
      `${file}:5:5: regions.eu.gdpr is 'yes': it must be true or false`,
    ],
    [
      'a list entry',
      'version: 1\nregions:\n  us: {project: a}\nrules:\n  cycle:\n    allow:\n      - a\n      - {b: c}',
      `${file}:8:9: rules.cycle.allow.1 is a mapping: it must be text`,
    ],
    [
      'a name that no environment may have',
      'version: 1\nregions:\n  "u s": {project: a}',
      `${file}:3:4: regions.u s is not a valid name: begin with a letter, then letters, digits, '_' and '-'`,
    ],
    [
      'a variable that may hold a credential',
      'version: 1\nregions:\n  us: {project: a}\nenv_vars:\n  - STAGE\n  - DATABRICKS_TOKEN',
      `${file}:6:5: DATABRICKS_TOKEN is named like a credential, and anybody's pull request could write what a check sees into its comment: leave it out, a check needs none`,
    ],
    [
      'a catalog.json out of the repository',
      'version: 1\nregions:\n  us: {project: a, catalog_json: /etc/catalog.json}',
      `${file}:3:20: the catalog_json of region 'us' is '/etc/catalog.json': write its path from the root of the repository, with forward slashes`,
    ],
    [
      'a path out of the repository',
      'version: 1\nregions:\n  us: {project: ../a}',
      `${file}:3:8: the project of region 'us' is '../a': write its folder from the root of the repository, with forward slashes`,
    ],
    ...[
      'https://acme.cloud.databricks.com',
      'acme.cloud.databricks.com:443',
      'acme.cloud.databricks.com/sql',
      '-a',
      'a..b',
    ].map((host): [string, string, string] => [
      `a host that is written ${host}`,
      `version: 1\nregions:\n  us: {project: a, host: '${host}'}`,
      `${file}:3:20: regions.us.host is '${host}': write the host name alone, such as acme-eu.cloud.databricks.com, without scheme, port and path`,
    ]),
    [
      'two regions that are deployed to one place',
      'version: 1\nregions:\n  us: {project: a, host: h.example, catalog: c}\n  eu: {project: a, host: H.example, catalog: C}',
      `${file}:3:3: the regions 'eu' and 'us' have the same project, target, host and catalog; give one another catalog or target, or remove it`,
    ],
    [
      'names that differ in case',
      'version: 1\nregions:\n  us: {project: a}\n  US: {project: b}',
      `${file}:3:3: the regions 'US' and 'us' differ in case only; rename one`,
    ],
  ])('refuses %s', (_, text, expected) => {
    expect(refusal(() => parse(text))).toSatisfy(
      (message: string) => message.startsWith(expected),
      `starts with ${expected}`,
    )
  })

  it.each([
    ['project', 'eu: {project: b, host: h, catalog: c}'],
    ['target', 'eu: {project: a, target: t, host: h, catalog: c}'],
    ['catalog', 'eu: {project: a, host: h, catalog: d}'],
    ['host', 'eu: {project: a, host: i, catalog: c}'],
    ['host that is not named', 'eu: {project: a}'],
  ])('accepts regions with another %s', (_, eu) => {
    expect(parse(`version: 1\nregions: {us: {project: a, host: h, catalog: c}, ${eu}}`).regions).toHaveLength(2)
  })

  it('reads `.` as the root of the repository', () => {
    expect(parse('version: 1\nregions: {us: {project: .}}').regions[0]?.project).toBe('')
  })
})

describe('docs/configuration.md', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('docs/configuration.md', 'utf8')) ?? []
  const [, mistake = ''] = /```text\n(.*?)\n```/s.exec(readFileSync('docs/configuration.md', 'utf8')) ?? []

  it('has an example that is accepted', () => {
    expect(parse(example).regions.map(({ name, rules }) => [name, [...rules.keys()]])).toEqual([
      ['eu', ['duplicate-relation', 'orphan-properties', 'gdpr-column-class']],
      ['us', ['duplicate-relation', 'orphan-properties']],
    ])
  })

  it('shows the message of a mistake as it is', () => {
    const text = 'version: 1\nregions:\n\n  eu:\n    project: a\n    enviroment: x'
    expect(refusal(() => parse(text))).toBe(mistake)
  })
})

describe('regionNamed', () => {
  it.each([
    ['ue', "there is no region 'ue'; did you mean 'us'?; the regions are eu, us"],
    ['asia', "there is no region 'asia'; the regions are eu, us"],
  ])('%s', (name, expected) => {
    expect(refusal(() => regionNamed(parse(two).regions, name))).toBe(expected)
  })
})

describe('discover', () => {
  it.each<[string, string[], string[]]>([
    [
      'prefixes',
      ['us_analytics_dbt', 'eu_analytics_dbt'],
      ['eu dbt_projects/eu_analytics_dbt gdpr', 'us dbt_projects/us_analytics_dbt'],
    ],
    ['any prefix', ['foo_analytics', 'shop'], ['foo dbt_projects/foo_analytics', 'shop dbt_projects/shop']],
    ['hyphens', ['eu-analytics'], ['eu dbt_projects/eu-analytics gdpr']],
    [
      'one prefix twice',
      ['eu_sales', 'eu_care', 'us_sales'],
      ['eu_care dbt_projects/eu_care gdpr', 'eu_sales dbt_projects/eu_sales gdpr', 'us dbt_projects/us_sales'],
    ],
    ['Europe is not a prefix of a word', ['europium_dbt'], ['europium dbt_projects/europium_dbt']],
    ['what no environment may be called', ['2024 data'], ['r2024_data dbt_projects/2024 data']],
  ])('%s', (_, folders, expected) => {
    const { regions } = discover(
      new Map(folders.map((folder) => [`dbt_projects/${folder}/dbt_project.yml`, 'name: x'])),
    )
    expect(regions.map(({ name, project, gdpr }) => `${name} ${project}${gdpr ? ' gdpr' : ''}`)).toEqual(expected)
  })

  it('takes a project at the root by its name, unless there are folders', () => {
    const root: [string, string] = ['dbt_project.yml', "name: 'jaffle_shop'\nversion: 1"]
    expect(discover(new Map([root])).regions).toMatchObject([
      { name: 'jaffle_shop', project: '', environment: 'jaffle_shop-production' },
    ])
    expect(discover(new Map([root, ['dbt_projects/us_a/dbt_project.yml', '']])).regions).toMatchObject([{ name: 'us' }])
  })

  it('says what to do where there is no project', () => {
    expect(refusal(() => discover(new Map()))).toMatch(
      /no dbt project found.*Name the projects in .github\/dbt-regions.yml/,
    )
  })
})

describe('effectiveConfig', () => {
  const base = parse(two)

  /** What a pull request that replaces one text by another is told. */
  function said(...replacements: [from: string, to: string][]): string[] {
    const text = replacements.reduce((before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`'${from}' is not in the configuration`)
      return before.replace(from, to)
    }, two)
    return effectiveConfig(base, parse(text)).findings.map(
      ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`,
    )
  }

  it.each<[string, [string, string][], string[]]>([
    ['nothing', [], []],
    ['a comment', [['version: 1', '# regions\nversion: 1']], []],
    [
      'a severity for all',
      [['  cycle: notice', '  cycle: off']],
      ["warning 16:3 in region 'us', rule 'cycle' goes from 'notice' to 'off'"],
    ],
    [
      'a severity for one',
      [['cycle: warning', 'cycle: notice']],
      ["warning 11:7 in region 'eu', rule 'cycle' goes from 'warning' to 'notice'"],
    ],
    [
      'a severity that is stricter everywhere',
      [['unresolved-ref: off', 'unresolved-ref: error']],
      ["notice 17:3 in every region, rule 'unresolved-ref' goes from 'off' to 'error'"],
    ],
    [
      'the default written out',
      [['cycle: notice', 'cycle: notice\n  duplicate-resource: error\n  yaml-syntax: error']],
      [],
    ],
    [
      'a rule below its default',
      [['cycle: notice', 'cycle: notice\n  duplicate-resource: warning']],
      ["warning 17:3 in every region, rule 'duplicate-resource' goes from 'error' to 'warning'"],
    ],
    [
      'allow-lists and names',
      [
        ['[model.shop.*.device_id]', '[model.shop.**, model.shop.a]'],
        ['[member_number]', '[card]'],
      ],
      [
        "notice 13:9 in region 'eu', rule 'gdpr-column-class' has 'model.shop.*.device_id' removed from 'allow'",
        "warning 13:17 in region 'eu', rule 'gdpr-column-class' has 'model.shop.**' added to 'allow'",
        "warning 13:32 in region 'eu', rule 'gdpr-column-class' has 'model.shop.a' added to 'allow'",
        "warning 14:9 in region 'eu', rule 'gdpr-column-class' has 'member_number' removed from 'names'",
        "notice 14:17 in region 'eu', rule 'gdpr-column-class' has 'card' added to 'names'",
      ],
    ],
    [
      'tags below the default',
      [['  cycle: notice', '  gdpr-tags: {tags: [gdpr]}\n  cycle: notice']],
      ["warning 16:15 in every region, rule 'gdpr-tags' has 'personal_data' removed from 'tags'"],
    ],
    [
      'GDPR switched off',
      [['target: prod', 'target: prod\n    gdpr: false']],
      ["warning 8:5 region 'eu' is no longer held to the GDPR rules"],
    ],
    [
      'GDPR switched on',
      [['us_analytics_dbt', 'us_analytics_dbt\n    gdpr: true']],
      ["notice 5:5 region 'us' is held to the GDPR rules once this is merged"],
    ],
    [
      'another environment',
      [['environment: eu', 'environment: test']],
      ["warning 8:5 region 'eu' is now deployed from the environment 'test' instead of 'eu'"],
    ],
    [
      'another host',
      [['ACME-eu', 'acme-us']],
      [
        "warning 9:5 region 'eu' may be deployed to the host 'acme-us.cloud.databricks.com' instead of 'acme-eu.cloud.databricks.com'",
      ],
    ],
    [
      'no host any more',
      [['    host: ACME-eu.cloud.databricks.com\n', '']],
      ["warning 5:3 region 'eu' may be deployed to any host, no longer to 'acme-eu.cloud.databricks.com' alone"],
    ],
    ['a host in another case', [['ACME-eu', 'acme-EU']], []],
    [
      'a catalog',
      [['target: prod', 'target: prod\n    catalog: eu_prod']],
      ["notice 8:5 region 'eu' may be deployed to the catalog 'eu_prod' alone once this is merged"],
    ],
    [
      'another target',
      [['    target: prod\n', '']],
      ["warning 5:3 region 'eu' now has the profile's own target instead of 'prod'"],
    ],
    [
      'another project',
      [['us_analytics_dbt', 'us']],
      [
        "warning 4:5 region 'us' now has the project 'dbt_projects/us' instead of 'dbt_projects/us_analytics_dbt', which no check of this region reads any more",
      ],
    ],
    ['a region renamed', [['  us:', '  america:']], ["notice 3:3 region 'america' was called 'us'"]],
    [
      'a region renamed to be free of the GDPR',
      [['  eu:', '  emea:']],
      ["warning 5:3 region 'emea' is no longer held to the GDPR rules", "notice 5:3 region 'emea' was called 'eu'"],
    ],
    [
      'a region removed',
      [['  us:\n    project: dbt_projects/us_analytics_dbt\n', '']],
      ["warning 2:1 region 'us' is removed; as long as this is not merged, it is still checked"],
    ],
    ['a region added', [['  us:', '  uk: {project: x}\n  us:']], []],
  ])('tells %s', (_, replacements, expected) => {
    expect(said(...replacements)).toEqual(expected)
  })

  it('keeps base’s rules, flags and removed regions, and takes head’s for a new region', () => {
    const head = parse(
      'version: 1\nregions:\n  eu: {project: moved, gdpr: false}\n  uk: {project: uk, rules: {cycle: off}}\nrules: {unresolved-ref: off}',
    )
    const { regions } = effectiveConfig(base, head)
    expect(regions.map(({ rules, ...region }) => ({ ...region, cycle: rules.get('cycle')?.severity }))).toEqual([
      {
        name: 'eu',
        base: { project: 'dbt_projects/eu_analytics_dbt', target: 'prod' },
        head: { project: 'moved', target: null },
        removed: false,
        environment: 'eu-production',
        gdpr: true,
        catalogJson: null,
        cycle: 'warning',
      },
      {
        name: 'uk',
        base: null,
        head: { project: 'uk', target: null },
        removed: false,
        environment: 'uk-production',
        gdpr: false,
        catalogJson: null,
        cycle: 'off',
      },
      {
        name: 'us',
        base: { project: 'dbt_projects/us_analytics_dbt', target: null },
        head: { project: 'dbt_projects/us_analytics_dbt', target: null },
        removed: true,
        environment: 'us-production',
        gdpr: false,
        catalogJson: null,
        cycle: 'notice',
      },
    ])
  })

  it('holds the first configuration to what was discovered before it', () => {
    const before = discover(
      new Map([
        ['dbt_projects/eu_analytics_dbt/dbt_project.yml', ''],
        ['dbt_projects/us_analytics_dbt/dbt_project.yml', ''],
      ]),
    )
    const { regions, findings } = effectiveConfig(before, parse(two.replace('target: prod', 'gdpr: false')))
    expect(regions.map(({ name, gdpr, rules }) => [name, gdpr, rules.size])).toEqual([
      ['eu', true, 0],
      ['us', false, 0],
    ])
    expect(findings.map(({ message }) => message)).toContain(
      "in every region, rule 'unresolved-ref' goes from 'error' to 'off'",
    )
    expect(findings.map(({ message }) => message)).toContain("region 'eu' is no longer held to the GDPR rules")
  })

  const shared = (text: string) => parse(`version: 1\nregions: {${text}}`)
  it.each<[string, Config, Config, [string, string][], [string, boolean, string | null][]]>([
    [
      'under another name in another folder',
      shared('eu: {project: p}'),
      shared('xx: {project: q}'),
      [['q', 'p']],
      [['xx', true, 'p']],
    ],
    [
      'while another project takes its name',
      shared('eu: {project: p}'),
      shared('eu: {project: clean}, xx: {project: q}'),
      [['q', 'p']],
      [
        ['eu', true, 'p'],
        ['xx', true, 'p'],
      ],
    ],
    [
      'in a region without the GDPR rules',
      shared('eu: {project: p}, us: {project: u}'),
      shared('eu: {project: clean}, us: {project: p}'),
      [],
      [
        ['eu', true, 'p'],
        ['us', true, 'u'],
      ],
    ],
    [
      'and a region that shares it keeps its own',
      shared('eu: {project: p}, us: {project: p, target: us}'),
      shared('eu: {project: p}, uk: {project: p, target: uk}, us: {project: p, target: us}'),
      [],
      [
        ['eu', true, 'p'],
        ['uk', false, null],
        ['us', false, 'p'],
      ],
    ],
  ])('holds a project to the GDPR rules %s', (_, before, after, moved, expected) => {
    const { regions } = effectiveConfig(before, after, new Map(moved))
    expect(regions.map(({ name, gdpr, base: place }) => [name, gdpr, place?.project ?? null])).toEqual(expected)
  })

  it('locates a configuration that is deleted in the deleted file', () => {
    const after = discover(new Map([['dbt_projects/us_analytics_dbt/dbt_project.yml', '']]))
    expect(effectiveConfig(base, after).findings[0]).toMatchObject({ file, line: 1, column: 1 })
  })

  it('has nothing to compare where there is no base', () => {
    expect(effectiveConfig(null, base)).toMatchObject({
      findings: [],
      regions: [
        { name: 'eu', base: null },
        { name: 'us', base: null },
      ],
    })
  })

  it('weighs relaxations as base says', () => {
    const strict = parse(`${two}  configuration-changed: error\n`)
    const severities = effectiveConfig(strict, parse(two.replace('cycle: notice', 'cycle: off'))).findings.map(
      ({ severity }) => severity,
    )
    expect(severities).toEqual(['error', 'error'])
    expect(effectiveConfig(parse(`${two}  configuration-changed: off\n`), parse(two)).findings).toEqual([])
  })
})

describe('schemas/config.schema.json', () => {
  const schema = JSON.parse(readFileSync('schemas/config.schema.json', 'utf8'))

  it('is a JSON Schema', () => {
    expect(new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).validateSchema(schema)).toBe(
      true,
    )
  })

  it('has a key for every rule and none for others', () => {
    const ids = [
      ...[...rules, ...columnRules].map(({ id }) => id),
      ...parserRules.keys(),
      'configuration-changed',
    ].sort()
    expect(Object.keys(schema.$defs.rules.properties)).toEqual(ids)
  })
})
