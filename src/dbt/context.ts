import { dump } from 'js-yaml'
import {
  type Callable,
  Dict,
  HostObject,
  iterate,
  macroReturn,
  PythonError,
  str,
  Tuple,
  truthy,
  type Value,
} from '../jinja/index.ts'
import { fromValue, plain, toValue } from './data.ts'
import { dumpJson } from './python-json.ts'
import { md5 } from './text.ts'
import { readYaml } from './yaml.ts'

/** The version of dbt-core whose behaviour is followed. */
export const DBT_VERSION = '1.12.5'

/**
 * What every template of a project knows, without what depends on a package or a resource:
 * https://docs.getdbt.com/reference/dbt-jinja-functions
 */
export function baseMembers(): Map<string, Value> {
  const silent: Callable = () => ''
  return new Map<string, Value>([
    ['dbt_version', DBT_VERSION],
    ['return', macroReturn],
    ['log', silent],
    ['print', silent],
    ['fromjson', (args) => orDefault(() => toValue(JSON.parse(text(args[0]))), args[1])],
    [
      'tojson',
      (args, kwargs) =>
        orDefault(
          () => dumpJson(args[0] ?? null, truthy(args[2] ?? kwargs.get('sort_keys') ?? false)),
          args[1] ?? kwargs.get('default'),
        ),
    ],
    ['fromyaml', (args) => orDefault(() => toValue(readYaml(text(args[0])).data), args[1])],
    [
      'toyaml',
      (args, kwargs) =>
        dump(plain(fromValue(args[0] ?? null)), { sortKeys: truthy(args[2] ?? kwargs.get('sort_keys') ?? false) }),
    ],
    ['set', (args) => orDefault(() => unique(args[0] ?? null), args[1])],
    ['set_strict', (args) => unique(args[0] ?? null)],
    ['zip', (args, kwargs) => orDefault(() => zip(args), kwargs.get('default'))],
    ['zip_strict', (args) => zip(args)],
    ['local_md5', (args) => md5(text(args[0]))],
    ['diff_of_two_dicts', (args) => difference(args[0] ?? null, args[1] ?? null)],
    ['exceptions', new Exceptions()],
    ['dbt_metadata_envs', new Dict()],
    ['invocation_args_dict', new Dict()],
    ['selected_resources', []],
    ['thread_id', 'MainThread'],
    ['flags', flags()],
  ])
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw new PythonError('TypeError', 'expected a text')
  return value
}

function orDefault(make: () => Value, otherwise: Value | undefined): Value {
  try {
    return make()
  } catch {
    return otherwise ?? null
  }
}

function unique(value: Value): Value {
  return [...Dict.from([...iterate(value)].map((item): [Value, Value] => [item, null])).keys()]
}

function zip(args: readonly Value[]): Value {
  const lists = args.map((arg) => [...iterate(arg)])
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length))
  return Array.from({ length }, (_, index) => new Tuple(lists.map((list) => list[index] ?? null)))
}

/** What the first dict of lists of texts has and the second has not, letter case aside. */
function difference(a: Value, b: Value): Value {
  if (!(a instanceof Dict) || !(b instanceof Dict)) throw new PythonError('AttributeError', 'expected two dicts')
  const lower = (value: Value): string[] => [...iterate(value)].map((item) => str(item).toLowerCase())
  const known = new Map([...b].map(([key, value]) => [str(key).toLowerCase(), new Set(lower(value))]))
  const result = new Dict()
  for (const [key, value] of a) {
    const others = known.get(str(key).toLowerCase())
    const rest = others ? [...iterate(value)].filter((item) => !others.has(str(item).toLowerCase())) : value
    if (!Array.isArray(rest) || rest.length > 0 || !others) result.set(key, rest)
  }
  return result
}

/** The flags that templates look at, as a plain `dbt run` has them. */
function flags(): Value {
  const names = ['FULL_REFRESH', 'STORE_FAILURES', 'EMPTY', 'DEFER', 'FAVOR_STATE', 'FAIL_FAST', 'DEBUG', 'INTROSPECT']
  const result = Dict.from(names.map((name): [Value, Value] => [name, name === 'INTROSPECT']))
  result.set('WHICH', 'run')
  return result
}

const QUIET = new Set(['warn'])

/** dbt's `exceptions`: all but `warn` end the rendering. */
class Exceptions extends HostObject {
  readonly typeName = 'exceptions'

  override attribute(name: string): Value {
    return (args) => {
      if (QUIET.has(name)) return ''
      throw new PythonError('CompilationError', args.length > 0 ? str(args[0] as Value) : name)
    }
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attribute(key) : undefined
  }
}
