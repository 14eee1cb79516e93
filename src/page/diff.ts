/** A line of a comparison; numbers count from 1. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly before: number | null
  readonly after: number | null
  readonly text: string
  /** What of it differs from its counterpart: [start, end) in UTF-16 units. */
  readonly marks: readonly (readonly [number, number])[]
}

/** Beyond so many differences two texts have little in common: they are shown one after the other. */
const MOST_EDITS = 1_500

/** Two texts line by line, with what differs within lines that were altered. */
export function compareLines(before: string, after: string): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const lines: DiffLine[] = []
  let [x, y] = [0, 0]
  const differ = (toX: number, toY: number) => {
    const [gone, come] = [old.slice(x, toX), now.slice(y, toY)]
    const marks = gone.map((text, index) => marksOf(text, come[index]))
    const own = (index: number, side: 0 | 1) => marks[index]?.[side] ?? []
    gone.forEach((text, i) => {
      lines.push({ kind: 'removed', before: x + i + 1, after: null, text, marks: own(i, 0) })
    })
    come.forEach((text, i) => {
      lines.push({ kind: 'added', before: null, after: y + i + 1, text, marks: own(i, 1) })
    })
    ;[x, y] = [toX, toY]
  }
  for (const [sameX, sameY] of common(old, now)) {
    differ(sameX, sameY)
    lines.push({ kind: 'same', before: ++x, after: ++y, text: now[sameY] ?? '', marks: [] })
  }
  differ(old.length, now.length)
  return lines
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}

/** What differs between a line and the one in its place; nothing when they have too little in common for that to help. */
function marksOf(before: string, after: string | undefined): readonly [DiffLine['marks'], DiffLine['marks']] {
  if (after === undefined) return [[], []]
  const [old, now] = [before, after].map((text) => text.match(/\w+|\s+|[^\w\s]/gu) ?? [])
  if (old === undefined || now === undefined) return [[], []]
  const same = common(old, now)
  const shared = same.reduce((sum, [x]) => sum + (old[x]?.trim().length ?? 0), 0)
  const longest = Math.max(before.replace(/\s/g, '').length, after.replace(/\s/g, '').length)
  if (shared * 3 < longest) return [[], []]
  return [marked(old, new Set(same.map(([x]) => x))), marked(now, new Set(same.map(([, y]) => y)))]
}

function marked(tokens: readonly string[], same: ReadonlySet<number>): [number, number][] {
  const marks: [number, number][] = []
  let at = 0
  tokens.forEach((token, index) => {
    const last = marks.at(-1)
    if (!same.has(index)) {
      if (last?.[1] === at) last[1] = at + token.length
      else marks.push([at, at + token.length])
    }
    at += token.length
  })
  return marks
}

/** The indexes of what two lists have in common, in order: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986. */
function common(a: readonly string[], b: readonly string[]): [number, number][] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const head = Array.from({ length: start }, (_, i): [number, number] => [i, i])
  const tail = Array.from({ length: end }, (_, i): [number, number] => [a.length - end + i, b.length - end + i])
  const inner = middle(a.slice(start, a.length - end), b.slice(start, b.length - end))
  return [...head, ...inner.map(([x, y]): [number, number] => [x + start, y + start]), ...tail]
}

function middle(a: readonly string[], b: readonly string[]): [number, number][] {
  const most = Math.min(a.length + b.length, MOST_EDITS)
  const furthest = new Map([[1, 0]])
  const steps: ReadonlyMap<number, number>[] = []
  for (let edits = 0; edits <= most; edits++) {
    steps.push(new Map(furthest))
    for (let k = -edits; k <= edits; k += 2) {
      const [left, right] = [furthest.get(k - 1) ?? -1, furthest.get(k + 1) ?? -1]
      let x = k === -edits || (k !== edits && left < right) ? right : left + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      furthest.set(k, x)
      if (x >= a.length && x - k >= b.length) return walked(steps, a.length, b.length)
    }
  }
  return []
}

function walked(steps: readonly ReadonlyMap<number, number>[], toX: number, toY: number): [number, number][] {
  const pairs: [number, number][] = []
  let [x, y] = [toX, toY]
  for (let edits = steps.length - 1; edits >= 0; edits--) {
    const furthest = steps[edits] ?? new Map()
    const k = x - y
    const [left, right] = [furthest.get(k - 1) ?? -1, furthest.get(k + 1) ?? -1]
    const from = k === -edits || (k !== edits && left < right) ? k + 1 : k - 1
    const fromX = edits === 0 ? 0 : (furthest.get(from) ?? 0)
    const fromY = edits === 0 ? 0 : fromX - from
    while (x > fromX && y > fromY) pairs.push([--x, --y])
    ;[x, y] = [fromX, fromY]
  }
  return pairs.reverse()
}
