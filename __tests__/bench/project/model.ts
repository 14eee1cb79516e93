import type { Chance } from './chance.ts'

export type Type = 'bigint' | 'boolean' | 'date' | 'decimal(18, 2)' | 'string' | 'timestamp'

export interface Column {
  readonly name: string
  readonly type: Type
}

export type Layer = 'staging' | 'intermediate' | 'marts'

/** A model as the ones after it and the properties see it. */
export interface Model {
  readonly name: string
  readonly area: string
  readonly layer: Layer
  readonly key: string
  /** The column of each other model's key that it carries. */
  readonly foreign: ReadonlyMap<string, string>
  readonly columns: readonly Column[]
  readonly contract: boolean
  readonly sql: string
}

export const NOUNS: readonly string[] = (
  'account batch campaign contact contract coupon customer invoice item label message order parcel payment plan price ' +
  'refund review session subscription ticket transfer visit voucher warehouse'
).split(' ')

const ATTRIBUTES: readonly Column[] = [
  ...columns('bigint', 'amount_cents discount_cents tax_cents quantity priority revision'),
  ...columns('string', 'currency country city postal_code email channel device language category reference owner note'),
  ...columns('boolean', 'is_active is_test is_gift'),
  ...columns('date', 'due_on signed_on'),
  ...columns('timestamp', 'started_at ended_at shipped_at'),
  ...columns('decimal(18, 2)', 'weight score exchange_rate'),
]

function columns(type: Type, names: string): Column[] {
  return names.split(' ').map((name) => ({ name, type }))
}

/** The columns of a source's table: its key, others' keys, and attributes. */
export function tableColumns(key: string, foreign: readonly string[], chance: Chance): Column[] {
  const keys = [key, ...foreign].map((name): Column => ({ name, type: 'bigint' }))
  const attributes = chance.some(ATTRIBUTES, chance.whole(9, 18))
  return [...keys, ...columns('string', 'status'), ...attributes, ...columns('timestamp', 'created_at updated_at')]
}

/** A column that is computed from one that is there, as `expression as name`; null where nothing fits. */
export function derived(column: Column, from: string, chance: Chance): (Column & { readonly lines: string[] }) | null {
  const { name, type } = column
  const made = (suffix: string, made: Type, ...lines: string[]) => {
    const last = `${lines.at(-1)} as ${name}_${suffix}`
    return { name: `${name}_${suffix}`, type: made, lines: [...lines.slice(0, -1), last] }
  }
  const it = `${from}.${name}`
  switch (type) {
    case 'string':
      return chance.happens(0.5)
        ? made('label', 'string', `coalesce(nullif(${it}, ''), '{{ var("unknown") }}')`)
        : made('is_known', 'boolean', `${it} is not null and lower(${it}) not in ('n/a', 'none', 'unknown')`)
    case 'bigint': {
      if (name.endsWith('_id')) return null
      const [low, high] = [chance.whole(1, 9) * 100, chance.whole(1, 9) * 10_000]
      const ladder = [
        `when ${it} is null then 'none'`,
        `when ${it} < ${low} then 'low'`,
        `when ${it} < ${high} then 'middle'`,
      ]
      if (name.endsWith('_cents') && chance.happens(0.5))
        return made('money', 'decimal(18, 2)', `{{ cents_to_money('${it}') }}`)
      return made('band', 'string', 'case', ...[...ladder, "else 'high'"].map((line) => `    ${line}`), 'end')
    }
    case 'timestamp':
      return made('day', 'date', `cast({{ dbt.date_trunc('day', '${it}') }} as date)`)
    case 'decimal(18, 2)':
      return made('rounded', 'bigint', `cast(round(${it}) as bigint)`)
    default:
      return null
  }
}
