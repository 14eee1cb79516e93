import type { Manifest, SourceDefinition } from '../dbt/manifest.ts'
import type { ProjectFiles } from '../dbt/project.ts'
import { quoted, relationOf } from './relation.ts'
import { createTable, insertRows, parseCsv, type TypedColumn } from './rows.ts'
import type { Warehouse } from './warehouse.ts'

/**
 * Makes the sources that are not there yet and that say what columns they have, with the rows of the project's sample files (`demo/<identifier>.csv`, none
 * where there is no such file) and the types of their YAML. Answers the unique_ids of those that it made.
 */
export async function createSampleSources(
  warehouse: Warehouse,
  manifest: Manifest,
  files: ProjectFiles,
): Promise<string[]> {
  const made: string[] = []
  for (const source of sorted(manifest)) {
    const place = relationOf(source)
    if ((await warehouse.columns(place)) !== null) continue
    const rows = parseCsv(files.get(`demo/${source.identifier}.csv`) ?? '')
    const columns = columnsOf(source, rows.columns)
    if (columns.length === 0) continue
    const schema = [...(place.database === null ? [] : [place.database]), place.schema].map(quoted).join('.')
    await warehouse.query(`create schema if not exists ${schema}`)
    await createTable(warehouse, place, columns, rows)
    made.push(source.unique_id)
  }
  return made
}

/** Appends what arrives later (`demo/later/<identifier>.csv`) to the sources; answers how many rows each got. */
export async function appendLaterRows(
  warehouse: Warehouse,
  manifest: Manifest,
  files: ProjectFiles,
): Promise<ReadonlyMap<string, number>> {
  const arrived = new Map<string, number>()
  for (const source of sorted(manifest)) {
    const text = files.get(`demo/later/${source.identifier}.csv`)
    if (text === undefined) continue
    const rows = parseCsv(text)
    await insertRows(warehouse, relationOf(source), columnsOf(source, rows.columns), rows)
    arrived.set(source.unique_id, rows.rows.length)
  }
  return arrived
}

function sorted(manifest: Manifest): SourceDefinition[] {
  return [...manifest.sources.values()].sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
}

/** The columns that the YAML describes, then those that only the file has. */
function columnsOf(source: SourceDefinition, names: readonly string[]): TypedColumn[] {
  const described = [...source.columns.values()].map((it) => ({ name: it.name, data_type: it.data_type ?? 'string' }))
  const others = names.filter((it) => !source.columns.has(it)).map((name) => ({ name, data_type: 'string' }))
  return [...described, ...others]
}
