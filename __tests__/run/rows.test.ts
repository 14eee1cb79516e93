import { describe, expect, test } from 'vitest'
import { parseCsv } from '../../src/run/rows.ts'

describe('CSV', () => {
  test.each([
    [
      'plain',
      'a,b\n1,x\n2,y\n',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    ['no last line end', 'a,b\n1,x', [['1', 'x']]],
    ['Windows line ends and a mark', '\uFEFFa,b\r\n1,x\r\n', [['1', 'x']]],
    [
      'empty fields are null',
      'a,b\n,\n1,""\n',
      [
        [null, null],
        ['1', null],
      ],
    ],
    ['quotes', 'a,b\n"x,y","say ""hi""\nthere"\n', [['x,y', 'say "hi"\nthere']]],
    ['empty lines are none', 'a,b\n\n1,x\n\n', [['1', 'x']]],
    ['only a header', 'a,b\n', []],
  ])('%s', (_, text, rows) => {
    expect(parseCsv(text)).toEqual({ columns: ['a', 'b'], rows })
  })

  test('another delimiter', () => {
    expect(parseCsv('a|b\n1,5|x\n', '|')).toEqual({ columns: ['a', 'b'], rows: [['1,5', 'x']] })
  })

  test('nothing at all', () => {
    expect(parseCsv('')).toEqual({ columns: [], rows: [] })
  })

  test('a row of another length is an error', () => {
    expect(() => parseCsv('a,b\n1,x\n2\n')).toThrow('row 2 has 1 fields, the header 2')
  })
})
