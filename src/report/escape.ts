/**
 * Names, messages and paths come from the pull request, so from strangers. Each format has its one place here where they
 * are made harmless: every character is still shown, none is obeyed.
 */

const LONGEST_NAME = 120

/** What is not seen, or alters how the text around it is seen: controls, direction marks, zero-width and private characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const VARIATION = /[\uFE0E\uFE0F]/

/** The text with every unseen character written out, so that `a<U+202E>b` cannot pass for something else. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (it) => {
    if (it === '\n') return '⏎'
    if (VARIATION.test(it)) return it
    return `⟨U+${(it.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}

/** A text of at most `longest` characters, as a person counts them: what is too much is taken from the middle. */
export function shortened(text: string, longest: number = LONGEST_NAME): string {
  const characters = [...text]
  if (characters.length <= longest) return text
  const end = Math.floor((longest - 1) / 3)
  return `${characters.slice(0, longest - 1 - end).join('')}…${characters.slice(-end).join('')}`
}

/** A name as code in GitHub's Markdown, also in a table: https://github.github.com/gfm/#code-spans */
export function code(name: string): string {
  const shown = visible(shortened(name))
  if (shown.trim() === '') return `<code>${shown === '' ? '(empty)' : '␠'.repeat(shown.length)}</code>`
  // A table splits at a pipe even within a code span.
  if (shown.includes('|')) return `<code>${escaped(shown)}</code>`
  const runs = shown.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1)
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}

/** A name as code where Markdown is not read, as in a summary. */
export function htmlCode(name: string): string {
  return `<code>${escaped(visible(shortened(name)))}</code>`
}

/** Prose as GitHub's Markdown on one line, also in a table; a 'quoted' name in it becomes code. */
export function prose(text: string, longest = 1_000): string {
  const shown = visible(shortened(text, longest)).trim() || '(empty)'
  return shown
    .split(/(?<=^|[\s(])('[^']+')(?=$|[\s),.;:?!])/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : escaped(part)))
    .join('')
}

/**
 * GitHub looks for mentions, issues, commits, addresses and emoji in the text after rendering, where neither a backslash nor an
 * entity helps: a zero-width space does. For a dollar sign its documentation names a span of its own.
 */
function escaped(text: string): string {
  return text
    .replace(/[@#](?=\w)|\bgh-(?=\d)|:(?=\/\/)|:(?=[\w+-]+:)|\bwww(?=\.)/gi, '$&\u200B')
    .replace(/\b[0-9a-f]{7,}\b/gi, (it) => it.replace(/.{6}(?=.)/g, '$&\u200B'))
    .replace(/^[^\p{L} ]|[&<>"'`*_{}[\]#+|~$\\^=!\u200B]/gu, (it) => {
      const entity = `&#${it.codePointAt(0)};`
      return it === '$' ? `<span>${entity}</span>` : entity
    })
}

/** A Markdown link; `label` is Markdown already, `url` an address from `blobUrl` or `webUrl`. */
export function link(label: string, url: string | null): string {
  return url === null ? label : `[${label}](<${url}>)`
}

/** The address of a line in a file at a commit; null when the repository or the commit is not known. */
export function blobUrl(repository: string | null, commit: string | null, file: string, line: number): string | null {
  if (repository === null || commit === null) return null
  const path = file
    .replace(/\p{Cs}/gu, '\uFFFD')
    .split('/')
    .map(uriComponent)
    .join('/')
  return `${repository}/blob/${uriComponent(commit)}/${path}#L${Math.max(1, Math.trunc(line))}`
}

/** The address of a commit by its id or the beginning of it; null when the repository is not known or the text is no such id. */
export function commitUrl(repository: string | null, commit: string): string | null {
  return repository !== null && /^[0-9a-f]{7,64}$/.test(commit) ? `${repository}/commit/${commit}` : null
}

/** The address of a workflow run; null when the repository or the run is not known. */
export function runUrl(repository: string | null, run: number | null): string | null {
  return repository === null || !Number.isSafeInteger(run) ? null : `${repository}/actions/runs/${run}`
}

/** The address of an artifact of a workflow run; null when one of the three is not known. */
export function artifactUrl(repository: string | null, run: number, artifact: number | null): string | null {
  const url = runUrl(repository, run)
  return url === null || !Number.isSafeInteger(artifact) ? null : `${url}/artifacts/${artifact}`
}

function uriComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** An address that a project gives, such as an exposure's, if it leads to a web page and to nothing else. */
export function webUrl(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null
  const parsed = new URL(url)
  const plain = /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === ''
  if (!plain || parsed.href.length > 500) return null
  return parsed.href.replace(/[<>()|\\`*_[\]]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** A text as part of a quoted Mermaid label: every character that could mean something goes in as its number. */
export function mermaidLabel(text: string): string {
  const characters = [...(visible(shortened(text, 60)).trim() || '(empty)')]
  const number = (it: string) => `#${it.codePointAt(0)};${breaks.has(it) ? '#8203;' : ''}`
  return characters.map((it) => (/[A-Za-z0-9 ]/.test(it) ? it : number(it))).join('')
}

/** Mermaid reads `$$`, `\n`, `fa:fa-…` and the pairs that it uses for entities itself only after it has decoded the numbers. */
const breaks: ReadonlySet<string> = new Set(['$', '\\', ':', 'ﬂ', '°', '¶'])

/** A text for a terminal or a log: no control character, nothing that a workflow runner would take for a command. */
export function plain(text: string, longest = 1_000): string {
  return visible(shortened(text, longest))
    .replaceAll('##[', '##\\[')
    .replace(/^\s*::/, '\\::')
}
