import { bind, intArgument, textArgument } from './arguments.ts'
import { PythonRange } from './collections.ts'
import { truthy } from './iterate.ts'
import { lipsum } from './lipsum.ts'
import { updateDict } from './methods/dict.ts'
import { repr } from './text.ts'
import { type Callable, Dict, HostObject, type Kwargs, PythonError, typeError, type Value } from './value.ts'

/** A `namespace(…)`: the one thing whose attributes a template can set. */
export class Namespace extends HostObject {
  readonly typeName = 'Namespace'
  override readonly qualifiedName = 'jinja2.utils.Namespace'
  readonly attributes = new Dict()

  override attribute(name: string): Value | undefined {
    return this.attributes.get(name)
  }
  override repr(): string {
    return `<Namespace ${repr(this.attributes)}>`
  }
}

class Cycler extends HostObject {
  readonly typeName = 'Cycler'
  override readonly qualifiedName = 'jinja2.utils.Cycler'
  readonly #items: readonly Value[]
  #position = 0
  constructor(items: readonly Value[]) {
    super()
    if (items.length === 0) throw new PythonError('RuntimeError', 'at least one item has to be provided')
    this.#items = items
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.#items[this.#position] ?? null
      case 'pos':
        return this.#position
      case 'next':
        return () => this.#next()
      case 'reset':
        return () => {
          this.#position = 0
          return null
        }
    }
    return undefined
  }

  #next(): Value {
    const item = this.#items[this.#position] ?? null
    this.#position = (this.#position + 1) % this.#items.length
    return item
  }
}

class Joiner extends HostObject {
  readonly typeName = 'Joiner'
  override readonly qualifiedName = 'jinja2.utils.Joiner'
  readonly #separator: Value
  #used = false
  constructor(separator: Value) {
    super()
    this.#separator = separator
  }

  override call(): Value {
    if (this.#used) return this.#separator
    this.#used = true
    return ''
  }
}

const range: Callable = (args) => {
  if (args.length === 0) throw typeError('range expected at least 1 argument, got 0')
  if (args.length > 3) throw typeError(`range expected at most 3 arguments, got ${args.length}`)
  const [first, second, third] = args.map((arg) => intArgument(arg, 0))
  return second === undefined ? new PythonRange(0, first ?? 0, 1) : new PythonRange(first ?? 0, second, third ?? 1)
}

function newDict(name: string, args: readonly Value[], kwargs: Kwargs): Dict {
  const dict = new Dict()
  updateDict(dict, name, args, kwargs)
  return dict
}

const namespace: Callable = (args, kwargs) => {
  const result = new Namespace()
  updateDict(result.attributes, 'dict', args, kwargs)
  return result
}

const lorem: Callable = (args, kwargs) => {
  const [count, html = true, min, max] = bind('lipsum', ['n?', 'html?', 'min?', 'max?'], args, kwargs)
  return lipsum(intArgument(count, 5), truthy(html), intArgument(min, 20), intArgument(max, 100))
}

/** What every template has without a host. */
export const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', range],
  ['dict', (args, kwargs) => newDict('dict', args, kwargs)],
  ['namespace', namespace],
  ['cycler', (args) => new Cycler(args)],
  [
    'joiner',
    (args, kwargs) => {
      const [separator = ', '] = bind('joiner', ['sep?'], args, kwargs)
      return new Joiner(textArgument(separator, 'sep'))
    },
  ],
  ['lipsum', lorem],
])
