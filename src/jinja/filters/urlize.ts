import { escapeHtml } from '../marked.ts'
import { quote } from '../quote.ts'
import { PythonError } from '../value.ts'

const HTTP =
  /^((?:https?:\/\/|www\.)(?:([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|(?:https?:\/\/)(?:(?:[\d]{1,3})(?:\.[\d]{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))(?::[\d]{1,5})?(?:[/?#]\S*)?$/i
const EMAIL = /^\S+@\w[\w.-]*\.\w+$/

export interface UrlizeOptions {
  readonly limit: number | undefined
  readonly rel: readonly string[]
  readonly target: string | undefined
  readonly schemes: readonly string[]
}

/** Text as HTML with its addresses as links, by the rules of Jinja's `urlize`. Throws FilterArgumentError for a bad scheme. */
export function urlize(text: string, options: UrlizeOptions): string {
  for (const scheme of options.schemes) {
    if (!/^[\w.+-]{2,}:\/{0,2}$/.test(scheme)) {
      throw new PythonError('FilterArgumentError', `${quote(scheme)} is not a valid URI scheme prefix.`)
    }
  }
  return escapeHtml(text)
    .split(/(\s+)/)
    .map((word) => linkWord(word, options))
    .join('')
}

function linkWord(word: string, options: UrlizeOptions): string {
  let middle = word
  const head = /^(?:[(<]|&lt;)+/.exec(middle)?.[0] ?? ''
  middle = middle.slice(head.length)
  let tail = ''
  if (/(?:[)>.,\n]|&gt;)$/.test(middle)) {
    tail = /(?:[)>.,\n]|&gt;)+$/.exec(middle)?.[0] ?? ''
    middle = middle.slice(0, middle.length - tail.length)
  }
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    const missing = Math.min(count(middle, open) - count(middle, close), count(tail, close))
    for (let round = 0; round < missing; round++) {
      const end = tail.indexOf(close) + close.length
      middle += tail.slice(0, end)
      tail = tail.slice(end)
    }
  }
  return head + link(middle, options) + tail
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

function link(middle: string, options: UrlizeOptions): string {
  const rel = [...new Set([...options.rel, 'noopener'])].filter((each) => each !== '').sort()
  const attributes = `${rel.length > 0 ? ` rel="${escapeHtml(rel.join(' '))}"` : ''}${options.target ? ` target="${escapeHtml(options.target)}"` : ''}`
  const { limit } = options
  const shown = (url: string) => (limit !== undefined && url.length > limit ? `${url.slice(0, limit)}...` : url)
  if (HTTP.test(middle)) {
    const url = /^https?:\/\//.test(middle) ? middle : `https://${middle}`
    return `<a href="${url}"${attributes}>${shown(middle)}</a>`
  }
  if (middle.startsWith('mailto:') && EMAIL.test(middle.slice(7))) return `<a href="${middle}">${middle.slice(7)}</a>`
  if (middle.includes('@') && !middle.startsWith('www.') && !middle.includes(':') && EMAIL.test(middle)) {
    return `<a href="mailto:${middle}">${middle}</a>`
  }
  const scheme = options.schemes.find((each) => middle !== each && middle.startsWith(each))
  return scheme === undefined ? middle : `<a href="${middle}"${attributes}>${middle}</a>`
}
