import { type Data, type DataObject, isList, plain, textOr } from './data.ts'
import type { Json, JsonObject } from './manifest.ts'
import { objectOr } from './properties.ts'

/** A measure that a metric is made of, by its name or with more said of it. */
export function inputMeasure(data: Data | undefined): Json {
  if (data === undefined || data === null) return null
  const own = named(data)
  return {
    ...input(own),
    join_to_timespine: own.join_to_timespine === true,
    fill_nulls_with: plain(own.fill_nulls_with ?? null),
  }
}

/** Another metric that a metric is made of. */
export function inputMetric(data: Data | undefined): Json {
  if (data === undefined || data === null) return null
  const own = named(data)
  return {
    ...input(own),
    offset_window: timeWindow(own.offset_window),
    offset_to_grain: textOr(own.offset_to_grain, null),
  }
}

function named(data: Data): DataObject {
  return typeof data === 'string' ? { name: data } : objectOr(data)
}

function input({ name, filter, alias }: DataObject): JsonObject {
  return { name: textOr(name, ''), filter: whereFilter(filter), alias: textOr(alias, null) }
}

export function inputMetrics(data: Data | undefined): Json[] {
  return isList(data) ? data.map(inputMetric) : []
}

/** dbt's time granularities, from the finest to the coarsest. */
export const GRAINS = [
  'nanosecond',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
] as const
const KNOWN: ReadonlySet<string> = new Set(GRAINS)

/** `28 days` as a count and a grain. */
export function timeWindow(data: Data | undefined): Json {
  if (typeof data !== 'string') return null
  const [count = '', grain = ''] = data.toLowerCase().split(' ')
  const singular = grain.endsWith('s') && KNOWN.has(grain.slice(0, -1)) ? grain.slice(0, -1) : grain
  return { count: Number(count), granularity: singular }
}

export function whereFilter(data: Data | undefined): Json {
  if (data === undefined || data === null) return null
  const list = isList(data) ? data : [data]
  return { where_filters: list.map((text) => ({ where_sql_template: String(text) })) }
}
