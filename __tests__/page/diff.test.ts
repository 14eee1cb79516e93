import { describe, expect, test } from 'vitest'
import { compareLines } from '../../src/page/diff.ts'
import { highlighted, withMarks } from '../../src/page/highlight.ts'

const signs = { same: ' ', removed: '-', added: '+' }

/** As a person reads it, with what differs in a line between angles. */
function shown(before: string, after: string): string[] {
  return compareLines(before, after).map(({ kind, text, marks }) => {
    const marked = [...marks]
      .reverse()
      .reduce((it, [from, to]) => `${it.slice(0, from)}‹${it.slice(from, to)}›${it.slice(to)}`, text)
    return signs[kind] + marked
  })
}

describe('two texts side by side', () => {
  test.each<[string, string, string, string[]]>([
    ['the same', 'a\nb\n', 'a\nb\n', [' a', ' b']],
    ['nothing before', '', 'a\nb', ['+a', '+b']],
    ['nothing after', 'a\nb', '', ['-a', '-b']],
    ['a line within', 'a\nc', 'a\nb\nc', [' a', '+b', ' c']],
    ['a line less', 'a\nb\nc', 'a\nc', [' a', '-b', ' c']],
    ['a word', 'select a\nwhere x > 10', 'select a\nwhere x > 12', [' select a', '-where x > ‹10›', '+where x > ‹12›']],
    ['lines that have little in common', 'select a', 'limit 3', ['-select a', '+limit 3']],
    ['Windows line ends', 'a\r\nb\r\n', 'a\nb\n', [' a', ' b']],
    ['at both ends', 'x\nb\ny', 'b\nz', ['-x', ' b', '-y', '+z']],
  ])('%s', (_, before, after, expected) => {
    expect(shown(before, after)).toEqual(expected)
  })

  test('of any two texts, what is kept and removed is the one and what is kept and added the other', () => {
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed
      const random = (most: number) => {
        state = (state * 48_271) % 2_147_483_647
        return state % most
      }
      const text = () => Array.from({ length: random(12) }, () => 'abcd'[random(4)]).join('\n')
      const [before, after] = [text(), text()]
      const lines = compareLines(before, after)
      const without = (kind: string) => lines.filter((it) => it.kind !== kind).map((it) => it.text)
      expect(without('added')).toEqual(before === '' ? [] : before.split('\n'))
      expect(without('removed')).toEqual(after === '' ? [] : after.split('\n'))
      expect(lines.flatMap((it) => it.before ?? [])).toEqual(without('added').map((_, index) => index + 1))
      expect(lines.flatMap((it) => it.after ?? [])).toEqual(without('removed').map((_, index) => index + 1))
    }
  })

  test('that have nothing in common are compared all the same', () => {
    const many = (letter: string) => Array.from({ length: 3_000 }, (_, index) => `${letter}${index}`).join('\n')
    expect(compareLines(many('a'), many('b'))).toHaveLength(6_000)
  })
})

describe('the colours of SQL', () => {
  test.each<[string, string[]]>([
    ['select 1', ['keyword select', 'plain  ', 'number 1']],
    ["x -- 'no'", ['plain x', 'plain  ', "comment -- 'no'"]],
    ["'it''s' as y", ["string 'it''s'", 'plain  ', 'keyword as', 'plain  ', 'plain y']],
    ["{{ ref('a') }}", ["jinja {{ ref('a') }}"]],
    ['{# a', ['comment {# a']],
  ])('%s', (text, expected) => {
    expect(highlighted(text)[0]?.map((it) => `${it.kind} ${it.text}`)).toEqual(expected)
  })

  test('go on over lines, and give every character back', () => {
    const text = '/* a\n b */ select\n\n{% if x %}\n'
    const lines = highlighted(text)
    expect(lines.map((spans) => spans.map((it) => it.text).join('')).join('\n')).toBe(text)
    expect(lines[1]?.[0]?.kind).toBe('comment')
  })

  test('are cut at marks', () => {
    const spans = withMarks([{ text: 'select', kind: 'keyword' }], [[2, 4]])
    expect(spans.map((it) => `${it.text} ${it.marked}`)).toEqual(['se false', 'le true', 'ct false'])
  })
})
