import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const base: Files = {
  'models/m.sql': "select 1 as id, 'a' as name, 2 as amount\n",
  'models/all.sql': "select * from {{ ref('m') }}\n",
  'models/e.yml':
    'exposures:\n  - {name: report, type: dashboard, owner: {name: Ana}, depends_on: [ref(m)]}\n  - {name: sheet, type: analysis, owner: {email: [a@b.c]}, depends_on: [ref(all)]}\n'.replace(
      /ref\((\w+)\)/g,
      "ref('$1')",
    ),
}

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  ['nothing where a column is added', { 'models/m.sql': "select 1 as id, 'a' as name, 2 as amount, 3 as more\n" }, []],
  ['nothing where one is computed otherwise', { 'models/m.sql': "select 1 as id, 'b' as name, 2 as amount\n" }, []],
  [
    'columns that go, directly and through a star',
    { 'models/m.sql': 'select 1 as id\n' },
    [
      "models/e.yml:2:5: exposure 'report' reads model 'm', which loses 'name', 'amount': ask Ana whether it is used",
      "models/e.yml:3:5: exposure 'sheet' reads model 'all', which loses 'name', 'amount': ask a@b.c whether it is used",
    ],
  ],
  [
    'its new name',
    {
      'models/m.sql': "select 1 as id, 'a' as label, 2 as amount\n",
      'models/all.sql': 'select 1 as id, 2 as name, 3 as amount',
    },
    [
      "models/e.yml:2:5: exposure 'report' reads model 'm', which loses 'name' (now 'label'): ask Ana whether it is used",
    ],
  ],
]

describe('exposure-column', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('exposure-column', base, { ...base, ...head })).toEqual(expected)
  })
})
