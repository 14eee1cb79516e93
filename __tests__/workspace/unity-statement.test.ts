import { expect, test } from 'vitest'
import { parseUnity, type UnityStatement } from './unity-statement.ts'

const rows: [string, UnityStatement | undefined][] = [
  [
    "/* dbt */ ALTER TABLE `us`.`gold`.`t` SET TAGS ('a' = 'b', 'it\\'s' = '', 'only')",
    {
      kind: 'set-tags',
      table: '`us`.`gold`.`t`',
      column: undefined,
      tags: new Map([
        ['a', 'b'],
        ["it's", ''],
        ['only', ''],
      ]),
    },
  ],
  [
    "alter view gold.v alter column `Country`\n set tags ('gdpr_class' = 'pseudonym')",
    { kind: 'set-tags', table: 'gold.v', column: 'country', tags: new Map([['gdpr_class', 'pseudonym']]) },
  ],
  ["alter table t unset tags ('a', 'b')", { kind: 'unset-tags', table: 't', column: undefined, tags: ['a', 'b'] }],
  ["alter table t alter column c unset tags ('a')", { kind: 'unset-tags', table: 't', column: 'c', tags: ['a'] }],
  ['alter table t change column `c` set not null ;', { kind: 'set-not-null', table: 't', column: 'c' }],
  ['alter table t alter column c drop not null', { kind: 'drop-not-null', table: 't', column: 'c' }],
  [
    'alter table t add constraint pk primary key(`a`, b timeseries) rely',
    { kind: 'add-key', table: 't', key: { name: 'pk', columns: ['a', 'b'], references: undefined } },
  ],
  [
    'alter table t add constraint fk foreign key (a) references us.silver.s (id)',
    {
      kind: 'add-key',
      table: 't',
      key: { name: 'fk', columns: ['a'], references: { table: 'us.silver.s', columns: ['id'] } },
    },
  ],
  ['alter table t add constraint c check (a > 0)', undefined],
  [
    'alter table t drop constraint if exists pk cascade',
    { kind: 'drop-constraint', table: 't', name: 'pk', ifExists: true },
  ],
  ['alter table a.t rename to a.u', { kind: 'renamed', table: 'a.t', to: 'a.u' }],
  ['show tblproperties a.t', { kind: 'show-properties', table: 'a.t' }],
  ['describe table extended a.t as json', { kind: 'describe-json', table: 'a.t' }],
  ['create or replace table a.t using delta as select 1', { kind: 'replaced', table: 'a.t' }],
  ['create or replace temporary view t as select 1', undefined],
  ['drop table if exists a.t', { kind: 'dropped', table: 'a.t' }],
  ['drop view a.v', { kind: 'dropped', table: 'a.v' }],
  ['drop schema if exists us.silver cascade', { kind: 'dropped-schema', schema: 'silver' }],
  ["select 'alter table t set tags (''a'')'", undefined],
]

test.each(rows)('%s', (sql, expected) => expect(parseUnity(sql)).toEqual(expected))
