import { numbers } from '../tools/numbers.ts'
/** The relations that the queries read; of `notes`, nobody is told the columns. */
export const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orders: {
    id: 'bigint',
    customer_id: 'bigint',
    amount: 'decimal(18,2)',
    day: 'date',
    tags: 'array<string>',
    address: 'struct<city: string, zip: string>',
  },
  customers: { id: 'bigint', name: 'string', country: 'string', day: 'date' },
  notes: { note_id: 'bigint', gone: 'string', email: 'string' },
}

const absent = ['gone', 'email', 'Total', 'day_of_order', '`lost`', 'city']

interface Named {
  readonly alias: string
  readonly columns: readonly string[]
}

interface Query {
  readonly sql: string
  readonly columns: readonly string[]
}

/** Queries of Spark SQL over `tables` in `schema`, some of which name a column that is not there. */
export function generateQueries(seed: number, count: number, schema: string): string[] {
  const generator = new Generator(seed, schema)
  return Array.from({ length: count }, () => generator.statement())
}

class Generator {
  readonly #random: () => number
  readonly #schema: string
  #aliases = 0
  /** How often a name is one that is not there; a query has at most one, so that Spark's first complaint is about it. */
  #wrong = 0

  constructor(seed: number, schema: string) {
    this.#random = numbers(seed)
    this.#schema = schema
  }

  statement(): string {
    this.#aliases = 0
    this.#wrong = this.#chance(0.3) ? 0 : 0.07
    return this.#query(2, []).sql
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #pick<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.#random() * list.length)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }

  #alias(letter: string): string {
    return `${letter}${++this.#aliases}`
  }

  #query(depth: number, ctes: readonly Named[]): Query {
    if (depth > 0 && this.#chance(0.35)) {
      const name = this.#alias('cte')
      const inner = this.#query(depth - 1, ctes)
      const list = this.#chance(0.15) && inner.columns.length > 0
      const columns = list ? inner.columns.map((_, index) => `r${index}`) : inner.columns
      const rest = this.#select(depth - 1, [...ctes, { alias: name, columns }])
      return {
        sql: `with ${name}${list ? `(${columns.join(', ')})` : ''} as (${inner.sql}) ${rest.sql}`,
        columns: rest.columns,
      }
    }
    if (depth > 0 && this.#chance(0.1)) {
      const left = this.#one(ctes)
      const right = this.#one(ctes)
      return { sql: `${left} union all ${right}`, columns: ['u'] }
    }
    return this.#select(depth, ctes)
  }

  #one(ctes: readonly Named[]): string {
    const { sql, sources } = this.#from(0, ctes)
    return `select cast(${this.#column(sources)} as string) as u from ${sql}`
  }

  #select(depth: number, ctes: readonly Named[]): Query {
    const from = this.#from(depth, ctes)
    const sources = from.sources
    const where = this.#chance(0.5) ? ` where ${this.#condition(sources, depth, ctes)}` : ''
    if (this.#chance(0.25)) return this.#grouped(from.sql, sources, where)
    const items: string[] = []
    const columns: string[] = []
    const stars = sources.filter((it) => it.columns.length > 0)
    if (this.#chance(0.35)) {
      const [only] = stars
      if (sources.length === 1 && only && this.#chance(0.7)) {
        const left = this.#chance(0.3) ? this.#pick(only.columns) : null
        items.push(left === null ? '*' : `* except (${left})`)
        columns.push(...only.columns.filter((column) => column !== left))
      } else {
        const source = this.#pick(sources)
        items.push(`${source.alias}.*`)
        columns.push(...source.columns)
      }
    }
    for (let count = 1 + Math.floor(this.#random() * 3); count > 0; count--) {
      if (this.#chance(0.2)) {
        const column = this.#column(sources)
        const name = column.split('.').at(-1) ?? ''
        if (!columns.includes(name)) {
          items.push(column)
          columns.push(name)
        }
        continue
      }
      const same = this.#pick(sources).columns
      const name = this.#chance(0.2) && same.length > 0 ? this.#pick(same) : this.#alias('x')
      if (columns.includes(name)) continue
      const earlier = items.length > 0 && this.#chance(0.1) ? columns.filter((it) => /^x\d/.test(it)) : []
      items.push(
        `${earlier.length > 0 ? `concat(cast(${this.#pick(earlier)} as string), 'l')` : this.#expression(sources, depth, ctes)} as ${name}`,
      )
      columns.push(name)
    }
    if (items.length === 0) {
      items.push('1 as one')
      columns.push('one')
    }
    const order = this.#chance(0.2)
      ? ` order by ${this.#chance(0.4) && columns.length > 0 && items.length === columns.length ? `${columns.length}` : this.#text(sources)}`
      : ''
    return { sql: `select ${items.join(', ')} from ${from.sql}${where}${order}`, columns }
  }

  #grouped(from: string, sources: readonly Named[], where: string): Query {
    const key = this.#text(sources)
    const by = this.#pick(['k', '1', key])
    const having = this.#chance(0.3) ? ` having max(${this.#text(sources)}) is not null` : ''
    const order = this.#chance(0.3) ? ` order by ${this.#pick(['k', 'c', `max(${this.#text(sources)})`])}` : ''
    const sum = this.#pick(['max', 'min', 'count'])
    return {
      sql: `select ${key} as k, ${sum}(${this.#text(sources)}) as c from ${from}${where} group by ${by}${having}${order}`,
      columns: ['k', 'c'],
    }
  }

  #from(depth: number, ctes: readonly Named[]): { sql: string; sources: Named[] } {
    const first = this.#relation(depth, ctes)
    const sources = [first.named]
    let sql = first.sql
    if (this.#chance(0.4)) {
      const second = this.#relation(depth, ctes)
      const kind = this.#pick([
        'join',
        'left join',
        'left semi join',
        'full outer join',
        'cross join',
        'left anti join',
      ])
      const both = first.named.columns.filter(
        (column) => second.named.columns.includes(column) && /^\w*(id|day)$/.test(column),
      )
      const key = both[0]
      const on = [first.named, second.named]
      if (kind === 'cross join') sql += ` cross join ${second.sql}`
      else if (key !== undefined && this.#chance(0.3)) sql += ` ${kind} ${second.sql} using (${key})`
      else if (!kind.includes('semi') && !kind.includes('anti') && this.#chance(0.1) && both.length === 1)
        sql += ` natural join ${second.sql}`
      else sql += ` ${kind} ${second.sql} on ${this.#qualifiedText(on)} = ${this.#qualifiedText(on)}`
      if (!kind.includes('semi') && !kind.includes('anti')) sources.push(second.named)
    }
    const arrays = sources.filter((source) => source.columns.includes('tags'))
    const [array] = arrays
    if (array && this.#chance(0.4)) {
      const alias = this.#alias('v')
      const kind = this.#pick(['explode', 'posexplode', 'join'])
      if (kind === 'explode') sql += ` lateral view explode(${array.alias}.tags) ${alias} as tag`
      if (kind === 'posexplode') sql += ` lateral view outer posexplode(${array.alias}.tags) ${alias}`
      if (kind === 'join') sql += `, lateral explode(${array.alias}.tags) as ${alias}(tag)`
      sources.push({ alias, columns: kind === 'posexplode' ? ['pos', 'col'] : ['tag'] })
    }
    if (this.#chance(0.08) && !sql.includes('lateral view')) {
      const alias = this.#alias('l')
      sql += `, lateral (select cast(${this.#qualified(sources)} as string) as lateral_value) ${alias}`
      sources.push({ alias, columns: ['lateral_value'] })
    }

    return { sql, sources }
  }

  #relation(depth: number, ctes: readonly Named[]): { sql: string; named: Named } {
    if (ctes.length > 0 && this.#chance(0.6)) {
      const cte = this.#pick(ctes)
      const alias = this.#alias('c')
      return { sql: `${cte.alias} ${alias}`, named: { alias, columns: cte.columns } }
    }
    if (depth > 0 && this.#chance(0.2)) {
      const alias = this.#alias('s')
      const query = this.#query(depth - 1, ctes)
      return { sql: `(${query.sql}) ${this.#pick(['as ', ''])}${alias}`, named: { alias, columns: query.columns } }
    }
    if (this.#chance(0.06)) {
      const alias = this.#alias('w')
      return { sql: `(values (1, 'a'), (2, 'b')) as ${alias}(id, letter)`, named: { alias, columns: ['id', 'letter'] } }
    }
    const table = this.#pick(['orders', 'orders', 'customers', 'customers', 'notes'])
    const columns = Object.keys(tables[table] ?? {})
    if (this.#chance(0.05) && table === 'orders') {
      const alias = this.#alias('p')
      return {
        sql: `(select * from (select customer_id, amount, id from ${this.#schema}.orders) pivot (sum(amount) for id in (1 as first_one, 2 as second_one))) ${alias}`,
        named: { alias, columns: ['customer_id', 'first_one', 'second_one'] },
      }
    }
    const alias = this.#alias('t')
    return { sql: `${this.#schema}.${table} ${this.#pick(['as ', ''])}${alias}`, named: { alias, columns } }
  }

  #absent(): string {
    this.#wrong = 0
    return this.#pick(absent)
  }

  /** A column, or one that is not there. */
  #column(sources: readonly Named[]): string {
    return this.#chance(0.5) ? this.#qualified(sources) : this.#unqualified(sources)
  }

  #qualified(sources: readonly Named[]): string {
    const source = this.#pick(sources)
    if (source.columns.length === 0 || this.#chance(this.#wrong)) return `${source.alias}.${this.#absent()}`
    return `${source.alias}.${this.#cased(this.#pick(source.columns))}`
  }

  #unqualified(sources: readonly Named[]): string {
    if (this.#chance(this.#wrong)) return this.#absent()
    const all = sources.flatMap(({ columns }) => columns)
    const once = all.filter((column) => all.indexOf(column) === all.lastIndexOf(column))
    return once.length === 0 ? this.#qualified(sources) : this.#cased(this.#pick(once))
  }

  #cased(column: string): string {
    if (column.startsWith('`')) return column
    const other = this.#random()
    return other < 0.1 ? column.toUpperCase() : other < 0.2 ? `\`${column}\`` : column
  }

  #text(sources: readonly Named[]): string {
    return `cast(${this.#column(sources)} as string)`
  }

  #qualifiedText(sources: readonly Named[]): string {
    return `cast(${this.#qualified(sources)} as string)`
  }

  #expression(sources: readonly Named[], depth: number, ctes: readonly Named[]): string {
    const text = () => this.#text(sources)
    const structs = sources.filter((source) => source.columns.includes('address'))
    const arrays = sources.filter((source) => source.columns.includes('tags'))
    const [struct] = structs
    const [array] = arrays
    const kinds: (() => string)[] = [
      text,
      text,
      () => `coalesce(${text()}, ${text()})`,
      () => `case when ${text()} is null then ${text()} else 'other' end`,
      () => `concat(${text()}, '-', ${text()}) || ${text()}`,
      () => `row_number() over (partition by ${text()} order by ${text()} desc nulls last)`,
      () => `max(${text()}) over (order by ${text()} rows between unbounded preceding and current row)`,
      () => `struct(${text()} as inner_name, ${text()})`,
      () => `${text()} between 'a' and ${text()}`,
      () => `dateadd(day, 1, cast(${text()} as date))`,
      () => `datediff(month, cast(${text()} as date), current_date)`,
      () => `date_add(cast(${text()} as date), 3)`,
      () =>
        `extract(year from cast(${text()} as date)) is null or date '2020-01-01' + interval '1' day > current_date()`,
      () => `trim(both from ${text()}) like 'a%'`,
      () => `named_struct('a', ${text()}).a`,
      () => `${text()} in ('a', ${text()})`,
      () => `from_json(${text()}, 'z int').z`,
      () => `current_user`,
    ]
    if (struct)
      kinds.push(
        () => `${struct.alias}.address.city`,
        () => `${struct.alias}.address.zip`,
      )
    if (array) {
      kinds.push(
        () => `transform(${array.alias}.tags, e -> concat(e, ${text()}))`,
        () => `filter(${array.alias}.tags, (e, gone) -> gone > 1 and e is not null)`,
        () => `aggregate(${array.alias}.tags, '', (acc, e) -> concat(acc, e), acc -> upper(acc))`,
        () => `${array.alias}.tags[0]`,
      )
    }
    if (depth > 0) {
      kinds.push(
        () => {
          const inner = this.#relation(0, ctes)
          return `(select max(${this.#text([inner.named])}) from ${inner.sql})`
        },
        () => {
          const inner = this.#relation(0, ctes)
          const on = `${this.#qualifiedText([inner.named])} = ${this.#qualifiedText(sources)}`
          return `(select count(*) from ${inner.sql} where ${on})`
        },
      )
    }
    return this.#pick(kinds)()
  }

  #condition(sources: readonly Named[], depth: number, ctes: readonly Named[]): string {
    if (depth > 0 && this.#chance(0.3)) {
      const inner = this.#relation(0, ctes)
      const on = `${this.#qualifiedText([inner.named])} = ${this.#qualifiedText(sources)}`
      return this.#pick([
        `exists (select 1 from ${inner.sql} where ${on})`,
        `${this.#text(sources)} in (select ${this.#qualifiedText([inner.named])} from ${inner.sql})`,
      ])
    }
    return this.#pick([
      `${this.#text(sources)} = ${this.#text(sources)}`,
      `${this.#text(sources)} is not null and not ${this.#text(sources)} like 'x%'`,
    ])
  }
}
