import type { Sides } from '../../check.ts'

/** A text without values of environment variables: in the place of each stands the variable's name. */
export type Mask = (text: string) => string

/** Shorter values tell nothing, and stand everywhere. */
const SHORTEST = 3

/** What takes the values of those environment variables out of a text that a region's files name on either side, where one stands as a word. */
export function maskOf({ base, head }: Sides, env: ReadonlyMap<string, string>): Mask {
  const names = new Map<string, string>()
  const files = [...new Set([base, head])].flatMap((side) => [...(side?.files.values() ?? [])])
  for (const text of env.size === 0 ? [] : files) {
    if (!text.includes('env_var')) continue
    for (const [name] of text.matchAll(/\bDBT_\w+/g)) {
      const value = env.get(name)
      if (value !== undefined && value.length >= SHORTEST && !names.has(value)) names.set(value, name)
    }
  }
  if (names.size === 0) return (text) => text
  const values = [...names.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${values.map(escaped).join('|')})(?![A-Za-z0-9_])`, 'g')
  return (text) => text.replace(pattern, (value) => `‹${names.get(value)}›`)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
