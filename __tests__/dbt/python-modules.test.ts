import { expect, it } from 'vitest'
import { pythonModules } from '../../src/dbt/python-modules.ts'
import { parse, render } from '../../src/jinja/index.ts'

it.each([
  // What Python prints for each, with pytz.
  ["{{ modules.pytz.timezone('America/New_York') }} {{ modules.pytz.utc.zone }}", 'America/New_York UTC'],
  [
    "{% set at = modules.pytz.timezone('UTC').localize %}{{ at(modules.datetime.datetime(2024, 1, 2)) < at(modules.datetime.datetime(2024, 1, 3)) }}",
    'True',
  ],
])('%s', (template, expected) => {
  expect(render(parse(template), new Map([['modules', pythonModules(() => 0)]]))).toBe(expected)
})
