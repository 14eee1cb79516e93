import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

const personal = "meta={'gdpr': {'personal_data': true}}"
const tags = "tags=['gdpr', 'personal_data']"
const model = (config: string, ...parents: string[]) =>
  `${config === '' ? '' : `{{ config(${config}) }} `}select 1 ${parents.map((parent) => `-- {{ ref('${parent}') }}`).join('\n')}`
const people = { 'models/people.sql': model(`${personal}, ${tags}`) }
const claim = (name: string, from = 'people') =>
  `models/${name}.sql:1:1: model '${name}' reads personal data from model '${from}', but does not say that it holds any; give it a contract with 'personal_data: true' and the tags 'gdpr' and 'personal_data', or with 'declassified', by whom and why`

describe('gdpr-tags', () => {
  it.each<[string, Files, string[]]>([
    ['nothing where all is tagged', { ...people, 'models/a.sql': model(`${personal}, ${tags}`, 'people') }, []],
    ['nothing where nobody has personal data', { 'models/a.sql': model(''), 'models/b.sql': model('', 'a') }, []],
    ['a reader that says nothing', { ...people, 'models/a.sql': model('', 'people') }, [claim('a')]],
    [
      'a reader that denies it',
      { ...people, 'models/a.sql': model("meta={'gdpr': {'personal_data': false}}", 'people') },
      [claim('a')],
    ],
    [
      'readers of readers, with the nearest that declares it',
      {
        ...people,
        'models/a.sql': model('', 'people'),
        'models/b.sql': model('', 'a'),
        'models/c.sql': model(`${personal}, ${tags}`, 'b'),
        'models/d.sql': model('', 'c'),
      },
      [claim('a'), claim('b'), claim('d', 'c')],
    ],
    [
      'nothing behind a declassification',
      {
        ...people,
        'models/a.sql': model(
          "meta={'gdpr': {'personal_data': false, 'declassified': {'by': 'dpo', 'reason': 'counts'}}}",
          'people',
        ),
        'models/b.sql': model('', 'a'),
      },
      [],
    ],
    [
      'missing tags',
      { 'models/a.sql': model(personal), 'models/b.sql': model(`${personal}, tags=['gdpr']`) },
      [
        "models/a.sql:1:1: model 'a' holds personal data, but lacks the tags 'gdpr' and 'personal_data'; add them under 'config: tags:'",
        "models/b.sql:1:1: model 'b' holds personal data, but lacks the tag 'personal_data'; add it under 'config: tags:'",
      ],
    ],
    [
      'a source without the tags, and who reads it',
      {
        'models/s.yml':
          'sources:\n  - name: s\n    tables:\n      - name: t\n        config: {meta: {gdpr: {personal_data: true}}}\n',
        'models/a.sql': "select * from {{ source('s', 't') }}",
      },
      [
        "models/a.sql:1:1: model 'a' reads personal data from source 's.t', but does not say that it holds any; give it a contract with 'personal_data: true' and the tags 'gdpr' and 'personal_data', or with 'declassified', by whom and why",
        "models/s.yml:4:9: source 's.t' holds personal data, but lacks the tags 'gdpr' and 'personal_data'; add them under 'config: tags:'",
      ],
    ],
    [
      'a circle without end',
      { ...people, 'models/a.sql': model('', 'people', 'b'), 'models/b.sql': model('', 'a') },
      [claim('a'), claim('b')],
    ],
  ])('finds %s', (_, files, expected) => {
    expect(said('gdpr-tags', files)).toEqual(expected)
  })

  it('asks for the tags of the configuration', () => {
    const files = { 'models/a.sql': model(`${personal}, tags=['gdpr']`) }
    expect(said('gdpr-tags', files, { rules: { 'gdpr-tags': { options: { tags: [] } } } })).toEqual([])
    expect(said('gdpr-tags', files, { rules: { 'gdpr-tags': { options: { tags: ['pii'] } } } })).toHaveLength(1)
  })
})
