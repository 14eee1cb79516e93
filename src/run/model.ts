import type { Model } from '../dbt/manifest.ts'
import { BuildError } from './build-error.ts'
import { type CompileOptions, type Compiler, exactly } from './compiler.ts'
import { contractBroken } from './contract.ts'
import { incrementalStatements } from './incremental.ts'
import { kindOfRelation, quoted, quotedRelation, relationOf } from './relation.ts'
import type { TypedColumn } from './rows.ts'
import type { RelationName, Warehouse } from './warehouse.ts'

/**
 * Builds one model as dbt's materializations do, hooks included, and says what it did.
 * Throws a `BuildError` or the warehouse's error. https://docs.getdbt.com/docs/build/materializations
 */
export async function buildModel(
  warehouse: Warehouse,
  compiler: Compiler,
  model: Model,
  fullRefresh: boolean,
): Promise<string> {
  const { materialized } = model.config
  if (model.language !== 'sql')
    throw new BuildError('Python models are not run by this engine: deploy with the dbt engine')
  if (materialized === 'ephemeral') return 'ephemeral: nothing to build'
  if (materialized !== 'view' && materialized !== 'table' && materialized !== 'incremental') {
    throw new BuildError(
      `the materialization ${materialized} is not run by this engine, which knows table, view, incremental and ephemeral: deploy with the dbt engine`,
    )
  }
  const place = relationOf(model)
  const kind = await kindOfRelation(warehouse, place)
  const refresh = typeof model.config.full_refresh === 'boolean' ? model.config.full_refresh : fullRefresh
  const incremental = materialized === 'incremental' && kind === 'table' && !refresh
  const code = exactly(compiler.code(model.unique_id, { incremental }))
  await runHooks(warehouse, compiler, model, 'pre-hook', { incremental })
  const done = incremental
    ? await addRows(warehouse, model, place, code)
    : await replace(warehouse, model, place, kind, code)
  await runHooks(warehouse, compiler, model, 'post-hook', { incremental })
  return done
}

async function replace(
  warehouse: Warehouse,
  model: Model,
  place: RelationName,
  kind: 'table' | 'view' | null,
  code: string,
): Promise<string> {
  if (model.contract.enforced)
    await withColumns(warehouse, place, code, async (_, columns) => checkContract(model, columns))
  const wanted = model.config.materialized === 'view' ? 'view' : 'table'
  if (kind !== null && kind !== wanted) await warehouse.query(`drop ${kind} if exists ${quotedRelation(place)}`)
  await warehouse.query(`create or replace ${wanted} ${quotedRelation(place)} as ${code}`)
  if (wanted === 'table' && model.contract.enforced) await setNotNull(warehouse, model, place)
  return `created as a ${wanted}`
}

async function addRows(warehouse: Warehouse, model: Model, place: RelationName, code: string): Promise<string> {
  await withColumns(warehouse, place, code, async (source, incoming) => {
    if (model.contract.enforced) checkContract(model, incoming)
    const existing = (await warehouse.columns(place)) ?? []
    for (const sql of incrementalStatements(model, place, source, existing, incoming)) await warehouse.query(sql)
  })
  return 'new rows brought in'
}

/** Gives the code's columns, by means of a view that stands beside the model for as long as `use` runs. */
async function withColumns(
  warehouse: Warehouse,
  place: RelationName,
  code: string,
  use: (view: RelationName, columns: readonly TypedColumn[]) => Promise<void>,
): Promise<void> {
  const view = { ...place, identifier: `${place.identifier}__dbt_tmp` }
  await warehouse.query(`create or replace view ${quotedRelation(view)} as ${code}`)
  try {
    await use(view, (await warehouse.columns(view)) ?? [])
  } finally {
    await warehouse.query(`drop view if exists ${quotedRelation(view)}`)
  }
}

function checkContract(model: Model, columns: readonly TypedColumn[]): void {
  const broken = contractBroken(model, columns)
  if (broken !== null) throw new BuildError(broken)
}

async function setNotNull(warehouse: Warehouse, model: Model, place: RelationName): Promise<void> {
  for (const column of model.columns.values()) {
    if (!column.constraints.some((it) => it.type === 'not_null')) continue
    await warehouse.query(`alter table ${quotedRelation(place)} alter column ${quoted(column.name)} set not null`)
  }
}

async function runHooks(
  warehouse: Warehouse,
  compiler: Compiler,
  model: Model,
  when: 'pre-hook' | 'post-hook',
  options: CompileOptions,
): Promise<void> {
  const hooks = model.config[when] ?? []
  for (const hook of Array.isArray(hooks) ? hooks : [hooks]) {
    const template = typeof hook === 'object' && hook !== null && 'sql' in hook ? hook.sql : hook
    if (typeof template !== 'string') continue
    const sql = exactly(compiler.template(model.unique_id, template, options))
    if (sql !== '') await warehouse.query(sql)
  }
}
