import type { Json, Seed } from '../dbt/manifest.ts'
import type { ProjectFiles } from '../dbt/project.ts'
import { BuildError } from './build-error.ts'
import { kindOfRelation, quotedRelation, relationOf } from './relation.ts'
import { type CsvRows, createTable, parseCsv, type TypedColumn } from './rows.ts'
import type { Warehouse } from './warehouse.ts'

/** Puts a seed's CSV into its table and says how many rows it has. Throws a `BuildError` or the warehouse's error. */
export async function loadSeed(warehouse: Warehouse, files: ProjectFiles, seed: Seed): Promise<string> {
  const text = files.get(seed.original_file_path)
  if (text === undefined) throw new BuildError(`${seed.original_file_path} is not among the project's files`)
  const rows = readCsv(text, seed)
  const place = relationOf(seed)
  if ((await kindOfRelation(warehouse, place)) === 'view') {
    await warehouse.query(`drop view if exists ${quotedRelation(place)}`)
  }
  await createTable(warehouse, place, typedColumns(rows, seed.config.column_types), rows)
  return `${rows.rows.length} rows loaded`
}

function readCsv(text: string, seed: Seed): CsvRows {
  try {
    return parseCsv(text, typeof seed.config.delimiter === 'string' ? seed.config.delimiter : ',')
  } catch (error) {
    throw new BuildError(`${seed.original_file_path} is not CSV: ${error instanceof Error ? error.message : error}`)
  }
}

/** Types as dbt-databricks gives them: https://docs.getdbt.com/reference/resource-configs/column_types */
function typedColumns({ columns, rows }: CsvRows, types: Json | undefined): TypedColumn[] {
  const given = new Map(Object.entries(typeof types === 'object' && types !== null ? types : {}))
  return columns.map((name, index) => {
    const type = given.get(name)
    return { name, data_type: typeof type === 'string' ? type : guessed(rows.map((row) => row[index] ?? null)) }
  })
}

const guesses: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['boolean', /^(true|false)$/i],
  ['bigint', /^[+-]?\d{1,18}$/],
  ['double', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i],
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['timestamp', /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/],
]

function guessed(cells: readonly (string | null)[]): string {
  const filled = cells.filter((it): it is string => it !== null)
  if (filled.length === 0) return 'string'
  return guesses.find(([, pattern]) => filled.every((it) => pattern.test(it)))?.[0] ?? 'string'
}
