import { Dict, HostObject, str, Tuple, toList, typeError, typeName, type Value, valueError } from '../jinja/index.ts'
import { charge, checkSize } from '../jinja/limits.ts'
import { datetimeModule } from './python-datetime.ts'
import { reModule } from './python-re.ts'

/** dbt's `modules`: what of Python's libraries templates may use. https://docs.getdbt.com/reference/dbt-jinja-functions/modules */
export function pythonModules(now: () => number): Value {
  return Dict.of({ datetime: datetimeModule(now), re: reModule(), itertools: itertoolsModule(), pytz: pytzModule() })
}

function pytzModule(): Value {
  const utc = new Zone('UTC')
  return Dict.of({ timezone: (args) => new Zone(str(args[0] ?? 'UTC')), utc, UTC: utc })
}

/** A time zone by its name. What it makes of a time is that time on its clock: offsets are not looked at. */
class Zone extends HostObject {
  readonly typeName = 'tzinfo'
  readonly #name: string

  constructor(name: string) {
    super()
    this.#name = name
  }

  override attribute(name: string): Value | undefined {
    if (name === 'zone') return this.#name
    return name === 'localize' || name === 'normalize' ? (args) => args[0] ?? null : undefined
  }
  override text(): string {
    return this.#name
  }
}

/** Rows of values, as lists of tuples hold them. Throws a LimitError for too many. */
function rows(found: Iterable<readonly Value[]>): Value[] {
  const result: Value[] = []
  for (const row of found) {
    charge(row.length)
    result.push(new Tuple(row))
    checkSize(result)
  }
  return result
}

/** Python's `itertools.product`, the last list turning fastest. */
function* product(lists: readonly (readonly Value[])[]): Generator<Value[]> {
  if (lists.some((list) => list.length === 0)) return
  const at = lists.map(() => 0)
  for (;;) {
    yield at.map((index, place) => lists[place]?.[index] ?? null)
    let place = lists.length - 1
    while (place >= 0 && (at[place] ?? 0) + 1 === lists[place]?.length) at[place--] = 0
    if (place < 0) return
    at[place] = (at[place] ?? 0) + 1
  }
}

/** Python's `itertools.combinations`, in the order of the items. */
function* combinations(items: readonly Value[], count: number): Generator<Value[]> {
  if (count > items.length) return
  const at = Array.from({ length: count }, (_, index) => index)
  for (;;) {
    yield at.map((index) => items[index] ?? null)
    let place = count - 1
    while (place >= 0 && at[place] === items.length - count + place) place -= 1
    if (place < 0) return
    const first = (at[place] ?? 0) + 1
    for (let each = place; each < count; each += 1) at[each] = first + each - place
  }
}

function whole(value: Value | undefined, name: string): number {
  if (typeof value !== 'number')
    throw typeError(`'${typeName(value ?? null)}' object cannot be interpreted as an integer`)
  if (value < 0) throw valueError(`${name} must be non-negative`)
  return value
}

function itertoolsModule(): Value {
  const listOf = (value: Value | undefined): Value[] => checkSize(toList(value ?? null))
  return Dict.of({
    chain: (args) => checkSize(args.flatMap(listOf)),
    product: (args) => rows(product(args.map(listOf))),
    combinations: (args, kwargs) =>
      rows(combinations(listOf(args[0] ?? kwargs.get('iterable')), whole(args[1] ?? kwargs.get('r'), 'r'))),
    zip_longest: (args, kwargs) => {
      const all = args.map(listOf)
      const length = Math.max(0, ...all.map((list) => list.length))
      const fill = kwargs.get('fillvalue') ?? null
      return rows(Array.from({ length }, (_, index) => all.map((list) => list[index] ?? fill)))
    },
    islice: (args) => {
      const [first = null, last] = args.length > 2 ? args.slice(1) : [0, args[1]]
      const end = last === null || last === undefined ? undefined : whole(last, 'stop')
      return listOf(args[0]).slice(first === null ? 0 : whole(first, 'start'), end)
    },
    repeat: (args) => {
      const times = args[1] === undefined ? 1 : args[1]
      if (typeof times === 'number' && times <= 0) return []
      checkSize([null], whole(times, 'times'))
      return new Array<Value>(whole(times, 'times')).fill(args[0] ?? null)
    },
  })
}
