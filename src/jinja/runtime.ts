import type { FilterContext } from './builtin.ts'
import { TemplateError } from './errors.ts'
import { FILTERS } from './filters/index.ts'
import { GLOBALS } from './globals.ts'
import { beat, charged } from './limits.ts'
import { textOf } from './marked.ts'
import { TESTS } from './tests.ts'
import { str } from './text.ts'
import { type CallSite, type Kwargs, PythonError, Undefined, type Value } from './value.ts'

/** Where names are looked up: a Map, or anything lazy. `undefined` (JavaScript's) when the name is not there. */
export interface NameScope {
  get(name: string): Value | undefined
}

/** What bounds the work of one rendering, the macros that it calls included. */
export interface Limits {
  readonly maxSteps: number
  readonly maxDepth: number
  readonly maxOutput: number
}

export const DEFAULT_LIMITS: Limits = { maxSteps: 10_000_000, maxDepth: 200, maxOutput: 64 * 1024 * 1024 }

/** One rendering: its output, its place, and the work that it has done. */
export class Runtime implements CallSite {
  /** The template whose code runs. */
  name: string
  offset = 0
  /** The text that has been written, since the innermost capture began. */
  out = ''
  /** What native rendering has written: values, not text. Null within a capture and in other renderings. */
  nodes: Value[] | null = null
  /** The text of the block that a filter is applied to. */
  blockText = ''
  #steps = 0
  #depth = 0
  readonly #limits: Limits

  constructor(name: string, limits: Limits, native = false) {
    this.name = name
    if (native) this.nodes = []
    this.#limits = limits
  }

  /** Counts one loop round or call. Throws a LimitError beyond the bounds. */
  step(): void {
    this.#steps += 1
    beat()
    if (this.#steps > this.#limits.maxSteps) {
      throw new PythonError('LimitError', `the template does not end: more than ${this.#limits.maxSteps} steps`)
    }
    if (this.out.length > this.#limits.maxOutput) {
      throw new PythonError('LimitError', `the template writes more than ${this.#limits.maxOutput} characters`)
    }
  }

  /** Goes one call deeper. Throws a RecursionError beyond the bounds. */
  enter(): void {
    this.step()
    if (this.#depth >= this.#limits.maxDepth) {
      throw new PythonError('RecursionError', 'maximum recursion depth exceeded')
    }
    this.#depth += 1
  }

  leave(): void {
    this.#depth -= 1
  }

  /** Writes a value in native rendering. From the second on they are texts, made at once: a list may change afterwards. */
  writeNode(value: Value): void {
    const { nodes } = this
    if (!nodes) return
    nodes.push(nodes.length < 2 ? value : str(value))
    if (nodes.length === 2) for (const [index, node] of nodes.entries()) nodes[index] = str(node)
  }

  /** What is written while `run` runs. */
  capture(run: () => void): string {
    const { out, nodes } = this
    this.out = ''
    this.nodes = null
    try {
      run()
      return this.out
    } finally {
      this.out = out
      this.nodes = nodes
    }
  }

  /** The error with its place, when it is one of the template; another error as it is. */
  locate(error: unknown, macro: string | null): unknown {
    const here = { template: this.name, offset: this.offset, macro }
    if (error instanceof TemplateError) {
      return new TemplateError(error.type, error.message, [...error.trace, here] as never, error.cause)
    }
    const failure = error instanceof RangeError ? overflow(error) : error
    if (!(failure instanceof PythonError)) return error
    return new TemplateError(failure.type, failure.message, [here], failure)
  }
}

function overflow(error: RangeError): PythonError {
  if (error.message.includes('call stack')) return new PythonError('RecursionError', 'maximum recursion depth exceeded')
  return new PythonError('LimitError', 'the template makes a value that is too large', { cause: error })
}

/** What a template is rendered with. */
export interface Context {
  readonly template: string
  readonly scope: NameScope
  readonly chainable: boolean
  /** Whether this is native rendering, which the macros of a host are not part of. */
  readonly native: boolean
}

/** The variables of one running function of a template. */
export class Frame implements FilterContext {
  readonly slots: (Value | undefined)[]
  readonly parent: Frame | null
  readonly context: Context
  readonly runtime: Runtime

  constructor(size: number, parent: Frame | null, context: Context, runtime: Runtime) {
    this.slots = new Array<Value | undefined>(size)
    this.parent = parent
    this.context = context
    this.runtime = runtime
  }

  get name(): string {
    return this.runtime.name
  }
  get offset(): number {
    return this.runtime.offset
  }
  get native(): boolean {
    return this.context.native
  }
  get chainable(): boolean {
    return this.context.chainable
  }

  /** The value of a name that the template does not assign. */
  lookUp(name: string): Value {
    const value = this.context.scope.get(name)
    if (value !== undefined) return value
    return GLOBALS.get(name) ?? this.undefined(name)
  }

  undefined(name: string): Undefined {
    return new Undefined({ name, chainable: this.context.chainable })
  }

  hint(hint: string, name?: string): Undefined {
    const facts = { hint, chainable: this.context.chainable }
    return new Undefined(name === undefined ? facts : { ...facts, name })
  }

  filter(name: string, value: Value, args: readonly Value[], kwargs: Kwargs): Value {
    const run = FILTERS.get(name)
    if (!run) throw new PythonError('TemplateRuntimeError', `No filter named '${name}'.`)
    this.runtime.step()
    return charged(run(value, args, kwargs, this))
  }

  test(name: string, value: Value, args: readonly Value[], kwargs: Kwargs): Value {
    const run = TESTS.get(name)
    if (!run) throw new PythonError('TemplateRuntimeError', `No test named '${name}'.`)
    this.runtime.step()
    return run(value, args, kwargs, this)
  }
}

/** The text of a keyword that is spread into a call. Throws TypeError when it is none. */
export function keywordText(key: Value): string {
  const text = textOf(key)
  if (text === undefined) throw new PythonError('TypeError', 'keywords must be strings')
  return text
}
