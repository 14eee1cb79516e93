import type { Chance } from './chance.ts'
import { type Column, derived, type Model } from './model.ts'

/** SQL of a model in parts: common table expressions by name, then what selects from them. */
export interface Query {
  readonly columns: readonly Column[]
  readonly sql: string
}

const indented = (lines: readonly string[], by = 4): string[] =>
  lines.map((line) => (line === '' ? line : ' '.repeat(by) + line))
const listed = (lines: readonly (readonly string[])[]): string[] =>
  lines.flatMap((item, index) => [...item.slice(0, -1), `${item.at(-1)}${index < lines.length - 1 ? ',' : ''}`])

function withExpressions(expressions: readonly (readonly [name: string, lines: readonly string[]])[]): string[] {
  const parts = expressions.map(([name, lines], index) => [
    `${index === 0 ? 'with ' : ''}${name} as (`,
    '',
    ...indented(lines),
    '',
    `)${index < expressions.length - 1 ? ',' : ''}`,
    '',
  ])
  return parts.flat()
}

/** A staging model: a source's table with its columns renamed and typed, the last version of each row. */
export function stagingSql(
  source: { readonly system: string; readonly table: string },
  columns: readonly Column[],
  chance: Chance,
): Query {
  const key = columns[0]?.name ?? ''
  const read = [`select * from {{ source('${source.system}', '${source.table}') }}`]
  if (chance.happens(0.3))
    read.push("{% if target.name == 'dev' -%}", "where updated_at >= {{ days_ago(var('dev_days')) }}", '{%- endif %}')
  const typed = columns.map(({ name, type }) => {
    if (name === key) return ['-- keys', `cast(id as bigint) as ${name}`]
    if (name === 'status') return ['-- attributes', 'lower(status) as status']
    if (name === 'created_at') return ['-- times', 'created_at']
    return [type === 'string' ? `{{ trimmed('${name}') }} as ${name}` : `cast(${name} as ${type}) as ${name}`]
  })
  const dedupe = [
    'select',
    ...indented([
      '*,',
      'row_number() over (',
      `    partition by ${key}`,
      '    order by updated_at desc',
      ') as version_rank',
    ]),
    'from renamed',
  ]
  const lines = withExpressions([
    ['source', read],
    ['renamed', ['select', ...indented(listed(typed)), 'from source']],
    ['ranked', dedupe],
  ])
  const names = listed(columns.map(({ name }) => [name]))
  return {
    columns,
    sql: [...lines, 'select', ...indented(names), 'from ranked', 'where version_rank = 1', ''].join('\n'),
  }
}

/** Parents joined on the keys that the first one carries, with columns computed from theirs. */
export function joinedSql(parents: readonly Model[], incremental: boolean, chance: Chance): Query {
  const [first, ...others] = parents
  if (!first) throw new Error('a join has a parent')
  const expressions = parents.map(({ name }, index): [string, string[]] => {
    const lines = [`select * from {{ ref('${name}') }}`]
    if (index === 0 && incremental)
      lines.push(
        '{% if is_incremental() %}',
        'where updated_at > (select max(updated_at) from {{ this }})',
        '{% endif %}',
      )
    return [name, lines]
  })
  const own = chance.some(first.columns, chance.whole(9, 14))
  const kept = first.columns.filter(
    (column) => own.includes(column) || [first.key, 'status', 'updated_at'].includes(column.name),
  )
  const columns = new Map<string, Column & { lines: string[] }>(
    kept.map((column) => [column.name, { ...column, lines: [`${first.name}.${column.name}`] }]),
  )
  for (const other of others)
    for (const column of chance.some(other.columns, 6)) {
      const name = column.name === other.key ? column.name : `${other.key.replace(/_id$/, '')}_${column.name}`
      if (!columns.has(name))
        columns.set(name, { name, type: column.type, lines: [`${other.name}.${column.name} as ${name}`] })
    }
  for (const column of chance.some(kept, chance.whole(9, 16))) {
    const made = derived(column, first.name, chance)
    if (made && !columns.has(made.name)) columns.set(made.name, made)
  }
  const joins = others.flatMap((other) => {
    const key = first.foreign.get(other.name) ?? first.key
    return [`left join ${other.name}`, `    on ${first.name}.${key} = ${other.name}.${other.key}`]
  })
  const all = [...columns.values()]
  const joined = ['select', ...indented(listed(all.map(({ lines }) => lines))), `from ${first.name}`, ...joins]
  const where = chance.happens(0.3) ? ["where status not in ('{{ var(\"void_status\") }}', 'test')"] : []
  const lines = withExpressions([...expressions, ['joined', joined]])
  return {
    columns: all.map(({ name, type }) => ({ name, type })),
    sql: [...lines, 'select * from joined', ...where, ''].join('\n'),
  }
}

/** Parents one below the other, by a loop in which `ref` is given a variable: tools that read SQL as text find no parent here. */
export function unionSql(parents: readonly Model[], chance: Chance): Query {
  const shared = (parents[0]?.columns ?? []).filter(({ name, type }) =>
    parents.every((parent) => parent.columns.some((column) => column.name === name && column.type === type)),
  )
  const key: Column = { name: 'record_id', type: 'bigint' }
  const columns: Column[] = [key, ...shared, { name: 'origin', type: 'string' }]
  const computed = chance
    .some(shared, 4)
    .flatMap((column) => derived(column, 'unioned', chance) ?? [])
    .filter(({ name }) => !shared.some((column) => column.name === name))
  const names = parents.map(({ name, key }) => `    '${name}': '${key}',`)
  const sql = [
    '{% set parents = {',
    ...names,
    '} %}',
    '',
    'with unioned as (',
    '',
    '    {% for parent, key in parents.items() %}',
    '    select',
    '        {{ key }} as record_id,',
    ...shared.map(({ name }) => `        ${name},`),
    "        '{{ parent }}' as origin",
    '    from {{ ref(parent) }}',
    '    {% if not loop.last %}union all{% endif %}',
    '    {% endfor %}',
    '',
    ')',
    '',
    'select',
    ...indented(listed([['unioned.*'], ...computed.map(({ lines }) => lines)])),
    'from unioned',
    '',
  ]
  return { columns: [...columns, ...computed.map(({ name, type }) => ({ name, type }))], sql: sql.join('\n') }
}

/** A parent counted by day, with a column for each of the statuses that a variable lists. */
export function dailySql(parent: Model, statuses: readonly string[], chance: Chance): Query {
  const numbers = parent.columns.filter(({ name, type }) => type === 'bigint' && !name.endsWith('_id'))
  const groups = chance.some(
    parent.columns.filter(({ name, type }) => type === 'string' && name !== 'status'),
    chance.whole(1, 3),
  )
  const measures = chance
    .some(numbers, 4)
    .flatMap(({ name }) => ['sum', 'avg', 'max'].map((by) => [by, name, `${name}_${by}`] as const))
  const sql = [
    ...withExpressions([[parent.name, [`select * from {{ ref('${parent.name}') }}`]]]),
    'select',
    "    cast({{ dbt.date_trunc('day', 'updated_at') }} as date) as day,",
    ...groups.map(({ name }) => `    ${name},`),
    "    {% for status in var('statuses') %}",
    "    count(case when status = '{{ status }}' then 1 end) as {{ status }}_count,",
    '    {% endfor %}',
    ...measures.map(([by, name, alias]) => `    ${by}(${name}) as ${alias},`),
    `    count(distinct ${parent.key}) as ${parent.key.replace(/_id$/, '')}_count`,
    `from ${parent.name}`,
    `where updated_at >= {{ days_ago(${chance.whole(30, 900)}) }}`,
    `group by {% for column in range(${groups.length + 1}) %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}`,
    '',
  ]
  const counted = [...statuses, parent.key.replace(/_id$/, '')].map(
    (name): Column => ({ name: `${name}_count`, type: 'bigint' }),
  )
  const measured = measures.map(([, , name]): Column => ({ name, type: 'bigint' }))
  return { columns: [{ name: 'day', type: 'date' }, ...groups, ...counted, ...measured], sql: sql.join('\n') }
}
