import { DBT_VERSION } from './context.ts'
import { type Data, isList } from './data.ts'

/** `isRange`: what is written can be read, and leaves this dbt out; another one may run the project. */
interface Refusal {
  readonly isRange: boolean
  readonly message: string
}

type Specifier = {
  readonly text: string
  readonly matcher: string
  readonly numbers: readonly number[]
  readonly prerelease: string | null
}

/**
 * What is wrong with a project's `require-dbt-version`; null when it allows the dbt that is followed here.
 * https://docs.getdbt.com/reference/project-configs/require-dbt-version
 */
export function refusedVersion(required: Data | undefined): Refusal | null {
  if (required === undefined || required === null) return null
  const texts = typeof required === 'string' ? required.split(',') : isList(required) ? required : null
  if (texts === null) return wrong("require-dbt-version is a text or a list of texts: '>=1.10.0,<2.0.0'")
  const specifiers: Specifier[] = []
  for (const text of texts) {
    const found = typeof text === 'string' ? specifier(text) : null
    if (found === null)
      return wrong(
        `require-dbt-version: '${String(text)}' is no version; write it whole and without spaces, as in '>=1.10.0,<2.0.0'`,
      )
    specifiers.push(found)
  }
  const refusing = specifiers.find((each) => !allows(each))
  if (!refusing) return null
  const needs = specifiers.map(({ text }) => text).join(', ')
  const message = `require-dbt-version does not allow dbt-core ${DBT_VERSION}, as which projects are read here: it needs ${needs}`
  return { isRange: true, message }
}

function wrong(message: string): Refusal {
  return { isRange: false, message }
}

const VERSION =
  /^(>=|<=|>|<|=)?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-?((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?(?:\+[\da-zA-Z-]*(?:\.[\da-zA-Z-]*)*)?$/

function specifier(text: string): Specifier | null {
  const found = VERSION.exec(text)
  if (!found) return null
  return { text, matcher: found[1] ?? '=', numbers: found.slice(2, 5).map(Number), prerelease: found[5] ?? null }
}

function allows({ matcher, numbers, prerelease }: Specifier): boolean {
  const order = compared(numbers, prerelease)
  if (matcher === '=') return order === 0
  if (matcher.startsWith('>')) return order > 0 || (order === 0 && matcher === '>=')
  return order < 0 || (order === 0 && matcher === '<=')
}

/** How the dbt that is followed here stands to a version: a prerelease comes before its release. */
function compared(numbers: readonly number[], prerelease: string | null): number {
  const own = DBT_VERSION.split('.').map(Number)
  for (const [index, number] of numbers.entries()) if (number !== own[index]) return (own[index] ?? 0) - number
  return prerelease === null ? 0 : 1
}
