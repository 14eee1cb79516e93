import type { Sides } from '../../check.ts'

/** A text without values of environment variables: in the place of each stands the variable's name. */
export type Mask = (text: string) => string

/** Shorter values tell nothing, and stand everywhere. */
const SHORTEST = 3

/** A name that is not written out may be any. */
const computed = /\benv_var\s*\(\s*(?!['"\s])/

/** What takes the values of those environment variables out of a text that a region's files name on either side, where one stands as a word. */
export function maskOf({ base, head }: Sides, env: ReadonlyMap<string, string>): Mask {
  const texts = [...new Set([base, head])].flatMap((side) => [...(side?.files.values() ?? [])])
  const calls = env.size === 0 ? [] : texts.filter((text) => text.includes('env_var'))
  const isAny = calls.some((text) => computed.test(text))
  const named = [...env].filter(([name]) => isAny || calls.some((text) => text.includes(name)))
  const long = named.filter(([, value]) => value.length >= SHORTEST)
  const names = new Map(long.map(([name, value]) => [value, name]))
  if (names.size === 0) return (text) => text
  const values = [...names.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${values.map(escaped).join('|')})(?![A-Za-z0-9_])`, 'g')
  return (text) => text.replace(pattern, (value) => `‹${names.get(value)}›`)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
