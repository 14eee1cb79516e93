import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const base: Files = {
  'models/m.sql': "select 1 as id, 'a' as name\n",
  'models/m.yml': 'models:\n  - name: m\n    columns:\n      - name: id\n',
}
const says = (name: string) =>
  `models/m.sql:1:1: model 'm' gives column '${name}', which its YAML does not list; describe it there`

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  ['nothing of a column that stood there without a word', { 'models/m.sql': "select 2 as id, 'b' as name\n" }, []],
  ['a column that the change adds', { 'models/m.sql': "select 1 as id, 'a' as name, 2 as more\n" }, [says('more')]],
  [
    'a column whose description the change takes away',
    { 'models/m.yml': 'models:\n  - name: m\n    columns:\n      - name: name\n' },
    [says('id')],
  ],
  [
    'nothing where it is described too',
    {
      'models/m.sql': 'select 1 as id, 2 as more\n',
      'models/m.yml': 'models:\n  - name: m\n    columns: [{name: id}, {name: MORE}]\n',
    },
    [],
  ],
  [
    'nothing where the YAML lists no columns',
    { 'models/m.sql': 'select 1 as id, 2 as more\n', 'models/m.yml': 'models:\n  - name: m\n' },
    [],
  ],
]

describe('undescribed-column', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('undescribed-column', base, { ...base, ...head })).toEqual(expected)
  })
})
