import { describe, expect, it } from 'vitest'
import { normaliseSql } from '../../src/sql/normalise.ts'

describe('the same to Databricks', () => {
  const cases: [what: string, a: string, b: string][] = [
    ['layout', 'select a,b\n\tfrom t', 'select a , b from t'],
    ['Windows line ends', 'select a\r\nfrom t\r\n', 'select a\nfrom t'],
    ['a line comment', 'select a -- the key\nfrom t', 'select a from t'],
    ['a line comment at the end', 'select a from t --', 'select a from t'],
    ['a bracketed comment', 'select/* x */a from t', 'select a from t'],
    ['a nested comment', 'select /* a /* b */ -- */ a from t', 'select a from t'],
    ['a hint inside a comment does not nest', 'select /* a /*+ b */ a from t', 'select a from t'],
    ['a quote inside a comment', "select a -- it's\nfrom t", 'select a from t'],
    ['spaces around operators', 'select a+b>=c||d from t', 'select a + b >= c || d from t'],
    [
      'keywords',
      'SELECT DISTINCT a FROM t WHERE x IS NOT NULL AND y IN (1)',
      'select distinct a from t where x is not null and y in (1)',
    ],
    ['star', 'SELECT * FROM t', 'select * from t'],
    ['case', 'select CASE WHEN a THEN 1 ELSE 2 END AS x from t', 'select case when a then 1 else 2 end as x from t'],
    [
      'case in a case',
      'select CASE WHEN a THEN CASE WHEN b THEN 1 END END x',
      'select case when a then case when b then 1 end end x',
    ],
    ['case in parentheses', 'select sum(CASE WHEN a THEN 1 END) x', 'select sum(case when a then 1 end) x'],
    ['joins', 'select a from t LEFT OUTER JOIN u ON t.i = u.i', 'select a from t left outer join u on t.i = u.i'],
    ['grouping', 'select a from t GROUP BY a ORDER BY a', 'select a from t group by a order by a'],
    ['windows', 'select sum(a) OVER (PARTITION BY b) s', 'select sum(a) over (partition by b) s'],
    ['unions', 'select 1 UNION ALL SELECT 2', 'select 1 union all select 2'],
    ['common table expressions', 'WITH c AS (SELECT 1 x) SELECT x FROM c', 'with c as (select 1 x) select x from c'],
    ['literals', 'select coalesce(a, NULL, TRUE) x', 'select coalesce(a, null, true) x'],
    ['an exponent', 'select 1e-5 x', 'select  1e-5  x'],
  ]
  it.each(cases)('%s', (_, a, b) => expect(normaliseSql(a)).toBe(normaliseSql(b)))
})

describe('not the same, or not certain to be', () => {
  const cases: [what: string, a: string, b: string][] = [
    ['spaces in a string', "select 'a  b'", "select 'a b'"],
    ['a comment in a string', "select '-- a'", "select '-- b'"],
    ['case in a string', "select 'A'", "select 'a'"],
    ['an escaped quote', "select 'it\\'s  x'", "select 'it\\'s x'"],
    ['a doubled quote', "select 'it''s  x'", "select 'it''s x'"],
    ['a quote doubled, or two strings', "select 'a''b'", "select 'a' 'b'"],
    ['a raw string ends at its first quote', "select r'\\', '  '", "select r'\\', ' '"],
    ['a raw string, or a string called r', "select r'\\n'", "select r '\\n'"],
    ['spaces in back-ticks', 'select `a  b`', 'select `a b`'],
    ['case in back-ticks', 'select `SELECT`', 'select `select`'],
    ['spaces in double quotes', 'select "a  b"', 'select "a b"'],
    ['a hint', 'select /*+ broadcast(t) */ a from t', 'select a from t'],
    ['another hint', 'select /*+ broadcast(t) */ a from t', 'select /*+ merge(t) */ a from t'],
    ['the case of a column, which is what its readers see', 'select Total from t', 'select total from t'],
    ['the case of an alias', 'select a as Total', 'select a as total'],
    ['an alias that spells a keyword', 'select a as Select', 'select a as select'],
    ['a field that spells a keyword', 'select s.From from t', 'select s.from from t'],
    ['a field in JSON that spells a keyword', 'select j:From x', 'select j:from x'],
    [
      'a column that spells a keyword people use as a name',
      'select Left, Order, End from t',
      'select left, order, end from t',
    ],
    ['a column called end in a case', 'select case when END > 1 then 2 end', 'select case when end > 1 then 2 end'],
    ['a column called group', 'select Group from t', 'select group from t'],
    ['a parameter', 'select @From', 'select @from'],
    ['the case of a function', 'select MyFunction(a) x', 'select myfunction(a) x'],
    ['two operators, or one', 'select a<=b', 'select a< =b'],
    ['a number with a dot, or two numbers', 'select 1.5', 'select 1 .5'],
    ['an exponent, or a subtraction', 'select 1e-5', 'select 1e -5'],
    ['two dashes that are no comment', 'select a - -1 from t', 'select a --1 from t'],
    ['a path that holds dashes', 'select * from abfss://a--b', 'select * from abfss://a--c'],
  ]
  it.each(cases)('%s', (_, a, b) => expect(normaliseSql(a)).not.toBe(normaliseSql(b)))
})

describe('what cannot be read with certainty is left alone', () => {
  const cases: [what: string, sql: string][] = [
    ['a string that is never closed', "select  'a"],
    ['a comment that is never closed', 'select  a /* b'],
    ['back-ticks that are never closed', 'select  `a'],
    ['a backslash in double quotes', 'select  "a\\"b"'],
    ['a line comment that ends in a backslash', 'select  a -- x\\\n from t'],
    ['dollar quoting', 'select  $$ a $$'],
  ]
  it.each(cases)('%s', (_, sql) => expect(normaliseSql(sql)).toBe(sql))
})

it('reads a long text in a moment', () => {
  const sql = `select ${Array.from({ length: 20_000 }, (_, n) => `case when a${n} > 1 then 'x' end as c${n}`).join(', ')} from t`
  const start = performance.now()
  normaliseSql(sql)
  expect(performance.now() - start).toBeLessThan(2000)
})
