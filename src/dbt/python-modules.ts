import { type Callable, call, Dict, HostObject, iterate, PythonError, str, Tuple, type Value } from '../jinja/index.ts'
import { datetimeModule } from './python-datetime.ts'

/** dbt's `modules`: what of Python's libraries templates may use. https://docs.getdbt.com/reference/dbt-jinja-functions/modules */
export function pythonModules(now: () => number): Value {
  return Dict.of({ datetime: datetimeModule(now), re: reModule(), itertools: itertoolsModule(), pytz: pytzModule() })
}

function pytzModule(): Value {
  const zone: Callable = (args) => str(args[0] ?? 'UTC')
  return Dict.of({ timezone: zone, utc: 'UTC', UTC: 'UTC' })
}

const MAX_PATTERN = 1000

/** A Python pattern as JavaScript's: named groups and anchors are written in another way. */
function pattern(value: Value | undefined, flags: string): RegExp {
  if (value instanceof Pattern) return new RegExp(value.source, flags)
  const source = str(value ?? null)
  if (source.length > MAX_PATTERN) throw new PythonError('error', 'this pattern is too long')
  const ignoreCase = /^\(\?[a-z]*i[a-z]*\)/.test(source)
  const own = source
    .replace(/^\(\?[a-z]+\)/, '')
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\\A/g, '^')
    .replaceAll(/\\Z/g, '$')
  try {
    return new RegExp(own, ignoreCase ? `${flags}i` : flags)
  } catch (error) {
    throw new PythonError('error', `this pattern cannot be read: ${source}`, { cause: error })
  }
}

function reModule(): Value {
  const flagsOf = (value: Value | undefined): string =>
    typeof value === 'number' ? `${value & 2 ? 'i' : ''}${value & 8 ? 'm' : ''}${value & 16 ? 's' : ''}` : ''
  const find =
    (anchor: (source: string) => string): Callable =>
    (args, kwargs) => {
      const given = pattern(args[0], flagsOf(args[2] ?? kwargs.get('flags')))
      const found = new RegExp(anchor(given.source), given.flags).exec(str(args[1] ?? null))
      return found ? new Match(found) : null
    }
  const substitute: Callable = (args, kwargs, site) => {
    const text = str(args[2] ?? kwargs.get('string') ?? null)
    const by = args[1] ?? kwargs.get('repl') ?? ''
    const count = Number(args[3] ?? kwargs.get('count') ?? 0)
    let done = 0
    return text.replace(
      pattern(args[0] ?? kwargs.get('pattern'), `g${flagsOf(args[4] ?? kwargs.get('flags'))}`),
      (...found) => {
        if (count > 0 && done >= count) return String(found[0])
        done += 1
        if (typeof by !== 'string') return str(call(by, [String(found[0])], undefined, site))
        return by.replaceAll(/\\(\d)|\\g<(\d+)>/g, (_, one?: string, other?: string) =>
          String(found[Number(one ?? other)] ?? ''),
        )
      },
    )
  }
  return Dict.of({
    match: find((source) => `^(?:${source})`),
    fullmatch: find((source) => `^(?:${source})$`),
    search: find((source) => source),
    sub: substitute,
    split: (args) => str(args[1] ?? null).split(pattern(args[0], '')),
    findall: (args) =>
      [...str(args[1] ?? null).matchAll(pattern(args[0], 'g'))].map((found) =>
        found.length > 2 ? new Tuple(found.slice(1)) : (found[1] ?? found[0]),
      ),
    compile: (args, kwargs) => new Pattern(pattern(args[0], flagsOf(args[1] ?? kwargs.get('flags')))),
    escape: (args) => str(args[0] ?? null).replaceAll(/[^\w]/g, '\\$&'),
    IGNORECASE: 2,
    I: 2,
    MULTILINE: 8,
    M: 8,
    DOTALL: 16,
    S: 16,
  })
}

class Pattern extends HostObject {
  readonly typeName = 'Pattern'
  readonly source: string
  readonly #flags: string

  constructor(expression: RegExp) {
    super()
    this.source = expression.source
    this.#flags = expression.flags
  }

  override attribute(name: string): Value | undefined {
    const method = ['match', 'search', 'fullmatch', 'sub', 'split', 'findall'].includes(name)
    if (!method) return name === 'pattern' ? this.source : undefined
    const re = reModule()
    const own = re instanceof Dict ? re.get(name) : undefined
    return (args, kwargs, site) =>
      call(own ?? null, [this.#flags.includes('i') ? `(?i)${this.source}` : this.source, ...args], kwargs, site)
  }
}

class Match extends HostObject {
  readonly typeName = 'Match'
  readonly #found: RegExpExecArray

  constructor(found: RegExpExecArray) {
    super()
    this.#found = found
  }

  override attribute(name: string): Value | undefined {
    const found = this.#found
    const group = (key: Value | undefined): Value =>
      typeof key === 'string' ? (found.groups?.[key] ?? null) : (found[Number(key ?? 0)] ?? null)
    switch (name) {
      case 'group':
        return (args) => (args.length > 1 ? new Tuple(args.map(group)) : group(args[0]))
      case 'groups':
        return () => new Tuple(found.slice(1).map((text) => text ?? null))
      case 'groupdict':
        return () =>
          Dict.from(Object.entries(found.groups ?? {}).map(([key, text]): [Value, Value] => [key, text ?? null]))
      case 'start':
        return () => found.index
      case 'end':
        return () => found.index + found[0].length
      default:
        return undefined
    }
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'number' ? (this.#found[key] ?? null) : undefined
  }
  override truthy(): boolean {
    return true
  }
}

const MAX_ITEMS = 1_000_000

function itertoolsModule(): Value {
  const lists = (args: readonly Value[]): Value[][] => args.map((arg) => [...iterate(arg)])
  const bounded = (items: Value[]): Value[] => {
    if (items.length > MAX_ITEMS) throw new PythonError('LimitError', 'too many items')
    return items
  }
  const choose = (items: readonly Value[], count: number): Value[][] =>
    count === 0
      ? [[]]
      : items.flatMap((item, index) => choose(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]))
  return Dict.of({
    chain: (args) => bounded(lists(args).flat()),
    product: (args) =>
      bounded(
        lists(args)
          .reduce<Value[][]>(
            (rows, list) => bounded(rows.flatMap((row) => list.map((item) => [...row, item]))) as Value[][],
            [[]],
          )
          .map((row) => new Tuple(row)),
      ),
    combinations: (args) =>
      bounded(choose([...iterate(args[0] ?? null)], Number(args[1])).map((row) => new Tuple(row))),
    zip_longest: (args, kwargs) => {
      const all = lists(args)
      const length = Math.max(0, ...all.map((list) => list.length))
      return Array.from(
        { length },
        (_, index) => new Tuple(all.map((list) => list[index] ?? kwargs.get('fillvalue') ?? null)),
      )
    },
    islice: (args) =>
      [...iterate(args[0] ?? null)].slice(
        args.length > 2 ? Number(args[1]) : 0,
        Number(args.length > 2 ? args[2] : args[1]),
      ),
    repeat: (args) => Array.from({ length: Math.min(MAX_ITEMS, Number(args[1] ?? 1)) }, () => args[0] ?? null),
  })
}
