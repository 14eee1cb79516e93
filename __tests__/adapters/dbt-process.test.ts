import { describe, expect, test } from 'vitest'
import { interpreterOf } from '../../src/adapters/dbt/find.ts'
import { lineSplitter } from '../../src/adapters/dbt/process.ts'

const scripts: readonly (readonly [string, string | null])[] = [
  ['#!/opt/venv/bin/python\nimport sys\n', '/opt/venv/bin/python'],
  ['#!/opt/with space/bin/python3.12\n', '/opt/with space/bin/python3.12'],
  ['#!/usr/bin/env python3\n', 'python3'],
  ['#!/usr/bin/env -S python3\n', 'python3'],
  ["#!/bin/sh\n'''exec' \"/very/long/python3\" \"$0\" \"$@\"\n' '''\n", '/very/long/python3'],
  ["#!/bin/sh\n'''exec' '/a b/bin/python' \"$0\" \"$@\"\n' '''\n", '/a b/bin/python'],
  ["#!/bin/sh\n'''exec' /a/bin/python3 \"$0\" \"$@\"\n' '''\n", '/a/bin/python3'],
  ['#!/usr/bin/env bash\nset -e\nexec "/root/.pyenv/libexec/pyenv" exec "dbt" "$@"\n', null],
  ['#!/bin/sh\nexec docker run dbt "$@"\n', null],
  ['\u007fELF\u0002', null],
  ['', null],
]

test.each(scripts)('the Python behind %j is %j', (text, python) => {
  expect(interpreterOf(text)).toBe(python)
})

describe('lines', () => {
  const bytes = Buffer.from(`one\r\ntwö\n\n${'long '.repeat(10_000)}\nlast`)
  test.each([1, 7, 65_536])('cut into pieces of %d bytes are whole', (size) => {
    const lines: string[] = []
    const splitter = lineSplitter((line) => lines.push(line))
    for (let at = 0; at < bytes.length; at += size) splitter.write(bytes.subarray(at, at + size))
    splitter.end()
    expect(lines).toEqual(['one', 'twö', 'long '.repeat(10_000), 'last'])
  })
})
