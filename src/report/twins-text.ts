import type { TwinAspect, TwinPair } from '../graph/twins.ts'
import { plain } from './escape.ts'
import { counted } from './words.ts'

/** Two regions with what they have of the same names, and why the configuration says that something of it differs. */
export interface TwinsReport {
  readonly regions: readonly [string, string]
  readonly pairs: readonly TwinPairReport[]
}

export type TwinPairReport = Omit<TwinPair, 'differences'> & { readonly differences: readonly TwinDifferenceReport[] }

export interface TwinDifferenceReport {
  readonly aspect: TwinAspect
  readonly words: string
  readonly columns: readonly string[]
  /** The declared reason; null for a difference that nobody declared. */
  readonly declared: string | null
}

/** The whole comparison for a terminal: what nobody declared first. */
export function twinsText(reports: readonly TwinsReport[]): string {
  if (reports.length === 0) return 'no two regions hold the same models\n'
  return `${reports.map(oneText).join('\n\n')}\n`
}

function oneText({ regions, pairs }: TwinsReport): string {
  const twins = pairs.filter((pair) => pair.twins.length === 2)
  const open = pairs.filter(({ differences }) => differences.some(({ declared }) => declared === null))
  const meant = pairs.filter(({ differences }) => differences.some(({ declared }) => declared !== null))
  const counts = [`${counted(twins.length, 'node')} of the same name`, `${open.length} differ`]
  if (meant.length > 0) counts.push(`${meant.length} as declared`)
  const differing = pairs.filter(({ differences }) => differences.length > 0)
  return [`${regions.map((it) => plain(it)).join(' → ')}: ${counts.join(', ')}`, ...differing.flatMap(pairText)].join(
    '\n',
  )
}

function pairText({ name, resource_type, twins, differences }: TwinPairReport): string[] {
  const files = [...new Set(twins.map(({ file }) => plain(file)))].join(', ')
  const sorted = [...differences].sort((a, b) => Number(a.declared !== null) - Number(b.declared !== null))
  return [
    `  ${plain(`${resource_type} ${name}`)}  ${files}`,
    ...sorted.map(({ aspect, words, declared }) => {
      const why = declared === null ? '' : ` (declared: ${plain(declared)})`
      return `    ${aspect.padEnd(15)}  ${plain(words)}${why}`
    }),
  ]
}
