import { createContext, Script } from 'node:vm'
import { PythonError } from '../jinja/index.ts'
import { checkLength, checkSize } from '../jinja/limits.ts'

const MAX_MS = 1000

/** Where a pattern that may backtrack is run: V8 ends what runs in a context of its own when its time is up, and nothing else. */
let enclosure: { readonly box: { run: () => unknown }; readonly go: Script } | undefined

/** The first match of an expression in a text. Throws a LimitError when looking for it takes more than a second. */
export function firstMatch(expression: RegExp, text: string): RegExpExecArray | null {
  return limited(expression, text, () => expression.exec(text))
}

/** All matches of an expression in a text. Throws a LimitError when looking for them takes more than a second. */
export function allMatches(expression: RegExp, text: string): RegExpExecArray[] {
  return limited(expression, text, () => {
    const found: RegExpExecArray[] = []
    for (const match of text.matchAll(expression)) {
      found.push(match)
      checkSize(found)
    }
    return found
  })
}

function limited<T>(expression: RegExp, text: string, run: () => T): T {
  checkLength(text.length)
  if (isQuick(expression, text)) return run()
  let result: T | undefined
  enclosure ??= { box: createContext({ run: () => undefined }) as { run: () => unknown }, go: new Script('run()') }
  enclosure.box.run = () => {
    result = run()
  }
  try {
    enclosure.go.runInContext(enclosure.box, { timeout: MAX_MS })
    return result as T
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new PythonError('error', `this pattern is too large: ${expression.source}`, { cause: error })
    // It is an Error of the context, not one of ours.
    if (typeof error !== 'object' || error === null || !('code' in error)) throw error
    if (error.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new PythonError(
      'LimitError',
      `this pattern takes more than ${MAX_MS / 1000} s on its text: ${expression.source}`,
    )
  }
}

/** Whether a pattern on such a text takes no time that is worth a look: it has one way to go on at nearly every place. */
function isQuick({ source }: RegExp, text: string): boolean {
  return text.length <= 1000 && !source.includes('|') && (source.match(/[*+?{]/g)?.length ?? 0) <= 1
}
