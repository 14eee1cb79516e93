/**
 * Jinja2 as dbt uses it: parse, render, scan for blocks. It knows nothing of dbt beyond its tags, and never runs JavaScript
 * that a template names. Follows https://jinja.palletsprojects.com/en/stable/templates/ (Jinja 3.1).
 */
import type { MacroNode, Node, Statement } from './ast.ts'
import type { CallSite, HostObject, Kwargs, Value } from './value.ts'

export type * from './ast.ts'
export { position, TemplateError, TemplateSyntaxError, type Trace } from './errors.ts'
export * from './value.ts'

/** A parsed template. It is compiled once, when it is first rendered; the same template can be rendered any number of times. */
export interface Template {
  readonly name: string
  readonly source: string
  readonly body: readonly Statement[]
}

export interface ParseOptions {
  /** Name of the template, for errors. */
  readonly name?: string
  /** Only this part of the source is the template; offsets stay those of the whole source. */
  readonly start?: number
  readonly end?: number
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly keepTrailingNewline?: boolean
}

/** Where names are looked up: a Map, or anything lazy. `undefined` (JavaScript's) when the name is not there. */
export interface Scope {
  get(name: string): Value | undefined
}

export interface RenderOptions {
  /** `chainable`: attributes, items and calls of what is undefined are undefined too, as in dbt while it parses. */
  readonly undefined?: 'default' | 'chainable'
  /** Put before the name under which a macro is known in its template: dbt's is `dbt_macro__`. */
  readonly macroPrefix?: string
  /** Loop rounds and calls, all macros included, before it is a LimitError. */
  readonly maxSteps?: number
  /** Calls within calls before it is a LimitError (Python's RecursionError). */
  readonly maxDepth?: number
  /** Characters of any one text before it is a LimitError. */
  readonly maxOutput?: number
}

/** Parses a template. Throws TemplateSyntaxError. */
export declare function parse(source: string, options?: ParseOptions): Template

/** Whether a text has anything for Jinja: dbt leaves a text without it alone, its last newline included. */
export declare function hasJinja(text: string): boolean

/** Renders a template to text. Throws TemplateError, and TemplateSyntaxError for an unknown filter or test. */
export declare function render(template: Template, scope: Scope, options?: RenderOptions): string

/** Renders as dbt renders YAML values: a template that is one expression gives its value, all else text. */
export declare function renderNative(template: Template, scope: Scope, options?: RenderOptions): Value

/** Looks names up in several scopes, first match wins. */
export declare function scopes(...layers: readonly Scope[]): Scope

/** The macros (tests, materializations, docs) that a template defines at its top level. */
export declare function macros(template: Template): readonly MacroNode[]

/**
 * A macro as a value that can be called: a HostObject with attributes `name` and `arguments`, giving its text, or what
 * `return(…)` (see `macroReturn`) was given. `scope` is where its free names are looked up, at each call.
 */
export declare function bindMacro(
  template: Template,
  macro: MacroNode,
  scope: Scope,
  options?: RenderOptions,
): HostObject

/** A `return` to lend: ends the innermost bound macro with a value. */
export declare function macroReturn(args: readonly Value[], kwargs: Kwargs): never

/** Calls a value. Throws PythonError when it cannot be called. Pass the site that you were given, so that bounds are shared. */
export declare function call(callee: Value, args: readonly Value[], kwargs?: Kwargs, site?: CallSite): Value

/** The attribute as `object.name` gives it, the item as `object[key]`; an Undefined when there is none. */
export declare function getAttribute(object: Value, name: string): Value
export declare function getItem(object: Value, key: Value): Value
export declare function iterate(value: Value): Iterable<Value>

/** Visits nodes, parents first, in source order; `false` from the visitor skips a node's children. */
export declare function walk(root: Template | Node | readonly Node[], visit: (node: Node) => boolean | undefined): void

/** Which block dbt found: `{% kind name … %}contents{% endkind %}`. */
export interface Block {
  readonly kind: string
  /** `{% macro name(` : name; null when no name follows. */
  readonly name: string | null
  /** The whole block, with whitespace that a `{%-` eats. */
  readonly start: number
  readonly end: number
  /** What is between its tags. */
  readonly contentsStart: number
  readonly contentsEnd: number
}

export interface BlocksResult {
  readonly blocks: readonly Block[]
  /** Tags at the top level that are none of the kinds: dbt warns of them. */
  readonly unexpected: readonly { readonly tag: string; readonly offset: number }[]
}

/** dbt's scan for top-level blocks of the kinds that are asked for. Throws TemplateSyntaxError when they are unbalanced. */
export declare function blocks(source: string, kinds: ReadonlySet<string>): BlocksResult

/** JSON (or YAML) data as a value: an object is a Dict, a whole number an int, any other number a float. */
export declare function fromJson(data: unknown): Value
/** A value as plain data: a Dict is an object, a tuple an array. Throws PythonError for what JSON has not. */
export declare function toJson(value: Value): unknown

/** Python's `str(value)`, `repr(value)`, `bool(value)`, `a == b`, `type(value).__name__`. */
export declare function str(value: Value): string
export declare function repr(value: Value): string
export declare function truthy(value: Value): boolean
export declare function equal(a: Value, b: Value): boolean
export declare function typeName(value: Value): string
