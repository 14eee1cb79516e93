import { describe, expect, test } from 'vitest'
import { blobUrl, code, htmlCode, link, plain, prose, shortened, visible, webUrl } from '../../src/report/escape.ts'
import { hostile } from './hostile.ts'
import { html } from './page.ts'

const forms = { code, prose, htmlCode }
const cases = hostile.map((name) => [JSON.stringify(name).slice(0, 60), name] as const)

describe.each(Object.entries(forms))('%s', (form, made) => {
  test.each(cases)('shows %s as text and does nothing', (_, name) => {
    const item = html(`- ❌ ${made(name)} after<br>after`)
    expect(tags(item)).toEqual('ul li br li ul')
    expect(signals(item)).toEqual([])
    expect(shown(item)).toContain(expected(name, form))
    const cell = html(`| a | b |\n| --- | --- |\n| ${made(name)} | after |`)
    expect(tags(cell)).toEqual('table thead tr th th th th tr thead tbody tr td td td td tr tbody table')
    expect(signals(cell)).toEqual([])
    expect(shown(cell)).toContain(expected(name, form))
    const linked = html(`- ${link(made(name), 'https://github.com/acme/analytics')} after`)
    expect(tags(linked)).toEqual('ul li a a li ul')
  })
})

test.each([
  ['plain_name', '`plain_name`'],
  ['a`b', '``a`b``'],
  ['`a`', '`` `a` ``'],
  ['a|b', '<code>&#97;&#124;b</code>'.replace('&#97;', 'a')],
  ['', '<code>(empty)</code>'],
  ['a\u202Eb', '`a⟨U+202E⟩b`'],
  ['a\nb', '`a⏎b`'],
])('code(%j) is %s', (name, markdown) => {
  expect(code(name)).toBe(markdown)
})

test.each([
  [
    "'orders' refs 'custmers', which does not exist; did you mean 'customers'?",
    '`orders` refs `custmers`, which does not exist; did you mean `customers`&#63;',
  ],
  ["the model's columns aren't known", 'the model&#39;s columns aren&#39;t known'],
  ['at models/gold/x.sql:4, 50% of it', 'at models/gold/x.sql:4, 50% of it'],
  ['ask @data-team about #12', 'ask @&#8203;data-team about &#35;&#8203;12'],
])('prose(%j) is %s', (text, markdown) => {
  expect(html(prose(text))).toBe(html(markdown))
})

test.each([
  ['models/a b/#1/(x).sql', 3, 'https://github.com/acme/analytics/blob/abc/models/a%20b/%231/%28x%29.sql#L3'],
  [
    'models/../../x?y=<z>\n.sql',
    -1,
    'https://github.com/acme/analytics/blob/abc/models/../../x%3Fy%3D%3Cz%3E%0A.sql#L1',
  ],
])('blobUrl of %j', (file, line, url) => {
  expect(blobUrl('https://github.com/acme/analytics', 'abc', file, line)).toBe(url)
})

test('nothing is linked without a repository or a commit', () => {
  expect(blobUrl(null, 'abc', 'x.sql', 1)).toBeNull()
  expect(blobUrl('https://github.com/acme/analytics', null, 'x.sql', 1)).toBeNull()
})

test.each([
  ['https://bi.example/a b?c=(d)', 'https://bi.example/a%20b?c=%28d%29'],
  ['https://bi.example/>)<script>', 'https://bi.example/%3E%29%3Cscript%3E'],
  ['javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['https://user:secret@bi.example', null],
  ['/relative', null],
  [`https://bi.example/${'x'.repeat(1_000)}`, null],
  [null, null],
])('webUrl(%j) is %j', (url, expected) => {
  expect(webUrl(url)).toBe(expected)
})

describe('plain', () => {
  test.each(cases)('%s has no control character and is no command', (_, name) => {
    const line = plain(name)
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    expect(line.trimStart()).not.toMatch(/^::/)
    expect(line).not.toContain('##[')
  })
})

test('a text is shortened in its middle, by characters', () => {
  expect(shortened('🌈'.repeat(10), 5)).toBe('🌈🌈🌈…🌈')
  expect(shortened('abcdefghij', 10)).toBe('abcdefghij')
  expect(shortened('abcdefghijk', 10)).toBe('abcdef…ijk')
})

/** The elements that the page consists of, but for code. */
function tags(rendered: string): string {
  const all = [...rendered.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)].map((it) => it[1])
  const others = all.filter((it) => it !== 'code' && it !== 'span')
  return others.join(' ')
}

/** What GitHub would turn into a link, a mention or an emoji in the text outside of code and links. */
function signals(rendered: string): string[] {
  const text = decoded(rendered.replace(/<code>.*?<\/code>|<a .*?<\/a>/gs, ' ').replace(/<[^>]*>/g, ' '))
  const patterns = [
    /(?<![\w])@\w[\w-]*/g,
    /#\d+/g,
    /\bgh-\d+/gi,
    /https?:\/\//g,
    /\bwww\./g,
    /:[\w+-]+:/g,
    /\b[0-9a-f]{7,40}\b/g,
  ]
  return patterns.flatMap((it) => text.match(it) ?? [])
}

function decoded(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
}

function textOf(rendered: string): string {
  return decoded(rendered.replace(/<[^>]*>/g, ''))
}

/** The text as a person reads it: an added zero-width space is not seen. */
function shown(rendered: string): string {
  return textOf(rendered).replaceAll('\u200B', '')
}

function expected(name: string, form: string): string {
  const whole = visible(shortened(name, form === 'prose' ? 1_000 : 120))
  return form === 'prose' ? whole.replace(/(?<=^|[\s(])'([^']+)'(?=$|[\s),.;:?!])/g, '$1').trim() : whole.trim()
}
