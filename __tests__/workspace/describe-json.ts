import type { Rows } from './hive.ts'
import { columnsOf } from './information-schema.ts'
import { NOT_NULL_CHECK } from './unity-catalog.ts'

/** The answer of `DESCRIBE TABLE EXTENDED … AS JSON`, which Spark refuses for Delta tables, from its plain form. */
export function describedAsJson(described: Rows, place: { catalog: string; schema: string; table: string }): string {
  const columns = columnsOf(described).map(({ name, type, comment }) => ({
    name,
    type: typeOf(type),
    ...(comment !== null && { comment }),
    nullable: true,
  }))
  const details = new Map(described.rows.map(([name, value]) => [name, value ?? undefined]))
  return JSON.stringify({
    table_name: place.table,
    catalog_name: place.catalog,
    namespace: [place.schema],
    schema_name: place.schema,
    columns,
    type: details.get('Type'),
    provider: details.get('Provider'),
    owner: details.get('Owner'),
    location: details.get('Location'),
    comment: details.get('Comment'),
    view_text: details.get('View Text')?.replaceAll('spark_catalog', place.catalog),
    table_properties: propertiesOf(details.get('Table Properties') ?? '[]'),
  })
}

function typeOf(type: string): object {
  const decimal = /^decimal\((\d+),\s*(\d+)\)$/.exec(type)
  return decimal ? { name: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) } : { name: type }
}

function propertiesOf(list: string): Record<string, string> {
  const hidden = `delta.constraints.${NOT_NULL_CHECK}`
  const pairs = list.slice(1, -1).split(',')
  const shown = pairs.filter((pair) => pair !== '' && !pair.startsWith(hidden))
  return Object.fromEntries(
    shown.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
