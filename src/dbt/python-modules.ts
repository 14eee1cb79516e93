import { type Callable, Dict, iterate, PythonError, str, Tuple, type Value } from '../jinja/index.ts'
import { datetimeModule } from './python-datetime.ts'
import { reModule } from './python-re.ts'

/** dbt's `modules`: what of Python's libraries templates may use. https://docs.getdbt.com/reference/dbt-jinja-functions/modules */
export function pythonModules(now: () => number): Value {
  return Dict.of({ datetime: datetimeModule(now), re: reModule(), itertools: itertoolsModule(), pytz: pytzModule() })
}

function pytzModule(): Value {
  const zone: Callable = (args) => str(args[0] ?? 'UTC')
  return Dict.of({ timezone: zone, utc: 'UTC', UTC: 'UTC' })
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
