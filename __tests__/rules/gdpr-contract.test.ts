import { describe, expect, it } from 'vitest'
import { said } from './project.ts'

const full = {
  personal_data: true,
  subjects: ['customers'],
  lawful_basis: 'contract',
  purposes: ['care'],
  special_category: 'none',
  retention: { period: 'P36M' },
  erasure: { strategy: 'delete_by_key', key: 'id' },
}

/** What is said of a model with this in `config.meta` (JSON is YAML). */
function about(meta: unknown): string[] {
  const files = {
    'models/x.sql': 'select 1',
    'models/x.yml': `models:\n  - name: x\n    config: {meta: ${JSON.stringify(meta)}}\n`,
  }
  return said('gdpr-contract', files).map((line) => line.replace(/^models\/x.yml:2:5: /, ''))
}

const contract = "the GDPR contract of model 'x': "

describe('gdpr-contract', () => {
  it.each<[string, unknown, string[]]>([
    ['a full contract', { gdpr: full }, []],
    ['no personal data', { gdpr: { personal_data: false } }, []],
    [
      'no contract',
      { owner: 'me' },
      [
        "model 'x' has no GDPR contract; say in its YAML under 'config: meta: gdpr:' whether it holds personal data, and if so of whom, why and for how long",
      ],
    ],
    ['a contract that is no mapping', { gdpr: true }, [`${contract}meta.gdpr is true: it must be a mapping`]],
    ['a contract that says nothing', { gdpr: {} }, [`${contract}meta.gdpr lacks the key 'personal_data'`]],
    [
      'an answer in words',
      { gdpr: { ...full, personal_data: 'yes' } },
      [`${contract}meta.gdpr.personal_data is 'yes': it must be true or false`],
    ],
    [
      'a misspelt key',
      { gdpr: { ...full, recipents: [] } },
      [`${contract}meta.gdpr.recipents is not a known key; did you mean 'recipients'?`],
    ],
    [
      'a misspelt lawful basis',
      { gdpr: { ...full, lawful_basis: 'legitimate_interest' } },
      [
        `${contract}meta.gdpr.lawful_basis is 'legitimate_interest': use consent, contract, legal_obligation, vital_interests, public_task or legitimate_interests; did you mean 'legitimate_interests'?`,
      ],
    ],
    [
      'a period that is none',
      { gdpr: { ...full, retention: { period: '3 years' } } },
      [`${contract}meta.gdpr.retention.period is '3 years': it must be a duration like P10Y, P36M, P6W or P30D`],
    ],
    [
      'a special category without its condition',
      { gdpr: { ...full, special_category: 'health' } },
      [`${contract}meta.gdpr lacks the key 'art9_condition'`],
    ],
    [
      'everything that is missing',
      { gdpr: { personal_data: true, subjects: ['customers'], purposes: [] } },
      [
        `${contract}meta.gdpr lacks the key 'erasure'`,
        `${contract}meta.gdpr lacks the key 'lawful_basis'`,
        `${contract}meta.gdpr lacks the key 'retention'`,
        `${contract}meta.gdpr lacks the key 'special_category'`,
        `${contract}meta.gdpr.purposes is empty: give at least one`,
      ],
    ],
  ])('says of %s', (_, meta, expected) => {
    expect(about(meta)).toEqual(expected)
  })

  it('reads the contract at the top level, under config, in SQL and from dbt_project.yml', () => {
    const files = {
      'dbt_project.yml':
        'name: shop\nprofile: shop\nmodels:\n  shop:\n    inherited:\n      +meta: {gdpr: {personal_data: false}}\n',
      'models/inherited/a.sql': 'select 1',
      'models/b.sql': "{{ config(meta={'gdpr': {'personal_data': false}}) }} select 1",
      'models/c.sql': 'select 1',
      'models/c.yml': 'models:\n  - name: c\n    meta: {gdpr: {personal_data: false}}\n',
      'models/s.yml':
        'sources:\n  - name: s\n    tables:\n      - name: t\n        meta: {gdpr: {personal_data: false}}\n',
    }
    expect(said('gdpr-contract', files)).toEqual([])
  })

  it('asks models, seeds, snapshots and sources, not exposures and tests', () => {
    const files = {
      'models/a.sql': 'select 1',
      'models/a.yml':
        'models:\n  - name: a\n    columns:\n      - {name: id, data_tests: [unique]}\n' +
        'exposures:\n  - {name: e, type: dashboard, owner: {name: x}}\n' +
        'sources:\n  - name: s\n    tables:\n      - name: t\n',
      'seeds/b.csv': 'id\n1\n',
      'tests/c.sql': 'select 1',
    }
    expect(said('gdpr-contract', files).map((line) => line.split(' has no ')[0])).toEqual([
      "models/a.yml:2:5: model 'a'",
      "models/a.yml:10:9: source 's.t'",
      "seeds/b.csv:1:1: seed 'b'",
    ])
  })

  it('is silent outside of the GDPR', () => {
    expect(said('gdpr-contract', { 'models/a.sql': 'select 1' }, { gdpr: false })).toEqual([])
  })
})
