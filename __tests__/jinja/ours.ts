import {
  blocks,
  Dict,
  type NameScope,
  type ParseOptions,
  PythonError,
  parse,
  parsePythonLiteral,
  render,
  renderNative,
  repr,
  str,
  TemplateError,
  TemplateSyntaxError,
  type Value,
} from '../../src/jinja/index.ts'
import { type Case, CONTEXT, type Options } from './templates.ts'

/** What a template gives, here or in Python: text, or the exception's name and message. */
export type Result = { readonly ok: unknown } | { readonly error: readonly [type: string, message: string] }

/** Runs a case with this implementation, in the shape in which reference.py gives its results. */
export function runCase(test: Case): Result {
  try {
    return { ok: run(test) }
  } catch (error) {
    if (error instanceof TemplateError) return { error: [error.type, error.message] }
    if (error instanceof TemplateSyntaxError) return { error: ['TemplateSyntaxError', error.message] }
    throw error
  }
}

function run(test: Case): unknown {
  const { kind = 'render', template, options = {} } = test
  if (kind === 'blocks') {
    const found = blocks(template, new Set(options.kinds)).blocks
    return found.map((block) => [
      block.kind,
      block.name,
      template.slice(block.start, block.end),
      template.slice(block.contentsStart, block.contentsEnd),
    ])
  }
  const parsed = parse(template, parseOptions(options, kind))
  const scope = scopeOf(test.context ?? CONTEXT)
  if (kind === 'native') return repr(renderNative(parsed, scope))
  return render(parsed, scope, options.chainable ? { undefined: 'chainable' } : {})
}

function parseOptions(options: Options, kind: string): ParseOptions {
  return {
    // Only dbt's own environment puts a prefix before the names of macros.
    macroPrefix: kind === 'native' ? 'dbt_macro__' : '',
    trimBlocks: options.trim_blocks ?? false,
    lstripBlocks: options.lstrip_blocks ?? false,
    keepTrailingNewline: options.keep_trailing_newline ?? false,
  }
}

/** Reads a Python literal of a dict as what a template finds in its scope. */
export function scopeOf(literal: string): NameScope {
  const dict = parsePythonLiteral(literal.trim())?.value
  if (!(dict instanceof Dict)) throw new PythonError('ValueError', 'the context is no dict')
  return new Map<string, Value>(Array.from(dict, ([key, value]) => [str(key), value]))
}
