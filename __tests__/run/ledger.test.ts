import { describe, expect, it } from 'vitest'
import {
  currentState,
  type LedgerEvent,
  ledgerStatuses,
  openLedger,
  runClock,
  sortEvents,
} from '../../src/run/ledger.ts'
import { type Warehouse, WarehouseError } from '../../src/run/warehouse.ts'
import { embedded } from '../adapters/embedded.ts'
import { memoryWarehouse } from './memory.ts'

const place = { database: 'eu', schema: 'gold' }
const event = (given: Partial<LedgerEvent> = {}): LedgerEvent => ({
  region: 'eu',
  unique_id: 'model.shop.a',
  status: 'success',
  fingerprint: 'f1',
  fingerprint_version: 1,
  parents: { 'model.shop.b': 'f0' },
  relation: '`main`.`gold`.`a`',
  commit: 'c1',
  run_id: 'r1',
  time: '2026-01-01T00:00:00.000Z',
  sequence: 0,
  message: null,
  ...given,
})

describe('the table', () => {
  it('gives back what was appended, in any order', async () => {
    const warehouse = memoryWarehouse()
    const events = Array.from({ length: 120 }, (_, n) =>
      event({ sequence: n, unique_id: `model.shop.it's ${n}`, message: n % 2 ? null : 'said' }),
    )
    await (await openLedger(warehouse, place)).append(events)
    expect(await eventsIn(warehouse)).toEqual(new Set(events))
    expect(warehouse.statements.filter((sql) => sql.startsWith('INSERT'))).toHaveLength(4)
  })
  it('asks for no more parameters at once than Databricks takes', async () => {
    const warehouse = memoryWarehouse()
    const asked: number[] = []
    const query: typeof warehouse.query = (sql, parameters = {}) => {
      asked.push(Object.keys(parameters).length)
      return warehouse.query(sql, parameters)
    }
    const events = Array.from({ length: 120 }, (_, n) => {
      const time = new Date(n).toISOString()
      const own = { unique_id: `u${n}`, fingerprint: `f${n}`, relation: `r${n}`, message: `m${n}`, time, sequence: n }
      return event({ ...own, parents: { a: `${n}` }, status: ledgerStatuses[n % 5] ?? 'pending' })
    })
    await (await openLedger({ ...warehouse, query }, place)).append(events)
    expect(Math.max(...asked)).toBeLessThan(256)
    expect(await eventsIn(warehouse)).toEqual(new Set(events))
  })
  it('keeps what the user named out of the statement', async () => {
    const warehouse = memoryWarehouse()
    await (await openLedger(warehouse, place)).append([event({ unique_id: "model.shop.x'; drop table y; --" })])
    expect(warehouse.statements.join()).not.toContain('drop table')
  })
  it('is not made by looking', async () => {
    const warehouse = memoryWarehouse()
    expect((await openLedger(warehouse, place)).state.size).toBe(0)
    expect(warehouse.tables.size).toBe(0)
  })
  it('is not taken for another table of that name', async () => {
    const condition = 'UNRESOLVED_COLUMN.WITH_SUGGESTION'
    const query = () => Promise.reject(new WarehouseError('a column does not exist', { condition }))
    const opening = openLedger({ ...memoryWarehouse(), query }, place)
    await expect(opening).rejects.toThrow(WarehouseError)
    await expect(opening).rejects.toThrow('`eu`.`gold`.`dbt_regions_ledger` is not a ledger of this program')
  })
  it('is made once, and read in one statement', async () => {
    const warehouse = memoryWarehouse()
    const first = await openLedger(warehouse, place)
    await first.append([event()])
    await first.append([event({ sequence: 1 })])
    await openLedger(warehouse, place)
    expect(warehouse.statements.map((sql) => sql.split(' ')[0])).toEqual([
      'SELECT',
      'CREATE',
      'INSERT',
      'INSERT',
      'SELECT',
    ])
  })
  it('is there when another run made it at the same moment', async () => {
    const warehouse = memoryWarehouse()
    const query: typeof warehouse.query = async (sql, parameters) => {
      if (!sql.startsWith('CREATE')) return warehouse.query(sql, parameters)
      warehouse.tables.set('`eu`.`gold`.`dbt_regions_ledger`', [])
      throw new Error(`[TABLE_OR_VIEW_ALREADY_EXISTS] ${sql}`)
    }
    await (await openLedger({ ...warehouse, query }, place)).append([event()])
    expect(await eventsIn(warehouse)).toEqual(new Set([event()]))
  })
  it('is made in a schema that is not there', async () => {
    const warehouse = memoryWarehouse()
    const schemas: string[] = []
    const query: typeof warehouse.query = async (sql, parameters) => {
      if (sql.startsWith('CREATE SCHEMA')) {
        schemas.push(sql)
        return []
      }
      if (sql.startsWith('CREATE') && schemas.length === 0)
        throw new WarehouseError('no schema', { condition: 'SCHEMA_NOT_FOUND' })
      return warehouse.query(sql, parameters)
    }
    await (await openLedger({ ...warehouse, query }, place)).append([event()])
    expect(schemas).toEqual(['CREATE SCHEMA IF NOT EXISTS `eu`.`gold`'])
    expect(await eventsIn(warehouse)).toEqual(new Set([event()]))
  })
  it.each(['SELECT', 'CREATE'])('says why %s was refused', async (word) => {
    const warehouse = memoryWarehouse()
    const query: typeof warehouse.query = async (sql, parameters) => {
      if (sql.startsWith(word)) throw new WarehouseError('no', { condition: 'INSUFFICIENT_PERMISSIONS' })
      return warehouse.query(sql, parameters)
    }
    const append = async () => (await openLedger({ ...warehouse, query }, place)).append([event()])
    await expect(append()).rejects.toMatchObject({ condition: 'INSUFFICIENT_PERMISSIONS' })
  })
  it('is read when a newer version added a column, a status, or parents in another shape', async () => {
    const warehouse = memoryWarehouse()
    await (await openLedger(warehouse, place)).append([event()])
    const rows = [...warehouse.tables.values()][0] ?? []
    rows[0] = { ...rows[0], status: 'quarantined', cost: 12, parents: '[1' }
    expect(await eventsIn(warehouse)).toEqual(new Set([event({ status: 'pending', parents: {} })]))
  })
  it('quotes its place', async () => {
    const warehouse = memoryWarehouse()
    await openLedger(warehouse, { database: null, schema: 'we`ird' })
    expect(warehouse.statements[0]).toContain('`we``ird`.`dbt_regions_ledger`')
  })
})

describe('what nodes give', () => {
  const outputs = '{"queries":[]}'
  const old =
    'event_time STRING, run_id STRING, sequence BIGINT, region STRING, unique_id STRING, status STRING, fingerprint STRING, fingerprint_version INT, parents STRING, relation STRING, commit_sha STRING, message STRING'

  it('is kept, on a real engine, with the newest events of each node, also by a ledger of an older version', async () => {
    const warehouse = await embedded(['eu'])
    try {
      await warehouse.query('CREATE SCHEMA eu.gold')
      await warehouse.query(`CREATE TABLE eu.gold.dbt_regions_ledger (${old})`)
      const ledger = await openLedger(warehouse, place)
      expect((await ledger.outputs())('model.shop.a', 'r1')).toBe(null)
      await ledger.append([event()])
      expect((await (await openLedger(warehouse, place)).outputs())('model.shop.a', 'r1')).toBe(null)
      const runs = [1, 2, 3, 4, 5, 6]
      await ledger.append(runs.map((n) => event({ run_id: `r${n}`, time: `2026-01-0${n}`, outputs: `${outputs}${n}` })))
      const found = await (await openLedger(warehouse, place)).outputs()
      expect(runs.map((n) => found('model.shop.a', `r${n}`))).toEqual([
        null,
        null,
        ...[3, 4, 5, 6].map((n) => `${outputs}${n}`),
      ])
      expect(found('model.shop.b', 'r6')).toBe(null)
      expect((await eventsIn(warehouse)).size).toBe(1)
    } finally {
      await warehouse.close()
    }
  })
  it('is left out where the ledger may not be altered', async () => {
    const warehouse = memoryWarehouse()
    warehouse.tables.set('`eu`.`gold`.`dbt_regions_ledger`', [])
    const query: typeof warehouse.query = async (sql, parameters) => {
      if (sql.startsWith('ALTER')) throw new WarehouseError('no', { condition: 'INSUFFICIENT_PERMISSIONS' })
      return warehouse.query(sql, parameters)
    }
    await (await openLedger({ ...warehouse, query }, place)).append([event({ outputs })])
    expect(await eventsIn(warehouse)).toEqual(new Set([event()]))
  })
  it('is not asked for before there is a ledger', async () => {
    const warehouse = memoryWarehouse()
    const ledger = await openLedger(warehouse, place)
    expect((await ledger.outputs())('model.shop.a', 'r1')).toBe(null)
    expect(warehouse.statements).toHaveLength(1)
  })
})

it('works on a real engine: DuckDB, translated from Databricks', async () => {
  const warehouse = await embedded(['eu'])
  try {
    const ledger = await openLedger(warehouse, place)
    const events = Array.from({ length: 60 }, (_, n) =>
      event({
        sequence: n,
        unique_id: `model.shop.\\ it's "${n}" 🙂`,
        relation: n % 2 ? null : '`a`',
        message: n % 3 ? null : ':p0 ? $1',
      }),
    )
    await ledger.append(events)
    await warehouse.query('ALTER TABLE `eu`.`gold`.`dbt_regions_ledger` ADD COLUMN cost INT')
    expect(await eventsIn(warehouse)).toEqual(new Set(events))
    await ledger.append([event({ unique_id: 'model.shop.more' })])
    expect((await eventsIn(warehouse)).size).toBe(61)
  } finally {
    await warehouse.close()
  }
})

/** Every event of these tests is of another node, so that each is its node's last. */
async function eventsIn(warehouse: Warehouse): Promise<Set<LedgerEvent>> {
  return new Set([...(await openLedger(warehouse, place)).state.values()].map(({ last }) => last))
}

describe('the order of events', () => {
  it('is by time, then run, then the run’s own count', () => {
    const events = [
      event({ time: '2026-01-01T00:00:02.000Z', run_id: 'r1', sequence: 2 }),
      event({ time: '2026-01-01T00:00:01.000Z', run_id: 'r2', sequence: 0 }),
      event({ time: '2026-01-01T00:00:01.000Z', run_id: 'r1', sequence: 1 }),
      event({ time: '2026-01-01T00:00:01.000Z', run_id: 'r1', sequence: 0 }),
    ]
    expect(sortEvents(events).map((each) => `${each.run_id}/${each.sequence}`)).toEqual([
      'r1/0',
      'r1/1',
      'r2/0',
      'r1/2',
    ])
  })
  it('is kept by a clock that jumps back, and by one that is behind the last run', () => {
    const times = [5000, 4000, 12_000].map((ms) => new Date(ms))
    const clock = runClock(() => times.shift() ?? new Date(0), '1970-01-01T00:00:10.000Z')
    expect([clock(), clock(), clock()]).toEqual([
      '1970-01-01T00:00:10.001Z',
      '1970-01-01T00:00:10.001Z',
      '1970-01-01T00:00:12.000Z',
    ])
  })
  it('begins with the clock where nothing is recorded', () => {
    expect(runClock(() => new Date(0), null)()).toBe('1970-01-01T00:00:00.000Z')
    expect(runClock(() => new Date(0), 'not a time')()).toBe('1970-01-01T00:00:00.000Z')
  })
})

describe('currentState', () => {
  /** Statuses in order -> last status, and whether what stands there is known. */
  const cases: [statuses: string, last: string, deployed: number | null][] = [
    ['success', 'success', 0],
    ['success success', 'success', 1],
    ['success pending', 'pending', 0],
    ['success pending skipped', 'skipped', 0],
    ['success pending started', 'started', null],
    ['success pending started failed', 'failed', null],
    ['success failed', 'failed', null],
    ['pending', 'pending', null],
    ['failed pending success', 'success', 2],
  ]
  it.each(cases)('%s', (statuses, last, deployed) => {
    const events = statuses
      .split(' ')
      .map((status, sequence) => event({ status: status as LedgerEvent['status'], sequence }))
    const state = currentState([...events].reverse()).get('model.shop.a')
    expect([state?.last.status, state?.deployed?.sequence ?? null]).toEqual([last, deployed])
  })
  /** Run and status in order -> whether the last success is contested. */
  const overlaps: [events: string, contested: boolean][] = [
    ['a:started a:success', false],
    ['a:started b:started b:success', false],
    ['a:started b:started b:success a:success', true],
    ['a:started b:started a:success', true],
    ['a:started b:started a:success b:success', true],
    ['a:started b:started a:failed b:success', true],
    ['a:started b:pending a:success', false],
    ['a:started b:started b:success a:success c:started c:success', false],
    ['a:started a:failed b:started b:success', false],
  ]
  it.each(overlaps)('of two runs at once, %s', (written, contested) => {
    const events = written.split(' ').map((each, sequence) => {
      const [run_id = '', status] = each.split(':')
      return event({ run_id, status: status as LedgerEvent['status'], time: `2026-01-01T00:00:00.00${sequence}Z` })
    })
    const state = currentState([...events].reverse()).get('model.shop.a')
    expect(state?.contested).toBe(contested)
    expect(state?.deployed === null).toBe(contested)
  })
  /** Run, status and fingerprint in order; `anew` is a success that nothing was built for -> what may stand there, and what it may be called. */
  const possibilities: [events: string, possible: string, fingerprints: string, contested: boolean][] = [
    ['a:success:f1', 'f1', 'f1', false],
    ['a:success:f1 b:pending:f2', 'f1 f2', 'f1 f2', false],
    ['a:success:f1 b:pending:f2 b:started:f2 b:failed:f2', 'f1 f2', 'f1 f2', false],
    ['a:success:f1 b:pending:f2 b:started:f2 b:success:f2', 'f2', 'f2', false],
    ['a:started:f1 b:started:f2 b:success:f2 a:success:f1', 'f2 f1', 'f2 f1', true],
    ['a:success:f1 b:anew:f2 c:anew:f3', 'f3', 'f1 f2 f3', false],
    ['a:success:f1 b:anew:f2 c:started:f3 c:success:f3', 'f3', 'f3', false],
    ['a:success:f1 b:started:f2 c:anew:f1', 'f1 f2 f1', 'f1 f2', true],
  ]
  it.each(possibilities)('of what may stand there, %s', (written, possible, fingerprints, contested) => {
    const events = written.split(' ').map((each, sequence) => {
      const [run_id = '', said, fingerprint = ''] = each.split(':')
      const status = said === 'anew' ? 'success' : (said as LedgerEvent['status'])
      const message = said === 'anew' ? 'not built' : null
      return event({ run_id, status, fingerprint, message, time: `2026-01-01T00:00:00.00${sequence}Z` })
    })
    const state = currentState([...events].reverse()).get('model.shop.a')
    expect(state?.possible.map((each) => each.fingerprint).join(' ')).toBe(possible)
    expect([state?.fingerprints.join(' '), state?.contested]).toEqual([fingerprints, contested])
  })
  it('keeps every place that a node was built in', () => {
    const events = [
      event({ sequence: 0, relation: 'one' }),
      event({ sequence: 1, relation: 'two', status: 'pending' }),
      event({ sequence: 2, relation: 'three', status: 'started' }),
    ]
    expect(currentState(events).get('model.shop.a')?.relations).toEqual(['one', 'three'])
  })
  it('is sorted by node', () => {
    const events = ['b', 'a'].map((unique_id, sequence) => event({ unique_id, sequence }))
    expect([...currentState(events).keys()]).toEqual(['a', 'b'])
  })
})
