import { hash } from 'node:crypto'

/** Python's `str.strip()`. */
export function strip(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end -= 1
  return text.slice(leading(text), end)
}

/** How much `strip` takes off the front, in UTF-16 units. */
export function leading(text: string): number {
  let index = 0
  while (index < text.length && isSpace(text.charCodeAt(index))) index += 1
  return index
}

function isSpace(code: number): boolean {
  if (code === 32 || (code >= 9 && code <= 13)) return true
  if (code < 128) return code >= 28 && code <= 31
  return code === 0x85 || (code !== 0xfeff && /\s/.test(String.fromCharCode(code)))
}

export function md5(text: string): string {
  return hash('md5', text)
}

export function sha256(text: string): string {
  return hash('sha256', text)
}

/** Whitespace that is not a space on its own already: to leave that alone halves the time. */
const RUN = /[^\S ]\s*| \s+/g

/** dbt's checksum of a file: of its text with every run of whitespace made one space. */
export function fileChecksum(contents: string): string {
  return sha256(strip(contents.replace(RUN, ' ')))
}

/** dbt's checksum of a seed: of its text with newlines as `\n` and nothing around it. */
export function seedChecksum(contents: string): string {
  return sha256(strip(contents.replace(/\r\n?/g, '\n')))
}

/** Finds lines and columns (from 1) of offsets in one text, in logarithmic time. */
export class Lines {
  readonly #starts: number[] = [0]

  constructor(text: string) {
    const newline = /\r\n|\r|\n/g
    for (let found = newline.exec(text); found; found = newline.exec(text)) this.#starts.push(newline.lastIndex)
  }

  at(offset: number): { line: number; column: number } {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A folder and a path in it, either of which may be empty; `..` goes up, and stays where there is nothing to go up from. */
export function join(...parts: readonly string[]): string {
  const path = parts
    .filter((part) => part !== '' && part !== '.')
    .join('/')
    .replaceAll(/\/{2,}/g, '/')
  return /(?:^|\/)\.{1,2}(?:\/|$)/.test(path) ? normalized(path) : path
}

function normalized(path: string): string {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (part !== '.') kept.push(part)
  }
  return kept.join('/')
}

/** A path of the repository as it is called from one of its folders. */
export function relativeTo(folder: string, path: string): string {
  if (folder === '') return path
  if (path.startsWith(`${folder}/`)) return path.slice(folder.length + 1)
  const [from, to] = [folder.split('/'), path === '' ? [] : path.split('/')]
  const differs = from.findIndex((part, index) => part !== to[index])
  const shared = differs < 0 ? from.length : differs
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The name without its last extension. */
export function stem(path: string): string {
  const name = basename(path)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}
