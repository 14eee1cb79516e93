import { DBT_VERSION } from './context.ts'

/** A version, or a comparison with one: `1.3.0`, `>=1.0.0-rc1`. */
export interface Version {
  readonly text: string
  /** `=` when none is written. */
  readonly matcher: string
  readonly numbers: readonly number[]
  readonly prerelease: string | null
}

const VERSION =
  /^(>=|<=|>|<|=)?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-?((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?(?:\+[\da-zA-Z-]*(?:\.[\da-zA-Z-]*)*)?$/

/** Reads a version as dbt writes it; null when it is none. */
export function versionOf(text: string): Version | null {
  const found = VERSION.exec(text)
  if (!found) return null
  return { text, matcher: found[1] ?? '=', numbers: found.slice(2, 5).map(Number), prerelease: found[5] ?? null }
}

/**
 * The highest of a package's versions that every one of the texts allows (`1.3.0`, `>=1.0.0`, …), as dbt chooses it; null when there is none.
 * Prereleases count when they are asked for, or when a text names one: https://docs.getdbt.com/docs/build/packages
 */
export function highestVersion(
  wanted: readonly string[],
  available: Iterable<string>,
  prereleases: boolean,
): string | null {
  const specifiers = wanted.map(versionOf)
  const asked = prereleases || specifiers.some((each) => each?.prerelease)
  let highest: Version | null = null
  for (const text of available) {
    const version = versionOf(text)
    if (version === null || (version.prerelease !== null && !asked)) continue
    if (!specifiers.every((each) => each !== null && allows(each, version))) continue
    if (highest === null || order(version, highest) > 0) highest = version
  }
  return highest?.text ?? null
}

/** Whether a package that requires these versions of dbt runs with the one that is followed here. */
export function allowsDbt(required: readonly string[]): boolean {
  const dbt = versionOf(DBT_VERSION)
  return required.every((text) => {
    const specifier = versionOf(text)
    return specifier !== null && dbt !== null && allows(specifier, dbt)
  })
}

/** Whether a comparison lets a version be. */
export function allows(specifier: Version, version: Version): boolean {
  const found = order(version, specifier)
  switch (specifier.matcher) {
    case '>=':
      return found >= 0
    case '>':
      return found > 0
    case '<=':
      return found <= 0
    case '<':
      return found < 0 && !(isPrereleaseOf(version, specifier) && specifier.prerelease === null)
    default:
      return found === 0
  }
}

/** `<2.0.0` does not mean 2.0.0-rc1. */
function isPrereleaseOf(version: Version, release: Version): boolean {
  return version.prerelease !== null && version.numbers.every((number, index) => number === release.numbers[index])
}

function order(one: Version, other: Version): number {
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (one.prerelease === other.prerelease) return 0
  if (one.prerelease === null) return 1
  return other.prerelease === null ? -1 : tagOrder(one.prerelease, other.prerelease)
}

/** Numbers come before words, and fewer parts before more of them. */
function tagOrder(one: string, other: string): number {
  const [left, right] = [one.split('.'), other.split('.')]
  for (const [index, part] of left.entries()) {
    const against = right[index]
    if (against === undefined) break
    if (part === against) continue
    const [isNumber, isOtherNumber] = [/^\d+$/.test(part), /^\d+$/.test(against)]
    if (isNumber && isOtherNumber) return Number(part) - Number(against)
    if (isNumber || isOtherNumber) return isNumber ? -1 : 1
    return part < against ? -1 : 1
  }
  return one.length - other.length
}
