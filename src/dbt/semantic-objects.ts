import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { type Callable, HostObject, PythonError, render, str, type Value } from '../jinja/index.ts'
import type { Session } from './session.ts'

/** A `Dimension('customer__region')` or the like, in a filter or a saved query. */
export interface SemanticObject {
  readonly kind: 'Dimension' | 'TimeDimension' | 'Entity' | 'Metric'
  /** What is written, `customer__region`. */
  readonly name: string
  readonly grain: string | null
}

const KINDS = ['Dimension', 'TimeDimension', 'Entity', 'Metric'] as const

/**
 * The objects that a template names, in order; why they cannot be read, in words, when they cannot:
 * https://docs.getdbt.com/docs/build/metrics-overview#filters
 */
export function semanticObjects({ cache }: Pick<Session, 'cache'>, template: string): SemanticObject[] | string {
  const found: { kind: SemanticObject['kind']; name: string; grain: string | null }[] = []
  const callable =
    (kind: SemanticObject['kind']): Callable =>
    (args, kwargs) => {
      const name = args[0] ?? kwargs.get(`${kind === 'TimeDimension' ? 'time_dimension' : kind.toLowerCase()}_name`)
      if (typeof name !== 'string') throw new PythonError('TypeError', `${kind}() takes a name`)
      const grain = kind === 'TimeDimension' ? (args[1] ?? kwargs.get('time_granularity_name') ?? null) : null
      const made = { kind, name: name.toLowerCase(), grain: typeof grain === 'string' ? grain.toLowerCase() : null }
      found.push(made)
      return new Chained((to) => {
        made.grain = to.toLowerCase()
      })
    }
  try {
    const names = new Map<string, Value>(KINDS.map((kind) => [kind, callable(kind)]))
    render(cache.template(template, 'filter'), names, { undefined: 'default' })
  } catch (error) {
    if (error instanceof TemplateError || error instanceof TemplateSyntaxError) return error.message
    throw error
  }
  const bare = found.find(({ kind, name }) => isDimension(kind) && name !== 'metric_time' && !name.includes('__'))
  if (bare) return `${bare.kind}('${bare.name}') names no entity; write ${bare.kind}('entity__${bare.name}')`
  return found
}

function isDimension(kind: SemanticObject['kind']): boolean {
  return kind === 'Dimension' || kind === 'TimeDimension'
}

/** What `.grain('day')`, `.date_part('year')` and `.descending(true)` are asked of. */
class Chained extends HostObject {
  readonly typeName = 'SemanticObject'
  readonly #onGrain: (grain: string) => void

  constructor(onGrain: (grain: string) => void) {
    super()
    this.#onGrain = onGrain
  }

  override attribute(name: string): Value | undefined {
    if (!['grain', 'date_part', 'descending'].includes(name)) return undefined
    return (args) => {
      if (name === 'grain') this.#onGrain(str(args[0] ?? null))
      return this
    }
  }

  override text(): string {
    return ''
  }
}
