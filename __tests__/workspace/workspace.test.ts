import { DBSQLClient } from '@databricks/sql'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { command } from '../tools/command.ts'
import { describeWith } from '../tools/optional.ts'
import { type Connection, connect } from './driver.ts'
import { startWorkspaces, type Workspaces } from './workspaces.ts'

// A machine that does other things too.
vi.setConfig({ testTimeout: 120_000 })

/** Another test file may have the workspaces first. */
const START_MS = 30 * 60_000

describeWith('java', 'the stand-in workspaces', () => {
  let workspaces: Workspaces<'us' | 'eu'>
  let us: Connection
  let eu: Connection
  beforeAll(async () => {
    workspaces = await startWorkspaces(['us', 'eu'])
    us = await connect(workspaces, 'us')
    eu = await connect(workspaces, 'eu')
  }, START_MS)
  afterAll(async () => {
    await us?.close()
    await eu?.close()
    workspaces?.stop()
  })

  describe('a statement', () => {
    test('gives typed values, dates and timestamps as text', async () => {
      const sql = `select 1 as i, 1.50 as d, true as b, null as n, date'2024-02-29' as day,
        timestamp'2024-02-29 12:00:00' as time, array(1, 2) as a, current_catalog() as c`
      const row = {
        i: 1,
        d: 1.5,
        b: true,
        n: null,
        day: '2024-02-29',
        time: '2024-02-29 12:00:00',
        a: [1, 2],
        c: 'us_prod',
      }
      expect(await us.query(sql)).toEqual([row])
    })

    test('takes parameters, whatever they hold', async () => {
      const hostile = `it's \\ a -- "name" :id`
      expect(await us.query('select :id + 1 as id, :name as name', { id: 41, name: hostile })).toEqual([
        { id: 42, name: hostile },
      ])
    })

    test('says what Spark found wrong, in the words of Databricks', async () => {
      const missing = us.query('select * from us_prod.gold.nothing')
      await expect(missing).rejects.toThrow(/^\[TABLE_OR_VIEW_NOT_FOUND\] .*`us_prod`\.`gold`\.`nothing`/)
    })
  })

  describe('a region', () => {
    test('keeps its tables to itself', async () => {
      await us.query('create schema us_prod.walls')
      await us.query('create table us_prod.walls.t as select 1 as id')
      expect(await us.query('select id from us_prod.walls.t')).toEqual([{ id: 1 }])
      await expect(eu.query('select * from eu_prod.walls.t')).rejects.toThrow('TABLE_OR_VIEW_NOT_FOUND')
      await expect(eu.query('select * from us_prod.walls.t')).rejects.toThrow("Catalog 'us_prod' was not found")
      await expect(connect(workspaces, 'eu', { catalog: 'us_prod' })).rejects.toThrow("Catalog 'us_prod' was not found")
    })

    test("refuses the other's token", async () => {
      const { token } = workspaces.of('us')
      await expect(connect(workspaces, 'eu', { token })).rejects.toMatchObject({ statusCode: 403 })
      expect((await workspaces.record('eu')).refusedPaths).toContain('/sql/1.0/warehouses/eu')
    })

    test('is reached by host name and machine-to-machine OAuth through the proxy, and nothing else is', async () => {
      const { host, httpPath, principal } = workspaces.of('eu')
      const script = `
        const { DBSQLClient } = require('@databricks/sql')
        const [host, path, port, oauthClientId, oauthClientSecret] = process.argv.slice(1)
        const client = new DBSQLClient({ logger: { log() {} } })
        const options = { authType: 'databricks-oauth', oauthClientId, oauthClientSecret, telemetryEnabled: false }
        const proxy = { protocol: 'http', host: '127.0.0.1', port: Number(port) }
        client.connect({ host, path, proxy, retryMaxAttempts: 1, ...options })
          .then(() => client.openSession({ initialCatalog: 'eu_prod' }))
          .then((session) => session.executeStatement('select current_catalog() as c'))
          .then((operation) => operation.fetchAll())
          .then((rows) => { console.log(JSON.stringify(rows)); process.exit(0) })
          .catch((error) => { console.log(error.message); process.exit(0) })`
      const run = async (to: string, secret: string) => {
        const where = [to, httpPath, String(workspaces.proxyPort), principal.clientId, secret]
        return (await command(process.execPath, ['-e', script, ...where], { env: workspaces.network })).trim()
      }
      expect(await run(host, principal.clientSecret)).toBe('[{"c":"eu_prod"}]')
      expect(await run(host, 'wrong')).toMatch(/invalid_client|authentication failed/i)
      await run('elsewhere.cloud.databricks.com', principal.clientSecret)
      expect((await workspaces.record('eu')).refusedHosts).toEqual(['elsewhere.cloud.databricks.com:443'])
    })
  })

  describe('Unity Catalog', () => {
    const ask = async (what: string) => await us.query(`select ${what} order by all`)
    beforeEach(async () => {
      await us.query('drop schema if exists us_prod.unity cascade')
      await us.query('create schema us_prod.unity')
      await us.query(`create table us_prod.unity.t as select 1 as id, 'x' as name`)
    })

    test('keeps tags of tables and columns until they are unset or their column goes', async () => {
      await us.query(`alter table us_prod.unity.t set tags ('region' = 'us', 'gdpr' = 'personal_data')`)
      await us.query(`alter table us_prod.unity.t alter column id set tags ('class' = 'pseudonym')`)
      await us.query(`alter table us_prod.unity.t alter column name set tags ('class' = 'direct_identifier')`)
      await us.query(`alter table us_prod.unity.t unset tags ('region')`)
      const tables = `tag_name, tag_value from system.information_schema.table_tags where table_name = 't'`
      expect(await ask(tables)).toEqual([{ tag_name: 'gdpr', tag_value: 'personal_data' }])
      await us.query('create or replace table us_prod.unity.t as select 2 as id')
      const columns = `column_name, tag_value from us_prod.information_schema.column_tags where schema_name = 'unity'`
      expect(await ask(columns)).toEqual([{ column_name: 'id', tag_value: 'pseudonym' }])
      await us.query('alter table us_prod.unity.t rename to us_prod.unity.u')
      expect((await workspaces.record('us')).tags).toEqual({
        'unity.u': { gdpr: 'personal_data' },
        'unity.u.id': { class: 'pseudonym' },
      })
      await us.query('drop table us_prod.unity.u')
      expect((await workspaces.record('us')).tags).toEqual({})
    })

    test.each([
      ['a table', `alter table us_prod.unity.nothing set tags ('a' = 'b')`, 'TABLE_OR_VIEW_NOT_FOUND'],
      ['a column', `alter table us_prod.unity.t alter column nothing set tags ('a' = 'b')`, 'UNRESOLVED_COLUMN'],
    ])('refuses a tag on %s that is not there', async (_, sql, error) => {
      await expect(us.query(sql)).rejects.toThrow(error)
      expect((await workspaces.record('us')).tags).toEqual({})
    })

    test('enforces NOT NULL and checks, and keeps keys to inform', async () => {
      const table = 'us_prod.unity.t'
      await expect(us.query(`alter table ${table} add constraint pk primary key (id)`)).rejects.toThrow('nullable')
      await us.query(`alter table ${table} alter column id set not null`)
      await us.query(`alter table ${table} add constraint pk primary key (id)`)
      await us.query(`alter table ${table} add constraint positive check (id > 0)`)
      await expect(us.query(`insert into ${table} values (null, 'y')`)).rejects.toThrow('id IS NOT NULL')
      await expect(us.query(`insert into ${table} values (0, 'y')`)).rejects.toThrow('positive')
      const columns = `column_name, is_nullable from us_prod.information_schema.columns where table_schema = 'unity'`
      const nullable = { id: 'NO', name: 'YES' }
      expect(await ask(columns)).toEqual(
        Object.entries(nullable).map(([column_name, is_nullable]) => ({ column_name, is_nullable })),
      )
      const keys = `constraint_name, constraint_type from us_prod.information_schema.table_constraints`
      expect(await ask(keys)).toEqual([{ constraint_name: 'pk', constraint_type: 'PRIMARY KEY' }])
      const properties = (await us.query(`show tblproperties ${table}`)).map((row) => Object.values(row)[0])
      expect(properties).toContain('delta.constraints.positive')
      expect(properties.filter((key) => key.includes('not_null'))).toEqual([])
      await us.query(`create or replace table ${table} as select cast(null as int) as id`)
      expect(await ask(keys)).toEqual([])
      await us.query(`create or replace table ${table} (id int not null)`)
      await us.query(`alter table ${table} alter column id drop not null`)
      await us.query(`insert into ${table} values (null)`)
    })

    test('shows a view as it was written', async () => {
      await us.query('create view us_prod.unity.v as select id from us_prod.unity.t')
      const views = `view_definition from us_prod.information_schema.views where table_name = 'v'`
      expect(await ask(views)).toEqual([{ view_definition: 'select id from us_prod.unity.t' }])
    })
  })

  describe('told to misbehave', () => {
    test('refuses the token, as one that has expired', async () => {
      await workspaces.misbehave('us', { kind: 'refuse-token', times: 1 })
      await expect(connect(workspaces, 'us')).rejects.toMatchObject({ statusCode: 403 })
      await (await connect(workspaces, 'us')).close()
    })

    test('answers as a warehouse that is starting, then is there', async () => {
      await workspaces.misbehave('us', { kind: 'starting', times: 1 })
      await expect(us.query('select 1')).rejects.toMatchObject({ statusCode: 503 })
      expect(await us.query('select 1 as one')).toEqual([{ one: 1 }])
    })

    test('fails a statement with the message of a real one', async () => {
      const message = '[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have SELECT on Table gold.t.'
      await workspaces.misbehave('us', { kind: 'fail', statement: 'from us_prod.gold', message })
      await expect(us.query('select * from us_prod.gold.t')).rejects.toThrow(message)
      expect(await us.query('select 1 as one')).toEqual([{ one: 1 }])
      const { statements } = await workspaces.record('us')
      expect(statements.find(({ sql }) => sql.includes('gold.t'))?.error).toContain('INSUFFICIENT_PERMISSIONS')
    })

    test.each([
      ['before', 0],
      ['after', 1],
    ] as const)('breaks the connection %s the statement ran', async (when, tables) => {
      await us.query('drop schema if exists us_prod.broken cascade')
      await us.query('create schema us_prod.broken')
      await workspaces.misbehave('us', { kind: 'drop', statement: '^create table us_prod.broken', when, times: 1 })
      await expect(us.query('create table us_prod.broken.t as select 1 as id')).rejects.toThrow()
      const count = `select count(*) as n from us_prod.information_schema.tables where table_schema = 'broken'`
      expect(await us.query(count)).toEqual([{ n: tables }])
    })

    test('keeps a statement waiting', async () => {
      await workspaces.misbehave('us', { kind: 'delay', statement: '^select 2', milliseconds: 300 })
      const start = Date.now()
      await us.query('select 2')
      expect(Date.now() - start).toBeGreaterThanOrEqual(300)
      expect((await workspaces.record('us')).delayed).toEqual(['select 2'])
    })
  })

  test('reset leaves nothing of what was there', async () => {
    await workspaces.misbehave('eu', { kind: 'refuse-token' })
    await workspaces.reset('eu')
    const connection = await connect(workspaces, 'eu')
    await connection.query('create schema eu_prod.left_over')
    await connection.query('create table eu_prod.left_over.t as select 1 as id')
    await connection.close()
    await workspaces.reset('eu')
    expect(await workspaces.record('eu')).toMatchObject({ statements: [], tags: {} })
    expect(await eu.query('select * from eu_prod.information_schema.tables')).toEqual([])
  })

  test('an untrusted certificate is refused', async () => {
    const { port, httpPath: path, token } = workspaces.of('us')
    const client = new DBSQLClient({ logger: { log: () => undefined } })
    await client.connect({ host: '127.0.0.1', port, path, token, telemetryEnabled: false })
    await expect(client.openSession()).rejects.toThrow(/certificate/)
  })
})
