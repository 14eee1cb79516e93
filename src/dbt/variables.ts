import { type Callable, PythonError, type Value } from '../jinja/index.ts'
import { type Data, type DataObject, isObject, ownValue, toValue } from './data.ts'

/** What templates read of the world outside of the project. */
export interface Reads {
  var(name: string): void
  env(name: string): void
  /** A required one is not there: told by its kind. */
  missing(
    kind: 'var' | 'env_var' | 'secret',
    name: string,
    site: { readonly name: string; readonly offset: number },
  ): void
}

const SECRET = 'DBT_ENV_SECRET'
/** What stands for the value of an absent environment variable. */
export function envPlaceholder(name: string): string {
  return `env_${name}`
}

/** dbt's `env_var`: of the given variables only. An absent one without a default gives a placeholder that names it. */
export function envVar(env: ReadonlyMap<string, string>, reads: Reads): Callable {
  return (args, kwargs, site) => {
    const name = args[0] ?? kwargs.get('var')
    if (typeof name !== 'string') throw new PythonError('TypeError', 'env_var() needs the name of a variable')
    const otherwise = args[1] ?? kwargs.get('default') ?? null
    if (name.startsWith(SECRET)) {
      reads.missing('secret', name, site)
      return envPlaceholder(name)
    }
    reads.env(name)
    const value = env.get(name)
    if (value !== undefined) return value
    if (otherwise !== null) return otherwise
    reads.missing('env_var', name, site)
    return envPlaceholder(name)
  }
}

/** dbt's `var`, an object that is called and has `has_var`. `layers` are looked through in turn, the first that has it wins. */
export function varLookup(
  layers: readonly DataObject[],
  reads: Reads,
): { call: Callable; has: (name: string) => boolean } {
  const find = (name: string): Data | undefined => {
    for (const layer of layers) if (Object.hasOwn(layer, name)) return layer[name]
    return undefined
  }
  const call: Callable = (args, kwargs, site): Value => {
    const name = args[0] ?? kwargs.get('var_name')
    if (typeof name !== 'string') throw new PythonError('TypeError', 'var() needs the name of a variable')
    reads.var(name)
    const found = find(name)
    if (found !== undefined) return toValue(found)
    const otherwise = args.length > 1 ? args[1] : kwargs.get('default')
    if (otherwise !== undefined) return otherwise
    reads.missing('var', name, site)
    return null
  }
  return { call, has: (name) => find(name) !== undefined }
}

/** The variables that a package's templates see, nearest first: the command line's, the project's for the package, its global ones, the package's own. */
export function varLayers(
  cli: DataObject,
  root: { readonly name: string; readonly vars: DataObject },
  own: { readonly name: string; readonly vars: DataObject },
): DataObject[] {
  const scoped = (vars: DataObject): DataObject[] => {
    const inner = ownValue(vars, own.name)
    return isObject(inner) ? [inner, vars] : [vars]
  }
  return own.name === root.name ? [cli, ...scoped(root.vars)] : [cli, ...scoped(root.vars), ...scoped(own.vars)]
}
