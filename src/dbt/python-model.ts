import { PythonError, parsePythonLiteral, type Value } from '../jinja/index.ts'
import { addConfigCall } from './config.ts'
import { type Data, define, fromValue } from './data.ts'
import type { Work } from './draft.ts'
import { refArgs, sourceArgs } from './parse-subject.ts'
import type { Session } from './session.ts'

/** A call of dbt's in a Python model. */
interface PythonCall {
  readonly name: string
  readonly args: readonly Value[]
  readonly kwargs: ReadonlyMap<string, Value>
  readonly offset: number
}

const CALL = /\bdbt\s*\.\s*(ref|source|config(?:\s*\.\s*(?:get|meta_get))?)\s*\(/y
/** What can hide a bracket or a call: a comment, a text of any kind. */
const SKIPPED =
  /#[^\n]*|[rRbBuU]{0,2}(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/y
const WORD = /\w+/y

/**
 * Finds what a Python model refs and configures without running it: https://docs.getdbt.com/docs/build/python-models.
 * Arguments are literals, as dbt wants them.
 */
export function parsePython(session: Session, work: Work): void {
  const { contents, file, shift } = work.source
  const used: Data[] = []
  const defaults: Data[] = []
  const metaUsed: Data[] = []
  const metaDefaults: Data[] = []
  for (const call of callsOf(contents, (offset, message) =>
    session.sink.add('invalid-properties', 'error', { file, offset: shift + offset }, message, work.draft.unique_id),
  )) {
    const place = { file, offset: shift + call.offset }
    try {
      if (call.name === 'ref') work.asked.push({ kind: 'ref', args: refArgs(call.args, call.kwargs), place })
      else if (call.name === 'source')
        work.asked.push({ kind: 'source', args: sourceArgs(call.args, call.kwargs), place })
      else if (call.name === 'config') work.call = addConfigCall(work.call, optionsOf(call))
      else {
        const [keys, values] = call.name === 'config.get' ? [used, defaults] : [metaUsed, metaDefaults]
        keys.push(fromValue(call.args[0] ?? null))
        values.push(fromValue(call.args[1] ?? null))
      }
    } catch (error) {
      if (!(error instanceof PythonError)) throw error
      session.sink.add('invalid-properties', 'error', place, error.message, work.draft.unique_id)
    }
  }
  if (used.length === 0 && metaUsed.length === 0) return
  work.call = addConfigCall(work.call, {
    config_keys_used: used,
    config_keys_defaults: defaults,
    meta_keys_used: metaUsed,
    meta_keys_defaults: metaDefaults,
  })
}

function optionsOf({ args, kwargs }: PythonCall): Record<string, Data> {
  const options: Record<string, Data> = {}
  const only = args.length === 1 ? fromValue(args[0] ?? null) : null
  if (typeof only === 'object' && only !== null && !Array.isArray(only))
    for (const [key, value] of Object.entries(only)) define(options, key, value as Data)
  for (const [key, value] of kwargs)
    define(options, key === 'pre_hook' || key === 'post_hook' ? key.replace('_', '-') : key, fromValue(value))
  return options
}

function* callsOf(text: string, fail: (offset: number, message: string) => void): Generator<PythonCall> {
  for (let at = 0; at < text.length; ) {
    const skipped = matchAt(SKIPPED, text, at)
    if (skipped) {
      at += skipped.length
      continue
    }
    CALL.lastIndex = at
    const found = CALL.exec(text)
    if (!found) {
      at += matchAt(WORD, text, at)?.length ?? 1
      continue
    }
    const name = (found[1] ?? '').replaceAll(/\s/g, '')
    const start = at + found[0].length
    const parts = argumentsFrom(text, start)
    at = parts === null ? text.length : start
    const call = parts && readCall(name, parts, found.index)
    if (call) yield call
    else fail(found.index, `dbt.${name}() takes literals in a Python model: dbt reads it without running it`)
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Brackets within brackets that Python reads. */
const MAX_NESTING = 200

/** The texts between a call's parentheses, split at its own commas; null when they do not end, or are too deeply nested for Python. */
function argumentsFrom(text: string, start: number): string[] | null {
  const parts: string[] = []
  let depth = 0
  let from = start
  for (let at = start; at < text.length; at += 1) {
    const skipped = matchAt(SKIPPED, text, at)
    if (skipped) {
      at += skipped.length - 1
      continue
    }
    const character = text[at] ?? ''
    if ('([{'.includes(character)) {
      depth += 1
      if (depth > MAX_NESTING) return null
    } else if (depth > 0 && ')]}'.includes(character)) depth -= 1
    else if (depth === 0 && (character === ',' || character === ')')) {
      parts.push(text.slice(from, at))
      from = at + 1
      if (character === ')') return withoutComments(parts)
    }
  }
  return null
}

function withoutComments(parts: readonly string[]): string[] {
  return parts.map((part) => part.replaceAll(/^\s*#[^\n]*$/gm, '').trim()).filter((part) => part !== '')
}

function readCall(name: string, parts: readonly string[], offset: number): PythonCall | undefined {
  const args: Value[] = []
  const kwargs = new Map<string, Value>()
  for (const part of parts) {
    const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part)
    const literal = parsePythonLiteral(named?.[2] ?? part)
    if (!literal) return undefined
    if (named?.[1] !== undefined) kwargs.set(named[1], literal.value)
    else args.push(literal.value)
  }
  return { name, args, kwargs, offset }
}
