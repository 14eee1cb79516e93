import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

describe('orphan-properties', () => {
  it.each<[string, Files, string[]]>([
    ['nothing where the model is there', { 'models/x.sql': 'select 1', 'models/m.yml': 'models:\n  - name: x\n' }, []],
    [
      'a misspelt model',
      { 'models/customers.sql': 'select 1', 'models/m.yml': 'models:\n  - name: custmers\n' },
      ["models/m.yml:2:5: this describes model 'custmers', which does not exist; did you mean 'customers'?"],
    ],
    [
      'a model that is gone',
      { 'models/customers.sql': 'select 1', 'models/m.yml': 'models:\n  - name: orders\n' },
      ["models/m.yml:2:5: this describes model 'orders', which does not exist; create it, or remove this entry"],
    ],
    [
      'nothing where the model is disabled',
      { 'models/x.sql': '{{ config(enabled=false) }} select 1', 'models/m.yml': 'models:\n  - name: x\n' },
      [],
    ],
    [
      'a seed and a snapshot',
      {
        'seeds/countries.csv': 'code\nde\n',
        'seeds/s.yml': 'seeds:\n  - name: contries\nsnapshots:\n  - name: past\n',
      },
      [
        "seeds/s.yml:2:5: this describes seed 'contries', which does not exist; did you mean 'countries'?",
        "seeds/s.yml:4:5: this describes snapshot 'past', which does not exist; create it, or remove this entry",
      ],
    ],
  ])('finds %s', (_, files, expected) => {
    expect(said('orphan-properties', files)).toEqual(expected)
  })
})
