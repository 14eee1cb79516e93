import { describe, expect, it } from 'vitest'
import {
  bindMacro,
  blocks,
  macros,
  parse,
  parsePythonLiteral,
  type RenderOptions,
  render,
  renderNative,
  type Value,
} from '../../src/jinja/index.ts'

function outcome(template: string, options: RenderOptions = {}): string {
  try {
    return render(parse(template), new Map(), options)
  } catch (error) {
    const { type, name } = error as { type?: string; name: string }
    return type ?? name
  }
}

/** Sets `n.v` to a value that holds the one before it twice, sixty times over. */
function doubled(first: string, next: string, name = 'n'): string {
  const each = next.replaceAll('n.v', `${name}.v`)
  return `{% set ${name} = namespace(v=${first}) %}{% for i in range(60) %}{% set ${name}.v = ${each} %}{% endfor %}`
}

const many = (text: string, times = 100_000) => text.repeat(times)

describe('a template that would not end, or fill the memory, is stopped', () => {
  it.each([
    ['loops', '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}', 'LimitError'],
    [
      'a list that grows while it is gone through',
      '{% set l = [1] %}{% for a in l %}{% do l.append(1) %}{% endfor %}',
      'LimitError',
    ],
    ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'RecursionError'],
    ['a loop that calls itself', '{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}', 'RecursionError'],
    [
      'a text that doubles',
      '{% set n = namespace(v="a") %}{% for a in range(99) %}{% set n.v = n.v ~ n.v %}{% endfor %}',
      'LimitError',
    ],
    [
      'a list that doubles',
      '{% set n = namespace(v=[1]) %}{% for a in range(99) %}{% set n.v = n.v + n.v %}{% endfor %}',
      'LimitError',
    ],
    ['a power', '{{ 10 ** (10 ** 10) }}', 'LimitError'],
    ['a repetition', '{{ "a" * 10 ** 10 }}', 'LimitError'],
    ['a width', '{{ "a"|center(10 ** 10) }}', 'LimitError'],
    ['a width of %', '{{ "%1000000000d" % 5 }}', 'LimitError'],
    ['a precision', '{{ "%.1000000000f" % 5 }}', 'LimitError'],
    ['a width of format', '{{ "{:1000000000}".format("a") }}', 'LimitError'],
    ['a replacement', '{% set a = "a" * 1000000 %}{{ a|replace("a", a) }}', 'LimitError'],
    ['a join', '{% set a = "a" * 1000000 %}{{ ([a] * 1000)|join }}', 'LimitError'],
    ['a range', '{{ range(10 ** 9) }}', 'OverflowError'],
    ['slices', '{{ [1]|slice(10 ** 9)|list }}', 'LimitError'],
    ['lorem ipsum', '{{ lipsum(10 ** 9) }}', 'LimitError'],
    [
      'lists that hold themselves',
      '{% set a = [] %}{% do a.append(a) %}{% set b = [] %}{% do b.append(b) %}{{ a == b }}',
      'RecursionError',
    ],
    ['parentheses', `{{ ${many('(')}`, 'TemplateSyntaxError'],
    ['not', `{{ ${many('not ')}x }}`, 'TemplateSyntaxError'],
    ['minus', `{{ ${many('-')}x }}`, 'TemplateSyntaxError'],
    ['a sum', `{{ ${many('1+')}1 }}`, 'TemplateSyntaxError'],
    ['filters', `{{ x${many('|upper')} }}`, 'TemplateSyntaxError'],
    ['attributes', `{{ x${many('.a')} }}`, 'TemplateSyntaxError'],
    ['blocks', many('{% if true %}'), 'TemplateSyntaxError'],
    ['conditions', `{{ ${many('1 if x else ')}1 }}`, 'TemplateSyntaxError'],
    [
      'a call with many arguments',
      `{{ dict(${Array.from({ length: 100_000 }, (_, index) => `a${index}=1`).join()})|length }}`,
      '100000',
    ],
    [
      'factorials',
      '{% set n = namespace(v=3) %}{% for i in range(60) %}{% set n.v = n.v * n.v %}{% endfor %}',
      'LimitError',
    ],
    [
      'a text that is made again and again',
      '{% set a = "a" * 9000000 %}{% for i in range(99999) %}{% set b = a|upper %}{% endfor %}',
      'LimitError',
    ],
    [
      'texts that are kept',
      '{% set a = [] %}{% for i in range(99999) %}{% do a.append(("a" * 9000000)|upper) %}{% endfor %}',
      'LimitError',
    ],
    ['lists that hold one list twice, as JSON', `${doubled('[1]', '[n.v, n.v]')}{{ n.v|tojson }}`, 'LimitError'],
    ['tuples that hold one tuple twice, as a key', `${doubled('(1,)', '(n.v, n.v)')}{{ {n.v: 1} }}`, 'LimitError'],
    ['white space', `${many(' ')}x{%- if 1 %}{% endif %}`, `${many(' ')}x`],
    ['tags', `{% raw %}${many('{%  ')}`, 'TemplateSyntaxError'],
  ])('%s', (_, template, expected) => expect(outcome(template)).toBe(expected))

  it.each<[keyof RenderOptions, number, string, string]>([
    ['maxSteps', 10, '{% for a in range(11) %}{% endfor %}', 'LimitError'],
    ['maxSteps', 10, '{% for a in range(8) %}{% endfor %}ok', 'ok'],
    ['maxDepth', 3, '{% macro m(n) %}{{ m(n - 1) if n }}{% endmacro %}{{ m(3) }}', 'RecursionError'],
    ['maxDepth', 3, '{% macro m(n) %}{{ m(n - 1) if n }}{% endmacro %}{{ m(2) }}ok', 'ok'],
    ['maxOutput', 10, 'more than ten characters', 'LimitError'],
  ])('%s of %i: %s', (name, value, template, expected) => {
    expect(outcome(template, { [name]: value })).toBe(expected)
  })

  it.each([
    ['comparisons', `${doubled('[1]', '[n.v, n.v]')}${doubled('[1]', '[m.v, m.v]', 'm')}{{ n.v == m.v }}`],
    ['orders', `${doubled('[1]', '[n.v, n.v]')}${doubled('[1]', '[m.v, m.v]', 'm')}{{ n.v < m.v }}`],
    ['sorting', '{% set l = range(99999)|list %}{% for i in l %}{% set b = l|sort %}{% endfor %}'],
    ['a look through a list', "{% set l = range(99999)|list %}{% for i in l %}{% set b = 'x' in l %}{% endfor %}"],
    ['a sum of lists', '{{ ([[1] * 1000] * 1000)|sum(start=[])|length }}'],
  ])('maxMilliseconds: %s', (_, template) => expect(outcome(template, { maxMilliseconds: 50 })).toBe('LimitError'))

  it.each([
    ['a list that holds itself', '{% set a = [] %}{% do a.append(a) %}{{ a }}'],
    ['a dict that holds its own values', '{% set a = {} %}{% do a.update({"b": a}) %}{{ a }}'],
    ['deep lists', '{% set n = namespace(v=[1]) %}{% for i in range(500) %}{% set n.v = [n.v] %}{% endfor %}{{ n.v }}'],
  ])('native rendering gives no value without an end: %s', (_, template) => {
    expect(() => renderNative(parse(template), new Map())).toThrow('the value holds itself, or is too deeply nested')
  })

  it('counts what the macros of a host do into the same bounds', () => {
    const scope = new Map<string, Value>()
    const template = parse('{% macro spin() %}{% for a in range(100) %}{% endfor %}{% endmacro %}')
    for (const macro of macros(template)) scope.set(macro.name, bindMacro(template, macro, scope))
    const caller = parse('{% for a in range(100) %}{{ spin() }}{% endfor %}')
    expect(() => render(caller, scope, { maxSteps: 5000 })).toThrow('does not end')
    expect(render(caller, scope, { maxSteps: 50_000 })).toBe('')
  })

  it('scans and reads literals in time that follows their length', () => {
    const start = performance.now()
    blocks(many('{%'), new Set(['macro']))
    expect(() => blocks(`${many(' ')}{%- raw %}${many(' ')}`, new Set(['macro']))).toThrow('unexpected EOF')
    for (const text of [many('['), many('1_'), many("'"), `[${many('1,')}]`]) parsePythonLiteral(text)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
