import { describe, expect, test } from 'vitest'
import { bare, nameParts, withCatalog, withParameters } from './sql-text.ts'

describe('the catalog', () => {
  test.each([
    ['select * from us_prod.gold.t', 'select * from spark_catalog.gold.t'],
    ['select * from `us_prod`.`gold`.`t`', 'select * from spark_catalog.`gold`.`t`'],
    ['select * from US_PROD.gold.t', 'select * from spark_catalog.gold.t'],
    ['select current_catalog() as c', "select 'us_prod' as c"],
    ["select 'us_prod.t' -- us_prod", "select 'us_prod.t' -- us_prod"],
    ['/* us_prod */ use catalog us_prod;', 'SET CATALOG spark_catalog'],
    ['select t.us_prod, us_prod_2 from t', 'select t.us_prod, us_prod_2 from t'],
    ['select * from eu_prod.gold.t', 'select * from eu_prod.gold.t'],
  ])('%s', (sql, expected) => expect(withCatalog(sql, 'us_prod')).toBe(expected))
})

describe('parameters', () => {
  const id = { name: 'id', expression: "CAST('1' AS INT)" }
  const first = { name: undefined, expression: "CAST('a' AS STRING)" }
  test.each([
    ['select :id, :id', [id], "select CAST('1' AS INT), CAST('1' AS INT)"],
    ['select ?, 2 as `?`', [first], "select CAST('a' AS STRING), 2 as `?`"],
    ["select ':id', :id::string -- :id", [id], "select ':id', CAST('1' AS INT)::string -- :id"],
    ['select :other', [id], 'select :other'],
    ['select ?', [], 'select ?'],
  ])('%s', (sql, parameters, expected) => expect(withParameters(sql, parameters)).toBe(expected))
})

test('what dbt puts around a statement is not the statement', () => {
  expect(bare('/* {"app": "dbt"} */\n  -- a line\n  drop table t ;\n')).toBe('drop table t')
})

test.each([
  ['`Us_Prod`.`gold`.t', ['us_prod', 'gold', 't']],
  ['t', ['t']],
  ['gold . `a b`', ['gold', 'a b']],
])('the parts of %s', (name, parts) => expect(nameParts(name)).toEqual(parts))
