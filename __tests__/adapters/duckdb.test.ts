import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Warehouse, WarehouseError } from '../../src/run/warehouse.ts'
import { embedded } from './embedded.ts'

let folder: string
let warehouse: Warehouse

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-'))
  warehouse = await embedded(['us_prod'])
  await warehouse.query('create schema us_prod.s')
})
afterAll(async () => {
  await warehouse.close()
  await rm(folder, { recursive: true })
})

/** A program for another process, in a folder from which the packages are found. */
async function bundled(contents: string): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const outfile = join(root, '.dbt-regions', 'tests', `program-${process.pid}.mjs`)
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' } as const
  await build({ ...options, stdin: { contents, resolveDir: root }, outfile })
  return outfile
}

const everyType = `create table us_prod.s.every (
  a bigint, b decimal(18, 2), c string, d date, e timestamp, f array<string>, g struct<x:int,y:array<date>>,
  h boolean, i double, j map<string,int>, k binary, l smallint)`

describe('columns', () => {
  test('are told in order, with the types of Databricks', async () => {
    await warehouse.query(everyType)
    const columns = await warehouse.columns({ database: 'us_prod', schema: 's', identifier: 'every' })
    expect(columns?.map((it) => `${it.name} ${it.data_type}`)).toEqual([
      'a bigint',
      'b decimal(18,2)',
      'c string',
      'd date',
      'e timestamp',
      'f array<string>',
      'g struct<x:int,y:array<date>>',
      'h boolean',
      'i double',
      'j map<string,int>',
      'k binary',
      'l smallint',
    ])
  })

  test('are found whatever the case of the name', async () => {
    await warehouse.query('create view us_prod.s.One as select 1 as A')
    const columns = await warehouse.columns({ database: 'US_PROD', schema: 'S', identifier: 'one' })
    expect(columns).toEqual([{ name: 'A', data_type: 'int' }])
  })

  test.each(['us_prod', 'nowhere', null])('of nothing in %s are null', async (database) => {
    expect(await warehouse.columns({ database, schema: 's', identifier: 'nothing' })).toBeNull()
  })

  test('of a name without a catalog are those of the default catalog', async () => {
    await warehouse.query('create schema plain')
    await warehouse.query('create table plain.t as select cast(1 as bigint) as a')
    expect(await warehouse.columns({ database: null, schema: 'plain', identifier: 't' })).toHaveLength(1)
    expect(await warehouse.query('select a from plain.t')).toEqual([{ a: 1 }])
  })
})

describe('an error', () => {
  test.each([
    [
      'of the SQL comes with what DuckDB says',
      'select nope from us_prod.s.every',
      /Referenced column "nope" not found.*LINE 1/s,
    ],
    [
      'about a value does not hold the value',
      "select cast('ann@example.com' as int)",
      /^Conversion Error: Could not convert string '…' to INT32$/,
    ],
    [
      'about a constraint does not hold the value',
      'insert into us_prod.s.k values (424242)',
      /^Constraint Error: Duplicate key "id: …"/,
    ],
  ])('%s', async (_, sql, message) => {
    await warehouse.query('create table if not exists us_prod.s.k (id int primary key)')
    await warehouse.query(
      'merge into us_prod.s.k as d using (select 424242 as id) as s on d.id = s.id when not matched then insert (id) values (s.id)',
    )
    const error = await warehouse.query(sql).catch((it: unknown) => it)
    expect(error).toBeInstanceOf(WarehouseError)
    expect(String((error as WarehouseError).message)).toMatch(message)
  })
})

describe('neither disk nor network', () => {
  test.each([
    'install icu',
    "copy us_prod.s.every to 'out.csv'",
    "attach 'other.db' as other",
    'set autoinstall_known_extensions = true',
    'pragma database_list',
    "select * from read_csv('/etc/hostname')",
    "select * from 'package.json'",
    "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "select * from read_parquet('x.parquet')",
    "select json('{}')",
  ])('%s', async (sql) => {
    await expect(warehouse.query(sql)).rejects.toThrow(WarehouseError)
  })
})

test('a file that is on disk has no text', async () => {
  expect(await warehouse.query("select * from read_text('package.json')")).toEqual([])
})

describe('state', () => {
  test('comes back whole: every type, empty texts, NULLs, views upon views', async () => {
    const file = join(folder, 'deep', 'state.json')
    const before = await embedded(['us_prod'], file)
    for (const sql of [
      'create schema us_prod.s',
      everyType,
      `insert into us_prod.s.every (a, b, c, d, e, f, g, h, i, j) values
        (1, -0.05, '', date '2024-01-02', timestamp '2024-01-02 03:04:05.123456', array('a', null), named_struct('x', 1, 'y', array(date '2024-01-02')), true, 0.1, map('a', 1))`,
      `insert into us_prod.s.every (c, h) values ('\\\\N', false), ('a"b\\nc,d''e', null), ('😀', null)`,
      'create view us_prod.s.below as select a, c from us_prod.s.every',
      'create view us_prod.s.above as select a from us_prod.s.below',
      'create or replace view us_prod.s.below as select a, c, 1 as one from us_prod.s.every',
      'create schema empty',
    ]) {
      await before.query(sql)
    }
    const rows = await before.query('select * from us_prod.s.every')
    await before.close()
    const after = await embedded(['us_prod'], file)
    expect(await after.query('select * from us_prod.s.every')).toEqual(rows)
    expect(await after.query('select * from us_prod.s.above')).toHaveLength(4)
    await after.query('create table empty.t as select 1 as a')
    await after.query('update us_prod.s.every set a = 2 where a = 1')
    await after.close()
    const last = await embedded(['us_prod'], file)
    expect(await last.query('select max(a) as a from us_prod.s.every')).toEqual([{ a: 2 }])
    await last.close()
    expect(await readdir(join(folder, 'deep'))).toEqual(['state.json'])
  })

  test('is what the last statement left, when the process is killed', async () => {
    const file = join(folder, 'killed.json')
    const script = await bundled(`
      import { openDuckdb } from './src/adapters/duckdb.ts'
      const warehouse = await openDuckdb({
        translate: (sql) => ({ sql, parameters: [] }),
        setup: [],
        catalogs: ['us_prod'],
        stateFile: ${JSON.stringify(file)},
      })
      await warehouse.query('create schema us_prod.s')
      await warehouse.query('create table us_prod.s.t as select 1 as a')
      process.kill(process.pid, 'SIGKILL')`)
    const killed = spawnSync(process.execPath, [script])
    expect(killed.signal).toBe('SIGKILL')
    const after = await embedded(['us_prod'], file)
    expect(await after.query('select * from us_prod.s.t')).toEqual([{ a: 1 }])
    await after.close()
  })

  test.each(['{"version": 2}', '{damaged', 'null'])('of another version or damaged is refused: %s', async (text) => {
    const file = join(folder, 'newer.json')
    await writeFile(file, text)
    await expect(embedded(['us_prod'], file)).rejects.toThrow(
      `${file} is damaged, or of another version of dbt-regions: delete it`,
    )
  })

  test('is not written by a statement that only reads', async () => {
    const file = join(folder, 'read.json')
    const reader = await embedded(['us_prod'], file)
    await reader.query('select 1')
    await reader.close()
    await expect(readFile(file)).rejects.toThrow('ENOENT')
  })
})
