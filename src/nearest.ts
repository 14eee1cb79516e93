import { closest, distance } from 'fastest-levenshtein'

/** Nobody mistypes a longer word, and to compare two takes the product of their lengths. */
const LONGEST = 300

/** The candidate that someone who wrote `word` most likely meant, or null when none is near: at most a third of its letters differ. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const all = word.length > LONGEST ? [] : [...candidates].filter((candidate) => candidate.length <= LONGEST)
  if (all.length === 0) return null
  const best = closest(word, all)
  return distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(1, Math.floor(word.length / 3)) ? best : null
}

/** `; did you mean 'x'?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const best = nearest(word, candidates)
  return best === null ? '' : `; did you mean '${best}'?`
}
