import { describe, expect, it } from 'vitest'
import { pythonModules } from '../../src/dbt/python-modules.ts'
import { parse, render, renderNative, TemplateError, type Value } from '../../src/jinja/index.ts'

const scope = new Map<string, Value>([['modules', pythonModules(() => Date.UTC(2024, 1, 29, 12, 30))]])

function outcome(expression: string): string {
  try {
    return render(
      parse(`{% set re, it, dt = modules.re, modules.itertools, modules.datetime %}{{ ${expression} }}`),
      scope,
    )
  } catch (error) {
    if (error instanceof TemplateError) return error.type
    throw error
  }
}

describe("Python's libraries in templates", () => {
  it.each([
    ['it.combinations([1, 2, 3], 2)', '[(1, 2), (1, 3), (2, 3)]'],
    ['it.combinations([1], 2)', '[]'],
    ['it.combinations([1], 0)', '[()]'],
    ["it.product([1, 2], 'ab')", "[(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]"],
    ['it.product()', '[()]'],
    ['it.product([1], [])', '[]'],
    ['it.zip_longest([1], [2, 3], fillvalue=0)', '[(1, 2), (0, 3)]'],
    ['it.islice([1, 2, 3], 1, none)', '[2, 3]'],
    ["it.repeat('a', 2)", "['a', 'a']"],
    ['it.chain([1], (2,))', '[1, 2]'],
    ["dt.datetime.strptime('2024-03-01', '%Y-%m-%d') - dt.timedelta(days=1)", '2024-02-29 00:00:00'],
    ["modules.pytz.timezone('America/New_York')", 'America/New_York'],
    ['modules.pytz.utc.localize(dt.datetime(2024, 1, 2)) < modules.pytz.utc.localize(dt.datetime(2024, 1, 3))', 'True'],
  ])('%s is %s', (expression, expected) => expect(outcome(expression)).toBe(expected))

  it.each([
    ["re.match('(a+)+$', 'a' * 40 ~ 'b')", 'LimitError'],
    ["re.sub('(a|a)*$', 'x', 'a' * 40 ~ 'b')", 'LimitError'],
    ["re.compile('(a*)*b').findall('a' * 40)", 'LimitError'],
    [`re.match('${'(a|[ab])'.repeat(60)}b', 'a' * 70)`, 'LimitError'],
    ["re.findall('', 'a' * 2000000)", 'LimitError'],
    ["re.sub('', 'x' * 1000000, 'a' * 100000)", 'LimitError'],
    ["re.match('(' * 5000, 'a')", 'error'],
    ["re.match('[', 'a')", 'error'],
    ['it.combinations(range(60), 30)', 'LimitError'],
    ["it.combinations(range(60), 'x')", 'TypeError'],
    ['it.combinations(range(60), -1)', 'ValueError'],
    ['it.product(range(99999), range(99999))', 'LimitError'],
    ['it.repeat(1, 10 ** 9)', 'LimitError'],
    ["dt.datetime.strptime('2020', '%Y%Y')", 'error'],
    ["dt.datetime.strptime('a' * 1000, '%a%b%c%p%x%zq')", 'LimitError'],
    ['dt.datetime(99999999, 1, 1)', 'ValueError'],
    ["dt.datetime('x', 1, 1)", 'TypeError'],
    ['dt.datetime.now() + dt.timedelta(days=10 ** 8)', 'OverflowError'],
    ['dt.timedelta(days=10 ** 30)', 'OverflowError'],
    ['dt.datetime.valueOf()', 'UndefinedError'],
    ["dt.datetime.constructor('x')", 'UndefinedError'],
  ])('%s ends in %s', (expression, expected) => expect(outcome(expression)).toBe(expected))

  it('has dates as values that are dates for whoever reads them outside of the template', () => {
    const value = renderNative(parse('{{ modules.datetime.date(2024, 2, 29) }}'), scope)
    expect(value).toMatchObject({ typeName: 'date' })
  })
})
