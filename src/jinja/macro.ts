import type { Evaluate } from './compile-expression.ts'
import { type Context, DEFAULT_LIMITS, Frame, type Limits, Runtime } from './runtime.ts'
import { type CallSite, Dict, HostObject, type Kwargs, NO_KWARGS, Tuple, typeError, type Value } from './value.ts'

/** A macro, or the body of a call block, as it was compiled. */
export interface CompiledMacro {
  /** Null for the body of a call block. */
  readonly name: string | null
  readonly parameters: readonly string[]
  /** By parameter: where it goes, and its default. */
  readonly slots: readonly number[]
  readonly defaults: readonly (Evaluate | null)[]
  /** Where the special variables go, when the body uses them. */
  readonly callerSlot: number | null
  readonly kwargsSlot: number | null
  readonly varargsSlot: number | null
  readonly size: () => number
  readonly body: (frame: Frame) => unknown
}

/** What `return(…)` throws: ends the innermost bound macro with a value. It is no error. */
export class MacroReturn {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}

/** A macro that can be called. A bound one (with `limits`) is dbt's: `return(…)` ends it, and it can be called from nowhere. */
export class Macro extends HostObject {
  readonly typeName = 'Macro'
  override readonly qualifiedName = 'jinja2.runtime.Macro'
  readonly #macro: CompiledMacro
  readonly #around: Frame | null
  readonly #context: Context
  readonly #limits: Limits | null

  constructor(macro: CompiledMacro, around: Frame | null, context: Context, limits: Limits | null) {
    super()
    this.#macro = macro
    this.#around = around
    this.#context = context
    this.#limits = limits
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'name':
        return this.#macro.name
      case 'arguments':
        return new Tuple(this.#macro.parameters)
      case 'catch_kwargs':
        return this.#macro.kwargsSlot !== null
      case 'catch_varargs':
        return this.#macro.varargsSlot !== null
      case 'caller':
        return this.#macro.callerSlot !== null
    }
    return undefined
  }

  override call(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    const runtime = site instanceof Runtime ? site : new Runtime(this.#context.template, this.#limits ?? DEFAULT_LIMITS)
    const { name, offset, out, nodes } = runtime
    runtime.enter()
    try {
      const frame = new Frame(this.#macro.size(), this.#around, this.#context, runtime)
      bindArguments(this.#macro, frame, args, kwargs)
      runtime.name = this.#context.template
      runtime.out = ''
      runtime.nodes = null
      fillDefaults(this.#macro, frame)
      this.#macro.body(frame)
      runtime.step()
      return runtime.out
    } catch (error) {
      if (error instanceof MacroReturn && this.#limits) return error.value
      throw runtime.locate(error, this.#macro.name ?? 'caller')
    } finally {
      runtime.name = name
      runtime.offset = offset
      runtime.out = out
      runtime.nodes = nodes
      runtime.leave()
    }
  }

  override repr(): string {
    return this.#macro.name === null ? '<Macro anonymous>' : `<Macro '${this.#macro.name}'>`
  }
}

/** Puts the arguments where the macro's parameters are. Throws Jinja's TypeErrors. */
function bindArguments(macro: CompiledMacro, frame: Frame, args: readonly Value[], kwargs: Kwargs): void {
  const { parameters, slots } = macro
  const positional = Math.min(args.length, parameters.length)
  for (let index = 0; index < positional; index++) frame.slots[slots[index] ?? -1] = args[index]
  // Only what asks for the rest needs a copy that what was used is taken from.
  const rest = kwargs.size > 0 ? new Map(kwargs) : NO_KWARGS
  let callerGiven = positional === parameters.length && parameters.includes('caller')
  for (let index = positional; index < parameters.length; index++) {
    const name = parameters[index] ?? ''
    if (name === 'caller') callerGiven = true
    const value = rest.get(name)
    if (value === undefined) continue
    frame.slots[slots[index] ?? -1] = value
    if (rest instanceof Map) rest.delete(name)
  }
  if (macro.callerSlot !== null && !callerGiven) {
    const caller = rest.get('caller') ?? null
    if (rest instanceof Map) rest.delete('caller')
    frame.slots[macro.callerSlot] = caller ?? frame.hint('No caller defined', 'caller')
  }
  if (macro.kwargsSlot !== null) frame.slots[macro.kwargsSlot] = Dict.from(rest)
  else if (rest.size > 0) throw unexpectedKeyword(macro, rest)
  if (macro.varargsSlot !== null) frame.slots[macro.varargsSlot] = new Tuple(args.slice(parameters.length))
  else if (args.length > parameters.length) {
    throw typeError(`macro ${shownName(macro)} takes not more than ${parameters.length} argument(s)`)
  }
}

function shownName(macro: CompiledMacro): string {
  return macro.name === null ? 'None' : `'${macro.name}'`
}

function unexpectedKeyword(macro: CompiledMacro, rest: Kwargs): Error {
  if (rest.has('caller')) {
    return typeError(
      `macro ${shownName(macro)} was invoked with two values for the special caller argument. This is most likely a bug.`,
    )
  }
  const [first] = rest.keys()
  return typeError(`macro ${shownName(macro)} takes no keyword argument '${first}'`)
}

function fillDefaults(macro: CompiledMacro, frame: Frame): void {
  for (let index = 0; index < macro.slots.length; index++) {
    const slot = macro.slots[index] ?? -1
    if (frame.slots[slot] !== undefined) continue
    const name = macro.parameters[index] ?? ''
    const fallback = macro.defaults[index]
    frame.slots[slot] = fallback ? fallback(frame) : frame.hint(`parameter '${name}' was not provided`, name)
  }
}
