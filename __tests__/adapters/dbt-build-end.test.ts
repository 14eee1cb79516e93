import { expect, test } from 'vitest'
import { buildWith } from '../../src/adapters/dbt/build.ts'
import type { Outcome } from '../../src/adapters/dbt/invoke.ts'
import type { DbtEvent } from '../../src/run/dbt-log.ts'
import { redactor } from '../../src/run/dbt-log.ts'
import { WarehouseError } from '../../src/run/warehouse.ts'
import { results } from './dbt-session.ts'

const id = 'model.shop.a'

function event(name: string, data: DbtEvent['data'], unique_id = id): DbtEvent {
  return { name, level: 'info', message: '', pid: 1, data: { ...data, node_info: { unique_id } } }
}
const started = event('NodeStart', {})
const finished = (status: string) => event('NodeFinished', { run_result: { status, message: null, execution_time: 1 } })
const hook = (status: string) =>
  event('LogHookEndLine', { status, statement: 'shop.on-run-end.0' }, 'operation.shop.shop-on-run-end-0')

async function ended(events: readonly DbtEvent[], outcome: Outcome) {
  const build = buildWith({
    run: async (onEvent) => {
      for (const each of events) onEvent(each)
      return outcome
    },
    interrupt: () => {},
    isCancelled: () => false,
    redact: redactor(['secret']),
  })
  const { told, error } = await results(build, [id])
  if (error !== null) expect(error).toBeInstanceOf(WarehouseError)
  return { told: told.map(({ status }) => status), error: error instanceof Error ? error.message : null }
}

const failed: Outcome = { success: false, error: null }

test.each<[string, readonly DbtEvent[], Outcome, readonly string[], string | RegExp | null]>([
  ['all is done', [started, finished('success'), hook('success')], { success: true, error: null }, ['success'], null],
  ['a node failed', [started, finished('error')], failed, ['error'], null],
  [
    'a hook failed after the nodes',
    [started, finished('success'), hook('error')],
    failed,
    ['success'],
    /^the hook shop-on-run-end-0 failed;/,
  ],
  ['a hook failed before them', [hook('error')], failed, [], /^the hook shop-on-run-end-0 failed;/],
  ['a hook and a node failed', [started, finished('error'), hook('error')], failed, ['error'], /^the hook .* failed;/],
  [
    'dbt failed and told nothing of it',
    [started, finished('success')],
    failed,
    ['success'],
    /^dbt says that its build failed/,
  ],
])('%s', async (_, events, outcome, statuses, said) => {
  const { told, error } = await ended(events, outcome)
  expect(told.filter((status) => status !== 'started')).toEqual(statuses)
  if (said === null) expect(error).toBeNull()
  else expect(error).toMatch(said)
})
