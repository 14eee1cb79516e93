import { TemplateSyntaxError } from '../jinja/errors.ts'
import { blocks, type MacroNode, macros as macrosOf, type Template, walk } from '../jinja/index.ts'
import type { ParseCache } from './cache.ts'
import type { SourceFile } from './files.ts'
import type { Sink } from './sink.ts'

/** A macro, generic test or materialization. */
export interface MacroEntry {
  readonly unique_id: string
  readonly name: string
  readonly package: string
  readonly source: SourceFile
  readonly template: Template
  readonly node: MacroNode
  /** The whole block. */
  readonly sql: string
  /** What it calls, read from its text. */
  readonly calls: readonly MacroCall[]
}

/** What is known of a macro whose body is not: where it is. */
export type MacroName = Pick<MacroEntry, 'unique_id' | 'name' | 'package'>

/** A call that stands in a template: `name(…)`, `package.name(…)`, or `adapter.dispatch('name', 'namespace')`. */
export interface MacroCall {
  readonly package: string | null
  readonly name: string
  readonly offset: number
  readonly isDispatch: boolean
}

const MACRO_KINDS = new Set(['macro', 'materialization', 'test', 'data_test'])
const TEST_KINDS = new Set(['test', 'data_test'])

/** The macros of a file of macros, or of generic tests alone. A block that cannot be read is told to the sink. */
export function readMacros(
  source: SourceFile,
  packageName: string,
  cache: ParseCache,
  sink: Sink,
  onlyTests: boolean,
): MacroEntry[] {
  const fail = (error: unknown): void => {
    if (!(error instanceof TemplateSyntaxError)) throw error
    sink.add(
      'jinja-syntax',
      'error',
      { file: source.file, offset: error.offset + source.shift },
      `this Jinja cannot be read: ${error.message}`,
    )
  }
  const entries: MacroEntry[] = []
  try {
    for (const block of blocks(source.contents, onlyTests ? TEST_KINDS : MACRO_KINDS).blocks) {
      try {
        const template = cache.template(source.contents, source.file, block.start, block.end)
        const node = macrosOf(template)[0]
        if (!node || node.tag === 'docs') continue
        entries.push({
          unique_id: `macro.${packageName}.${node.name}`,
          name: node.name,
          package: packageName,
          source,
          template,
          node,
          sql: source.contents.slice(block.start, block.end),
          calls: macroCalls(template),
        })
      } catch (error) {
        fail(error)
      }
    }
  } catch (error) {
    fail(error)
  }
  return entries
}

const calls = new WeakMap<Template, MacroCall[]>()

/** The calls in a template, in source order: what dbt finds without running it. */
export function macroCalls(template: Template): readonly MacroCall[] {
  const known = calls.get(template)
  if (known) return known
  const found: MacroCall[] = []
  walk(template, (node) => {
    if (node.kind !== 'call') return undefined
    const { callee, offset } = node
    if (callee.kind === 'name') found.push({ package: null, name: callee.name, offset, isDispatch: false })
    else if (callee.kind === 'attribute' && callee.object.kind === 'name') {
      if (callee.object.name !== 'adapter')
        found.push({ package: callee.object.name, name: callee.name, offset, isDispatch: false })
      else if (callee.name === 'dispatch') {
        const argument = (index: number, keyword: string): string | null => {
          const expression = node.args[index] ?? node.kwargs.find((kwarg) => kwarg.name === keyword)?.value
          return expression?.kind === 'const' && typeof expression.value === 'string' ? expression.value : null
        }
        const name = argument(0, 'macro_name')
        if (name !== null) found.push({ package: argument(1, 'macro_namespace'), name, offset, isDispatch: true })
      }
    }
    return undefined
  })
  calls.set(template, found)
  return found
}
