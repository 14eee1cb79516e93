import { expect, it } from 'vitest'
import { reModule } from '../../src/dbt/python-re.ts'
import { parse, render } from '../../src/jinja/index.ts'

const rendered = (template: string): string => render(parse(template), new Map([['re', reModule()]]))

it.each<[template: string, expected: string]>([
  // What Python 3.11 prints for each.
  [
    String.raw`{{ re.search('(?i)(?s)^.*with\\s', 'a\nWITH x') }}`,
    String.raw`<re.Match object; span=(0, 7), match='a\nWITH '>`,
  ],
  [String.raw`{{ re.findall('(?x) (\\w+) \\. (\\w+)  # two names', 'a.b c . d e.f') }}`, "[('a', 'b'), ('e', 'f')]"],
  [String.raw`{{ re.findall('[]\\[]+', 'a[1]') }} {{ re.findall('[^\\W\\d]+', 'aé1_b') }}`, "['[', ']'] ['aé', '_b']"],
  [
    String.raw`{{ re.match('b', 'ab') }} {{ re.match('a', 'ab').end() }} {{ re.fullmatch('a|ab', 'ab').group() }}`,
    'None 1 ab',
  ],
  [
    String.raw`{{ re.search('(?P<year>\\d+)-(?P<month>\\d+)?', 'on 2024-').groupdict('?') }}`,
    "{'year': '2024', 'month': '?'}",
  ],
  [String.raw`{{ re.sub('(?P<a>\\w)(\\w)', '\\2\\g<a>\\n', 'abcd') }}`, 'ba\ndc\n'],
  [
    String.raw`{{ re.sub('a', '-', 'aaa', 2) }} {{ re.sub('A', '-', 'aaa', flags=re.I) }} {{ re.subn('a', 'b', 'aa') }}`,
    "--a --- ('bb', 2)",
  ],
  [
    String.raw`{{ re.split('(,)\\s*', 'a, b,c') }} {{ re.split(',', 'a,b,c', maxsplit=1) }}`,
    "['a', ',', 'b', ',', 'c'] ['a', 'b,c']",
  ],
  [
    String.raw`{{ re.search('^b$', 'a\nb\n') }} {{ re.search('^b$', 'a\nb\n', re.MULTILINE).span() }} {{ re.search('b$', 'b\n').span() }}`,
    'None (2, 3) (0, 1)',
  ],
  [
    String.raw`{% set word = re.compile('\\bref\\b', re.I) %}{{ word.search('a Ref').start() }} {{ word.sub('x', 'ref prefs') }} {{ word.pattern }}`,
    String.raw`2 x prefs \bref\b`,
  ],
  [
    String.raw`{% for found in re.finditer('\\d', 'a1b2') %}{{ found[0] }}@{{ found.start() }} {% endfor %}`,
    '1@1 2@3 ',
  ],
  [
    String.raw`{{ re.search('(?i:ab)C', 'ABC ABc').group() }} {{ re.search('a{,2}b', 'aaab').group() }} {{ re.search('{{ x', '{{ x }}').group() }}`,
    'ABC aab {{ x',
  ],
  ["{{ re.escape('a.b-c_d e!') }}", String.raw`a\.b\-c_d\ e!`],
])('%s', (template, expected) => {
  expect(rendered(template)).toBe(expected)
})

it.each([
  ["{{ re.search('*a', 'b') }}", 'nothing to repeat'],
  ["{{ re.search('(a', 'b') }}", 'unterminated subpattern'],
  [String.raw`{{ re.search('\\q', 'b') }}`, String.raw`bad escape \q`],
  ["{{ re.search('[b-a]', 'b') }}", 'bad character range'],
  ["{{ re.search('a', none) }}", "expected string or bytes-like object, got 'NoneType'"],
  ["{{ re.search('(a)', 'a').group(2) }}", 'no such group'],
  ["{{ re.match('(a|a)*$', 'a' * 40 ~ 'b') }}", 'takes more than 1 s'],
])('refuses %s', (template, message) => {
  expect(() => rendered(template)).toThrow(message)
})
