import type { MacroNode, Statement } from './ast.ts'
import { type CompiledTemplate, compileLoneMacro, compileTemplate } from './compile.ts'
import { TemplateSyntaxError } from './errors.ts'
import { tokenize } from './lexer.ts'
import { bounded, MAX_MS } from './limits.ts'
import { type CompiledMacro, Macro, MacroReturn } from './macro.ts'
import { checkNested, nativeValue } from './native.ts'
import { parseTokens } from './parser.ts'
import { type Context, DEFAULT_LIMITS, Frame, type Limits, type NameScope, Runtime } from './runtime.ts'
import { type HostObject, PythonError, type Value } from './value.ts'

export interface ParseOptions {
  /** Name of the template, for errors. */
  readonly name?: string
  /** Only this part of the source is the template; offsets stay those of the whole source. */
  readonly start?: number
  readonly end?: number
  /** Put before the name under which a macro is known within its own template: dbt's is `dbt_macro__`. */
  readonly macroPrefix?: string
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly keepTrailingNewline?: boolean
}

export interface RenderOptions {
  /** `chainable`: attributes, items and calls of what is undefined are undefined too, as in dbt while it parses. */
  readonly undefined?: 'default' | 'chainable'
  /** Loop rounds and calls, all macros included, before it is a LimitError. */
  readonly maxSteps?: number
  /** Calls within calls before it is a RecursionError. */
  readonly maxDepth?: number
  /** Characters of any one text that is written before it is a LimitError. */
  readonly maxOutput?: number
  /** How long a rendering may take before it is a LimitError, whatever is in its steps. */
  readonly maxMilliseconds?: number
}

/**
 * A parsed template, to be rendered any number of times. What it is compiled to is kept from the second rendering on: most
 * templates of a large project are rendered once, and closures take more memory than the tree.
 */
export class Template {
  readonly name: string
  readonly source: string
  readonly body: readonly Statement[]
  readonly macroPrefix: string
  #compiled: CompiledTemplate | undefined
  #rendered = false
  readonly #macros = new Map<MacroNode, CompiledMacro>()

  constructor(name: string, source: string, body: readonly Statement[], macroPrefix: string) {
    this.name = name
    this.source = source
    this.body = body
    this.macroPrefix = macroPrefix
  }

  compiled(): CompiledTemplate {
    if (this.#compiled) return this.#compiled
    const compiled = this.#locate(() => compileTemplate(this.source, this.body, this.macroPrefix))
    if (this.#rendered) this.#compiled = compiled
    this.#rendered = true
    return compiled
  }

  compiledMacro(node: MacroNode): CompiledMacro {
    let macro = this.#macros.get(node)
    if (!macro) {
      macro = this.#locate(() => compileLoneMacro(this.source, node, this.macroPrefix))
      this.#macros.set(node, macro)
    }
    return macro
  }

  #locate<T>(run: () => T): T {
    return named(this.name, run)
  }
}

/** Gives a syntax error the template's name. */
function named<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof TemplateSyntaxError) throw new TemplateSyntaxError(error.message, error.offset, name)
    if (error instanceof RangeError)
      throw new TemplateSyntaxError('the template is too large or too deeply nested', 0, name)
    throw error
  }
}

/** Parses a template. Throws TemplateSyntaxError. */
export function parse(source: string, options: ParseOptions = {}): Template {
  const { name = '', start = 0, end = source.length, macroPrefix = '' } = options
  const body = named(name, () => parseTokens(tokenize(source, start, end, options)))
  return new Template(name, source, body, macroPrefix)
}

/** Whether a text has anything for Jinja: dbt leaves a text without it alone, its last newline included. */
export function hasJinja(text: string): boolean {
  return /\{[{%#]|[#}%]\}/.test(text)
}

function contextOf(template: Template, scope: NameScope, options: RenderOptions, native: boolean): Context {
  return { template: template.name, scope, chainable: options.undefined === 'chainable', native }
}

function limitsOf({ maxSteps, maxDepth, maxOutput }: RenderOptions): Limits {
  return {
    maxSteps: maxSteps ?? DEFAULT_LIMITS.maxSteps,
    maxDepth: maxDepth ?? DEFAULT_LIMITS.maxDepth,
    maxOutput: maxOutput ?? DEFAULT_LIMITS.maxOutput,
  }
}

function run(template: Template, scope: NameScope, options: RenderOptions, native: boolean): Runtime {
  return bounded(options.maxMilliseconds ?? MAX_MS, () => execute(template, scope, options, native))
}

function execute(template: Template, scope: NameScope, options: RenderOptions, native: boolean): Runtime {
  const { run: body, size } = template.compiled()
  const runtime = new Runtime(template.name, limitsOf(options), native)
  try {
    body(new Frame(size(), null, contextOf(template, scope, options, native), runtime))
    runtime.step()
    return runtime
  } catch (error) {
    const failure =
      error instanceof MacroReturn ? new PythonError('MacroReturn', 'return() was called outside of a macro') : error
    throw runtime.locate(failure, null)
  }
}

/** Renders a template to text. Throws TemplateError, and TemplateSyntaxError for an unknown filter or test. */
export function render(template: Template, scope: NameScope, options: RenderOptions = {}): string {
  return run(template, scope, options, false).out
}

/**
 * Renders as dbt renders YAML values: a template that is one expression gives its value, all else is text. A text that is marked
 * with `as_native`, `as_bool` or `as_number` is read as a Python literal. Throws as `render`.
 */
export function renderNative(template: Template, scope: NameScope, options: RenderOptions = {}): Value {
  return bounded(options.maxMilliseconds ?? MAX_MS, () => {
    const { nodes, name } = run(template, scope, options, true)
    try {
      return checkNested(nativeValue(nodes ?? []))
    } catch (error) {
      throw new Runtime(name, DEFAULT_LIMITS).locate(error, null)
    }
  })
}

/** Looks names up in several scopes, first match wins. */
export function scopes(...layers: readonly NameScope[]): NameScope {
  return {
    get(name) {
      for (const layer of layers) {
        const value = layer.get(name)
        if (value !== undefined) return value
      }
      return undefined
    },
  }
}

/** The macros (tests, materializations, docs) that a template defines at its top level. */
export function macros(template: Template): readonly MacroNode[] {
  return template.body.filter((statement) => statement.kind === 'macro')
}

/**
 * A macro as a value that can be called, with nothing of its template around it: it has attributes `name` and `arguments`, and
 * gives its text, or what `return(…)` was given. `scope` is where its free names are looked up, at each call. Throws
 * TemplateSyntaxError for an unknown filter or test.
 */
export function bindMacro(
  template: Template,
  macro: MacroNode,
  scope: NameScope,
  options: RenderOptions = {},
): HostObject {
  const context = contextOf(template, scope, options, false)
  const limits = limitsOf(options)
  return new Macro(template.compiledMacro(macro), null, context, limits)
}

/** A `return` to lend: ends the innermost bound macro with a value. */
export function macroReturn(args: readonly Value[]): never {
  throw new MacroReturn(args[0] ?? null)
}
