import type { Rows } from './hive.ts'
import { literal, replaceCode } from './sql-text.ts'
import type { UnityCatalog } from './unity-catalog.ts'

type Row = readonly (string | null)[]

export interface Listed {
  readonly schema: string
  readonly table: string
  readonly isView: boolean
}

/** What the relations are made from. `query` runs a statement in the client's session. */
export interface CatalogSource {
  readonly catalog: string
  readonly unity: UnityCatalog
  readonly query: (sql: string) => Promise<Rows>
  readonly tables: () => Promise<readonly Listed[]>
}

interface Relation {
  readonly columns: string
  readonly rows: (source: CatalogSource) => Promise<Row[]> | Row[]
}

/** https://docs.databricks.com/en/sql/language-manual/sql-ref-information-schema.html, the relations that dbt and we ask. */
const relations: Readonly<Record<string, Relation>> = {
  schemata: {
    columns: 'catalog_name schema_name schema_owner',
    rows: async (source) => (await schemas(source)).map((schema) => [source.catalog, schema, 'owner']),
  },
  tables: {
    columns: 'table_catalog table_schema table_name table_type data_source_format table_owner comment last_altered',
    rows: async (source) =>
      (await source.tables()).map(({ schema, table, isView }) => {
        const kind = isView ? ['VIEW', 'UNKNOWN_DATA_SOURCE_FORMAT'] : ['MANAGED', 'DELTA']
        return [source.catalog, schema, table, ...kind, 'owner', null, new Date().toISOString()]
      }),
  },
  views: {
    columns: 'table_catalog table_schema table_name view_definition',
    rows: async (source) => await viewRows(source),
  },
  columns: {
    columns:
      'table_catalog table_schema table_name column_name ordinal_position full_data_type data_type is_nullable comment',
    rows: async (source) => await columnRows(source),
  },
  table_tags: {
    columns: 'catalog_name schema_name table_name tag_name tag_value',
    rows: ({ catalog, unity }) =>
      unity.all().flatMap(({ place, tags }) => [...tags].map((tag) => [catalog, place.schema, place.table, ...tag])),
  },
  column_tags: {
    columns: 'catalog_name schema_name table_name column_name tag_name tag_value',
    rows: ({ catalog, unity }) =>
      unity
        .all()
        .flatMap(({ place, columnTags }) =>
          [...columnTags].flatMap(([column, tags]) =>
            [...tags].map((tag) => [catalog, place.schema, place.table, column, ...tag]),
          ),
        ),
  },
  table_constraints: {
    columns:
      'constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type',
    rows: (source) =>
      keys(source).map(({ id, place, key }) => [...id, ...place, key.references ? 'FOREIGN KEY' : 'PRIMARY KEY']),
  },
  key_column_usage: {
    columns:
      'constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position',
    rows: (source) =>
      keys(source).flatMap(({ id, place, key }) =>
        key.columns.map((column, index) => [...id, ...place, column, String(index + 1)]),
      ),
  },
  referential_constraints: {
    columns:
      'constraint_catalog constraint_schema constraint_name unique_constraint_catalog unique_constraint_schema unique_constraint_name',
    rows: (source) => referenceRows(source),
  },
  column_masks: {
    columns: 'table_catalog table_schema table_name column_name mask_name using_columns',
    rows: () => [],
  },
  row_filters: { columns: 'table_catalog table_schema table_name filter_name target_columns', rows: () => [] },
}

/** Writes the rows of every `information_schema` relation of this catalog (or of `system`) into the statement. */
export async function withInformationSchema(sql: string, source: CatalogSource): Promise<string> {
  const place = new RegExp(
    `(?:\`?(?:system|${source.catalog})\`?\\s*\\.\\s*)?(?<![\\w\`])\`?information_schema\`?\\s*\\.\\s*\`?(?<relation>\\w+)\`?`,
  )
  const inline = new Map<string, string>()
  const wanted = new Set<string>()
  replaceCode(sql, place, ({ found = '', relation = '' }) => {
    wanted.add(relation.toLowerCase())
    return found
  })
  for (const name of wanted) {
    const relation = relations[name]
    if (relation) inline.set(name, inlined(relation.columns.split(' '), await relation.rows(source)))
  }
  return replaceCode(sql, place, ({ found = '', relation = '' }) => inline.get(relation.toLowerCase()) ?? found)
}

const numeric = new Set(['ordinal_position'])

function inlined(columns: readonly string[], rows: readonly Row[]): string {
  const typed = columns.map((column) => {
    if (column === 'last_altered') return `CAST(${column} AS TIMESTAMP) ${column}`
    return numeric.has(column) ? `CAST(${column} AS INT) ${column}` : column
  })
  const values = rows.length > 0 ? rows : [columns.map(() => null)]
  const list = values.map((row) => `(${row.map(literal).join(', ')})`).join(', ')
  const none = rows.length > 0 ? '' : ' WHERE false'
  return `(SELECT ${typed.join(', ')} FROM VALUES ${list} AS kept(${columns.join(', ')})${none})`
}

async function schemas({ query }: CatalogSource): Promise<string[]> {
  return (await query('SHOW SCHEMAS')).rows.map(([schema]) => schema ?? '')
}

async function viewRows(source: CatalogSource): Promise<Row[]> {
  const rows: Row[] = []
  for (const { schema, table } of (await source.tables()).filter(({ isView }) => isView)) {
    const described = await source.query(`DESCRIBE TABLE EXTENDED \`${schema}\`.\`${table}\``)
    const text = described.rows.find(([name]) => name === 'View Text')?.[1] ?? ''
    rows.push([source.catalog, schema, table, text.replaceAll('spark_catalog', source.catalog)])
  }
  return rows
}

async function columnRows(source: CatalogSource): Promise<Row[]> {
  const rows: Row[] = []
  for (const { schema, table } of await source.tables()) {
    const { notNull } = source.unity.of({ schema, table })
    const columns = columnsOf(await source.query(`DESCRIBE TABLE \`${schema}\`.\`${table}\``))
    for (const [index, { name, type, comment }] of columns.entries()) {
      const kind = type.replace(/[(<].*$/, '').toUpperCase()
      const nullable = notNull.has(name.toLowerCase()) ? 'NO' : 'YES'
      rows.push([source.catalog, schema, table, name, String(index + 1), type, kind, nullable, comment])
    }
  }
  return rows
}

export interface DescribedColumn {
  readonly name: string
  readonly type: string
  readonly comment: string | null
}

/** The columns that `DESCRIBE TABLE` lists before the first empty or `#` line. */
export function columnsOf({ rows }: Rows): DescribedColumn[] {
  const end = rows.findIndex(([name]) => !name || name.startsWith('#'))
  return rows.slice(0, end < 0 ? rows.length : end).map(([name, type, comment]) => {
    return { name: name ?? '', type: type ?? '', comment: comment || null }
  })
}

function keys({ catalog, unity }: CatalogSource) {
  return unity.all().flatMap((kept) =>
    [...kept.keys.values()].map((key) => ({
      id: [catalog, kept.place.schema, key.name],
      place: [catalog, kept.place.schema, kept.place.table],
      key,
    })),
  )
}

function referenceRows(source: CatalogSource): Row[] {
  return keys(source).flatMap(({ id, key }) => {
    const [table = '', schema = ''] = (key.references?.table ?? '').split('.').reverse()
    const target = [...source.unity.of({ schema, table }).keys.values()].find((it) => !it.references)
    return key.references && target ? [[...id, source.catalog, schema, target.name]] : []
  })
}
