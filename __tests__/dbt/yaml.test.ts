import { describe, expect, it } from 'vitest'
import { plain } from '../../src/dbt/data.ts'
import { readYaml, YamlError } from '../../src/dbt/yaml.ts'
import { Float } from '../../src/jinja/value.ts'

describe('YAML as PyYAML reads it', () => {
  it.each([
    ['yes', true],
    ['On', true],
    ['off', false],
    ['n', 'n'],
    ['y', 'y'],
    ['~', null],
    ['', null],
    ['012', 10],
    ['0o12', '0o12'],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['1:30', 90],
    ['-3', -3],
    ['1e3', '1e3'],
    ['1.5e+3', 1500],
    ['.5', 0.5],
    ['+.inf', Number.POSITIVE_INFINITY],
    ['2020-01-01', '2020-01-01'],
    ['2020-1-1 3:04:05', '2020-01-01T03:04:05'],
    ['2020-01-01T10:00:00.5Z', '2020-01-01T10:00:00.500000+00:00'],
    ["'yes'", 'yes'],
    ['!!str 12', '12'],
    ['1.2.3', '1.2.3'],
    ['=', '='],
  ])('%s', (text, expected) => {
    expect(plain(readYaml(`- ${text}\n`).data)).toEqual([expected])
  })

  it('keeps a whole float a float', () => {
    expect(readYaml('[1.0, 1]').data).toEqual([new Float(1), 1])
  })

  it.each([
    [
      'merges, the mapping itself being stronger',
      'a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n',
      { a: { x: 1, y: 2 }, b: { x: 3, y: 2 } },
    ],
    [
      'merges several, the first being stronger',
      'a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n',
      { a: { x: 1 }, b: { x: 2, y: 2 }, c: { x: 1, y: 2 } },
    ],
    ['takes the last of a key that stands twice', 'x: 1\nx: 2\n', { x: 2 }],
    ['makes a text of any key', '{1: a, yes: b, null: c}', { '1': 'a', true: 'b', null: 'c' }],
    ['has a key __proto__ like any other', '{__proto__: 1}', JSON.parse('{"__proto__": 1}')],
    [
      'does not look how deep the lines of a list, a mapping and a quoted text stand',
      'a:\n  b: [\n    1, # one\n  ]\n  c:\n    - {x: 1,\n  y: [\n2]\n}\n  d: "e\n f\n\n  g"\nh: |\n  [\n  ]\n',
      { a: { b: [1], c: [{ x: 1, y: [2] }], d: 'e f\ng' }, h: '[\n]\n' },
    ],
    ['ends a block without a newline where the text has none', 'a: |\n  x', { a: 'x' }],
    ['ends a block with a newline where the text has one', 'a: |\n  x\n', { a: 'x\n' }],
  ])('%s', (_, text, expected) => {
    expect(plain(readYaml(text).data)).toEqual(expected)
  })

  it('knows where its parts stand', () => {
    const text = 'models:\n  - name: a\n    tags: [x, y]\n'
    const yaml = readYaml(text)
    const models = (yaml.data as { models: { tags: string[] }[] }).models
    const [first] = models
    if (!first) throw new Error('no model')
    expect(yaml.itemOffset(models, 0)).toBe(text.indexOf('name: a'))
    expect(yaml.keyOffset(first, 'tags')).toBe(text.indexOf('tags'))
    expect(yaml.itemOffset(first.tags, 1)).toBe(text.indexOf('y]'))
  })

  it.each([
    ['a: b: c', 4],
    ['a: *nowhere', 3],
    ['a: !!python/object x', 3],
    ['a: 1\n---\nb: 2\n', 9],
    ['[1, 2', 5],
  ])('refuses %j at %i', (text, offset) => {
    const error = thrown(() => readYaml(text))
    expect(error).toBeInstanceOf(YamlError)
    expect(error).toMatchObject({ offset })
  })

  it('refuses aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 9; level += 1) lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`)
    expect(thrown(() => readYaml(lines.join('\n')))).toMatchObject({ message: 'aliases make this document too large' })
  })
})

function thrown(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}
