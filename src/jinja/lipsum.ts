import { checkLength } from './limits.ts'
import { markup } from './marked.ts'
import type { Value } from './value.ts'

const WORDS = `a ac accumsan ad adipiscing aenean aliquam amet ante aptent arcu at auctor augue bibendum blandit commodo
condimentum congue consectetuer consequat conubia convallis cras cum curabitur cursus dapibus diam dictum dignissim dis dolor donec
dui duis egestas eget eleifend elementum elit enim erat eros est et etiam eu euismod facilisis fames felis fermentum feugiat`.split(
  /\s+/,
)

/** Paragraphs of random Latin words, as Jinja's `lipsum`; each a `<p>` when `html`. */
export function lipsum(paragraphs: number, html: boolean, min: number, max: number): Value {
  checkLength(Math.max(0, paragraphs) * Math.max(0, max) * 12)
  const texts = Array.from({ length: Math.max(0, paragraphs) }, () => paragraph(between(min, max)))
  return html ? markup(texts.map((text) => `<p>${text}</p>`).join('\n')) : texts.join('\n\n')
}

function between(min: number, max: number): number {
  return min + Math.floor(Math.random() * Math.max(1, max - min))
}

function paragraph(size: number): string {
  const words = Array.from({ length: Math.max(1, size) }, () => WORDS[between(0, WORDS.length)] ?? '')
  const text = words.map((word, index) => (index > 0 && index % 15 === 0 ? `${word},` : word)).join(' ')
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1).replace(/,$/, '')}.`
}
