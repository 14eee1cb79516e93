import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabricks } from '../../src/adapters/databricks.ts'
import type { Connection } from '../../src/dbt/connection.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { type Warehouse, WarehouseError } from '../../src/run/warehouse.ts'
import { describeWith } from '../tools/optional.ts'
import { trust } from '../workspace/trust.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'

// A machine that does other things too.
vi.setConfig({ testTimeout: 120_000 })

/** Another test file may have the workspaces first. */
const START_MS = 30 * 60_000

describeWith('java', 'a Databricks SQL warehouse', () => {
  let workspaces: Workspaces<'us' | 'eu'>
  let distrust = () => {}
  let us: Warehouse
  const lines: string[] = []
  const opened: Warehouse[] = []

  function connection(region: 'us' | 'eu', other: Partial<Connection> = {}): Connection {
    const { host, httpPath, catalog, token } = workspaces.of(region)
    const auth = { kind: 'token', token } as const
    return { host, httpPath, catalog, schema: 'default', auth, secrets: [token], ...other }
  }

  async function open(
    region: 'us' | 'eu',
    other: Partial<Connection> = {},
    signal = new AbortController().signal,
  ): Promise<Warehouse> {
    const warehouse = await openDatabricks(connection(region, other), { say: (line) => lines.push(line), signal })
    opened.push(warehouse)
    return warehouse
  }

  /** What is thrown, of which no test may see a secret. */
  async function failure(work: Promise<unknown>): Promise<Error> {
    const error = await work.then(
      () => new Error('it did not fail'),
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof Error)) throw new Error('what is thrown is no error')
    for (const { token, principal } of [workspaces.of('us'), workspaces.of('eu')]) {
      for (const secret of [token, principal.clientSecret]) {
        expect(`${error.stack} ${error.cause}`).not.toContain(secret)
      }
    }
    return error
  }

  beforeAll(async () => {
    workspaces = await startWorkspaces(['us', 'eu'])
    distrust = trust(workspaces.authority)
    for (const [name, value] of Object.entries(workspaces.network)) vi.stubEnv(name, value)
    us = await open('us')
  }, START_MS)
  beforeEach(async () => {
    lines.length = 0
    await us.query('drop schema if exists us_prod.probe cascade')
    await us.query('create schema us_prod.probe')
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await workspaces.misbehave('us')
  })
  afterAll(async () => {
    for (const warehouse of opened) await warehouse.close()
    vi.unstubAllEnvs()
    distrust()
    workspaces?.stop()
  })

  describe('a statement', () => {
    test('gives cells that are null, true, numbers and texts', async () => {
      const sql = `select 1 as i, 1.5 as d, true as b, null as n, date'2024-02-29' as day, 9007199254740993 as big,
        timestamp'2024-02-29 12:00:00' as time, array(1, 2) as a, named_struct('x', 1) as s, 0.5e0 as f, '' as t`
      expect(await us.query(sql)).toEqual([
        {
          i: 1,
          d: '1.5',
          b: true,
          n: null,
          day: '2024-02-29',
          big: expect.anything(),
          time: '2024-02-29 12:00:00',
          a: '[1,2]',
          s: '{"x":1}',
          f: 0.5,
          t: '',
        },
      ])
    })

    test('takes parameters, whatever they hold', async () => {
      const text = `it's \\ a -- "name" :id \n/* {{ x }} */ ; drop table t ${'é'.normalize('NFD')}`
      const sql = 'select :id + 1 as id, :text as text, :yes as yes, :no as no'
      expect(await us.query(sql, { id: 41, text, yes: true, no: null })).toEqual([
        { id: 42, text, yes: true, no: null },
      ])
    })

    test('without rows gives none, and has been run when it ends', async () => {
      expect(await us.query('create table us_prod.probe.t (id bigint)')).toEqual([])
      await us.query('insert into us_prod.probe.t values (:id)', { id: 3_000_000_000 })
      expect(await us.query('select id from us_prod.probe.t where id < 0')).toEqual([])
      expect(await us.query('select id from us_prod.probe.t')).toEqual([{ id: 3_000_000_000 }])
    })

    test('runs beside others', async () => {
      const ids = Array.from({ length: 8 }, (_, id) => id)
      const rows = await Promise.all(ids.map((id) => us.query('select :id as id', { id })))
      expect(rows.flat()).toEqual(ids.map((id) => ({ id })))
    })

    test.each([
      ['select * from us_prod.probe.nothing', 'TABLE_OR_VIEW_NOT_FOUND', '`us_prod`.`probe`.`nothing`'],
      ['select nothing from (select 1 as something)', 'UNRESOLVED_COLUMN.WITH_SUGGESTION', '`something`'],
      ["select cast('jo@example.com' as int)", 'CAST_INVALID_INPUT', 'a value in the data cannot be used'],
      ["select raise_error('jo@example.com')", 'USER_RAISED_EXCEPTION', 'the SQL itself raised an error'],
      ["selec 'jo@example.com'", 'PARSE_SYNTAX_ERROR', 'a syntax error in line 1'],
    ])('that fails is told without data: %s', async (sql, condition, words) => {
      const error = await failure(us.query(sql))
      expect(error).toBeInstanceOf(WarehouseError)
      expect(error).toMatchObject({ condition })
      expect(error.message).toContain(words)
      expect(error.message).not.toContain('jo@example.com')
    })
  })

  describe("a relation's columns", () => {
    const relation = (identifier: string, database: string | null = 'us_prod', schema = 'probe') => ({
      database,
      schema,
      identifier,
    })

    test('are there in order, before the sections on partitions', async () => {
      await us.query(
        'create table us_prod.probe.sales (id bigint comment "#", amount decimal(10, 2), s struct<x: int, y: array<string>>, day date) using delta partitioned by (day)',
      )
      expect(await us.columns(relation('sales'))).toEqual([
        { name: 'id', data_type: 'bigint' },
        { name: 'amount', data_type: 'decimal(10,2)' },
        { name: 's', data_type: 'struct<x:int,y:array<string>>' },
        { name: 'day', data_type: 'date' },
      ])
      await us.query('create view us_prod.probe.v as select id from us_prod.probe.sales')
      expect(await us.columns(relation('v', null))).toEqual([{ name: 'id', data_type: 'bigint' }])
    })

    test.each([
      ['relation', relation('nothing')],
      ['schema', relation('nothing', 'us_prod', 'nowhere')],
      ['catalog', relation('nothing', 'eu_prod')],
    ])('are null where there is no such %s', async (_, place) => {
      expect(await us.columns(place)).toBeNull()
    })

    test('are an error where a permission is missing', async () => {
      const message =
        "[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\nUser does not have USE SCHEMA on Schema 'us_prod.probe'. SQLSTATE: 42501"
      await workspaces.misbehave('us', { kind: 'fail', statement: 'describe table', message })
      expect((await failure(us.columns(relation('t')))).message).toBe(
        "User does not have USE SCHEMA on Schema 'us_prod.probe' (INSUFFICIENT_PERMISSIONS); grant it to the service principal or user of the deploy",
      )
    })
  })

  describe('is reached', () => {
    test('without a proxy, by an address with a port', async () => {
      const direct = await open('us', { host: `127.0.0.1:${workspaces.of('us').port}` })
      expect(await direct.query('select current_catalog() as c')).toEqual([{ c: 'us_prod' }])
    })

    test('by a service principal', async () => {
      const { principal } = workspaces.of('eu')
      const warehouse = await open('eu', { auth: { kind: 'oauth-m2m', ...principal } })
      expect(await warehouse.query('select current_catalog() as c')).toEqual([{ c: 'eu_prod' }])
      expect((await workspaces.record('eu')).statements.at(-1)?.client).toMatch(
        /NodejsDatabricksSqlConnector.*dbt-regions/,
      )
    })

    test.each<[string, () => Partial<Connection>, RegExp]>([
      [
        "another region's token",
        () => ({ auth: { kind: 'token', token: workspaces.of('eu').token } }),
        /^the workspace acme-us\.cloud\.databricks\.com refuses the credentials: .* renew them/,
      ],
      [
        'a wrong secret',
        () => ({ auth: { kind: 'oauth-m2m', clientId: 'principal-of-us', clientSecret: 'wrong' } }),
        /^the workspace acme-us\.cloud\.databricks\.com refuses the credentials: .* renew them/,
      ],
      [
        'a path of no warehouse',
        () => ({ httpPath: '/sql/1.0/warehouses/nothing' }),
        /has no SQL warehouse at \/sql\/1\.0\/warehouses\/nothing \(HTTP 404\); check http_path/,
      ],
      [
        'a catalog that is not there',
        () => ({ catalog: 'eu_prod' }),
        /opens no session: Catalog 'eu_prod' was not found \(NO_SUCH_CATALOG_EXCEPTION\); check `catalog`/,
      ],
      [
        'a host that the proxy refuses',
        () => ({ host: 'elsewhere.cloud.databricks.com' }),
        /^the proxy 127\.0\.0\.1:\d+ refuses the connection to elsewhere\.cloud\.databricks\.com \(HTTP 403\)/,
      ],
      [
        "Microsoft's service principal where there is no tenant",
        () => ({ auth: { kind: 'azure-m2m', clientId: 'x', clientSecret: 'y', tenantId: null } }),
        /^the Microsoft Entra tenant of acme-us\.cloud\.databricks\.com cannot be found; set .* ARM_TENANT_ID/,
      ],
      [
        'OAuth where the driver has none',
        () => ({
          host: `127.0.0.1:${workspaces.of('us').port}`,
          auth: { kind: 'oauth-m2m', clientId: 'x', clientSecret: 'y' },
        }),
        /^the driver knows no OAuth for the host 127\.0\.0\.1:\d+; use a token/,
      ],
    ])('not with %s', async (_, other, message) => {
      const error = await failure(open('us', other()))
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error.message).toMatch(message)
      expect(lines).toEqual([])
    })

    test('not with a certificate that nobody trusts', async () => {
      distrust()
      const error = await failure(open('us'))
      distrust = trust(workspaces.authority)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error.message).toMatch(/certificate of acme-us.* is not trusted \([A-Z_]+\); set NODE_EXTRA_CA_CERTS/)
    })

    test('not where nothing listens, which is an outage', async () => {
      const error = await failure(open('us', { host: '127.0.0.1:9' }))
      expect(error).toBeInstanceOf(WarehouseError)
      expect(error.message).toMatch(/^no connection to the workspace 127\.0\.0\.1:9 is possible \(ECONNREFUSED\)/)
    })
  })

  describe('that is starting', () => {
    test('is waited for, which is said once', async () => {
      await workspaces.misbehave('us', { kind: 'starting', times: 3, retryAfterSeconds: 0 })
      const warehouse = await open('us')
      expect(lines).toEqual(['the SQL warehouse is starting; waiting'])
      expect(await warehouse.query('select 1 as one')).toEqual([{ one: 1 }])
    })

    test('again later does not make a statement run twice', async () => {
      await us.query('create table us_prod.probe.t (id int)')
      await workspaces.misbehave('us', { kind: 'starting', times: 2, retryAfterSeconds: 0 })
      await us.query('insert into us_prod.probe.t values (1)')
      expect(await us.query('select id from us_prod.probe.t')).toEqual([{ id: 1 }])
      expect(lines).toEqual(['the SQL warehouse is starting; waiting'])
    })

    test('is no longer waited for when the run is cancelled', async () => {
      await workspaces.misbehave('us', { kind: 'starting', retryAfterSeconds: 60 })
      const cancel = new AbortController()
      const opening = failure(open('us', {}, cancel.signal))
      await vi.waitFor(() => expect(lines).toHaveLength(1))
      cancel.abort()
      expect(await opening).toMatchObject({ condition: 'OPERATION_CANCELED' })
    })
  })

  describe('whose connection breaks', () => {
    test.each(['before', 'after'] as const)('%s a statement that reads, is asked again', async (when) => {
      await workspaces.misbehave('us', { kind: 'drop', statement: '^select 7', when, times: 1 })
      expect(await us.query('select 7 as seven')).toEqual([{ seven: 7 }])
    })

    test.each([
      ['before', 0],
      ['after', 1],
    ] as const)('%s a statement that writes, is not asked again', async (when, rows) => {
      await us.query('create table us_prod.probe.t (id int)')
      await workspaces.misbehave('us', { kind: 'drop', statement: '^insert', when, times: 1 })
      const error = await failure(us.query('insert into us_prod.probe.t values (1)'))
      expect(error).toBeInstanceOf(WarehouseError)
      expect(error.message).toContain('whether the statement has run is not known')
      expect(await us.query('select count(*) as n from us_prod.probe.t')).toEqual([{ n: rows }])
    })

    test('while it is idle, is looked at before a statement that writes', async () => {
      await us.query('create table us_prod.probe.t (id int)')
      await workspaces.misbehave('us', { kind: 'drop', statement: '^select 1$', when: 'before', times: 1 })
      vi.spyOn(Date, 'now').mockReturnValueOnce(Date.now() + 60_000)
      await us.query('insert into us_prod.probe.t values (1)')
      expect(await us.query('select id from us_prod.probe.t')).toEqual([{ id: 1 }])
      const { statements } = await workspaces.record('us')
      expect(statements.at(-3)?.sql).toBe('select 1')
    })

    test('or whose session is gone, is given a new one', async () => {
      const message = '[INVALID_HANDLE.SESSION_NOT_FOUND] The handle is invalid. Session not found. SQLSTATE: HY000'
      await workspaces.misbehave('us', { kind: 'fail', statement: '^select 8', message, times: 1 })
      const both = [us.query('select 8 as eight'), us.query('select 9 as nine')]
      expect((await Promise.all(both)).flat()).toEqual([{ eight: 8 }, { nine: 9 }])
    })

    test('and whose token has expired, says so, and works with a valid one', async () => {
      await workspaces.misbehave('us', { kind: 'refuse-token', times: 1 })
      expect(await failure(us.query('select 1'))).toBeInstanceOf(ConfigurationError)
      expect(await us.query('select 1 as one')).toEqual([{ one: 1 }])
    })
  })

  test('ends what is running when the run is cancelled', async () => {
    const cancel = new AbortController()
    const warehouse = await open('us', {}, cancel.signal)
    // Until it is cancelled it takes all of the stand-in's cores, so that nothing else is run.
    const endless = 'select sum(id % 7) as s from range(0, 1000000000000000, 1, 4)'
    const running = failure(warehouse.query(endless))
    const asked = async () => (await workspaces.record('us')).statements.map(({ sql }) => sql)
    await vi.waitFor(async () => expect(await asked()).toContain(endless), { timeout: 60_000, interval: 250 })
    cancel.abort()
    expect(await running).toMatchObject({ condition: 'OPERATION_CANCELED' })
    expect(await failure(warehouse.query('select 1'))).toMatchObject({ condition: 'OPERATION_CANCELED' })
    expect(await us.query('select count(distinct id % 3) as n from range(0, 100)')).toEqual([{ n: 3 }])
    await warehouse.close()
  })
})
