import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  type DbtEvent,
  isPrinted,
  listedNode,
  readDbtLine,
  redactor,
  resultReader,
  shownMessage,
  spokenLine,
} from '../../src/run/dbt-log.ts'

/** What dbt-core 1.12.5 said of a build: two models, a test, a model that fails and its child. */
const recorded = readFileSync(join(import.meta.dirname, '../fixtures/dbt-build.jsonl'), 'utf8')
  .trim()
  .split('\n')
const events = recorded.flatMap((line) => readDbtLine(line) ?? [])

const event = (name: string, message: string, fields: Partial<DbtEvent> = {}): DbtEvent => ({
  name,
  level: 'info',
  message,
  pid: 1,
  data: {},
  ...fields,
})

test('a recorded build is read into results', () => {
  const read = resultReader()
  const results = events.flatMap((each) => read(each) ?? [])
  expect(results.map(({ unique_id, status }) => `${status} ${unique_id.split('.')[2]}`)).toEqual([
    'started customer_metrics',
    'success customer_metrics',
    'started customer_cohorts',
    'success customer_cohorts',
    'started unique_customer_cohorts_customer_id',
    'success unique_customer_cohorts_customer_id',
    'started broken',
    'error broken',
    'started below',
    'skipped below',
  ])
  expect(results[1]).toMatchObject({ message: null, execution_time: 22.93804 })
  expect(results[7]?.message).toContain('(CAST_INVALID_INPUT)')
  expect(JSON.stringify(results)).not.toContain('ann@example.com')
})

test('of a recorded build everything is said but what quotes data', () => {
  const said = events.flatMap((each) => spokenLine(each, 'build') ?? [])
  expect(recorded.join('\n')).toContain('ann@example.com')
  expect(said.join('\n')).not.toContain('ann@example.com')
  expect(said[0]).toMatch(/^Found \d+ models/)
  expect(said.filter((line) => /START|OK created|PASS unique|ERROR creating|SKIP relation/.test(line))).toHaveLength(9)
})

test('a microbatch model is started and finished once, whatever its batches do', () => {
  const read = resultReader()
  const node_info = { unique_id: 'model.shop.m' }
  const start = event('NodeStart', '', { data: { node_info } })
  const finish = (status: string) =>
    event('NodeFinished', '', { data: { node_info, run_result: { status, message: '', execution_time: 2 } } })
  const order = [start, start, finish('success'), start, finish('error'), finish('partial success')]
  expect(order.flatMap((each) => read(each)?.status ?? [])).toEqual(['started', 'error'])
})

test('a node that ended with an exception of a thread', () => {
  const data = { unique_id: 'model.shop.m', exc: 'x' }
  expect(resultReader()(event('GenericExceptionOnRun', "boom 'ann@example.com'", { data }))).toMatchObject({
    unique_id: 'model.shop.m',
    status: 'error',
    message: expect.not.stringContaining('example'),
  })
})

describe('a line', () => {
  test.each(['', 'Warning: something', '[]', '{}', '{"info": {"name": 1}}', "{'a': 1}"])(
    '%j is none of the log',
    (line) => {
      expect(readDbtLine(line)).toBeNull()
    },
  )
  test('that is cut off is an error', () => {
    expect(() => readDbtLine(recorded[0]?.slice(0, 50) ?? '')).toThrow('cannot be read')
  })
})

test.each([
  ['error', 'RunResultError', 'build', null],
  ['info', 'JinjaLogInfo', 'parse', null],
  ['info', 'PrintEvent', 'build', null],
  ['info', 'FoundStats', 'ls', null],
  ['warn', 'UnusedResourceConfigPath', 'ls', 'words'],
  ['error', 'MainEncounteredError', 'parse', 'words'],
  ['error', 'MainEncounteredError', 'build', null],
  ['debug', 'FoundStats', 'parse', null],
  ['info', 'SomethingNew', 'build', null],
  ['info', 'MainReportVersion', 'parse', 'words'],
  ['info', 'MainReportVersion', 'build', null],
  ['info', 'ParsePerfInfoPath', 'parse', null],
] as const)('%s %s of dbt %s: %j', (level, name, command, said) => {
  expect(spokenLine(event(name, ' words\n', { level }), command)).toBe(said)
})

test.each([
  ['fail', 'Got 3 results, configured to fail if != 0', 'Got 3 results, configured to fail if != 0'],
  ['warn', 'Got 1 result, configured to warn if >10', 'Got 1 result, configured to warn if >10'],
  ['success', 'ann@example.com', null],
  ['skipped', 'Skipping due to fail_fast', 'Skipping due to fail_fast'],
  ['error', null, null],
])('the message of %s %j: %j', (status, message, shown) => {
  expect(shownMessage(status, message)).toBe(shown)
})

test('a damaged line is not quoted', () => {
  let error: unknown = null
  try {
    readDbtLine('{"data": ann@example.com')
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(Error)
  expect(inspect(error, { showHidden: true })).not.toContain('exampl')
})

test('what is printed, and what is listed', () => {
  const listed = event('PrintEvent', '{"unique_id": "model.shop.a\\"b"}')
  expect([isPrinted(listed), listedNode(listed)]).toEqual([true, 'model.shop.a"b'])
  expect(listedNode(event('PrintEvent', 'model.shop.a'))).toBeNull()
  for (const broken of ['\\q', '\\u12', '\t']) {
    expect(listedNode(event('PrintEvent', `{"unique_id": "${broken}"}`))).toBeNull()
  }
  expect(isPrinted(event('JinjaLogDebug', '', { level: 'debug' }))).toBe(false)
})

test('secrets are replaced', () => {
  expect(redactor(['ab', 'abc', ' '])('abcab b')).toBe('****** b')
})
