import { DBT_VERSION } from './context.ts'
import { type Data, isList } from './data.ts'
import { allows, type Version, versionOf } from './version.ts'

/** `isRange`: what is written can be read, and leaves this dbt out; another one may run the project. */
interface Refusal {
  readonly isRange: boolean
  readonly message: string
}

/**
 * What is wrong with a project's `require-dbt-version`; null when it allows the dbt that is followed here.
 * https://docs.getdbt.com/reference/project-configs/require-dbt-version
 */
export function refusedVersion(required: Data | undefined): Refusal | null {
  if (required === undefined || required === null) return null
  const texts = typeof required === 'string' ? required.split(',') : isList(required) ? required : null
  if (texts === null) return wrong("require-dbt-version is a text or a list of texts: '>=1.10.0,<2.0.0'")
  const specifiers: Version[] = []
  for (const text of texts) {
    const found = typeof text === 'string' ? versionOf(text) : null
    if (found === null)
      return wrong(
        `require-dbt-version: '${String(text)}' is no version; write it whole and without spaces, as in '>=1.10.0,<2.0.0'`,
      )
    specifiers.push(found)
  }
  const dbt = versionOf(DBT_VERSION)
  const refusing = specifiers.find((each) => dbt !== null && !allows(each, dbt))
  if (!refusing) return null
  const needs = specifiers.map(({ text }) => text).join(', ')
  const message = `require-dbt-version does not allow dbt-core ${DBT_VERSION}, as which projects are read here: it needs ${needs}`
  return { isRange: true, message }
}

function wrong(message: string): Refusal {
  return { isRange: false, message }
}
