import { quote } from './quote.ts'
import { characters, textLength } from './text.ts'
import { HostObject, type Value } from './value.ts'

/**
 * A str with a mark: `markup` is text that is safe as HTML (`escape`, `tojson`), the others say how dbt's native rendering is
 * to read it (`as_text`, `as_native`, `as_bool`, `as_number`). Everything takes it for the text that it is.
 */
export class MarkedText extends HostObject {
  readonly typeName: string
  override readonly qualifiedName: string
  readonly value: string
  readonly mark: Mark
  constructor(value: string, mark: Mark) {
    super()
    this.value = value
    this.mark = mark
    this.typeName = TYPES[mark]
    this.qualifiedName = `${mark === 'markup' ? 'markupsafe' : 'dbt_common.clients.jinja'}.${this.typeName}`
  }

  override text(): string {
    return this.value
  }

  override repr(): string {
    return this.mark === 'markup' ? `Markup(${quote(this.value)})` : quote(this.value)
  }

  override json(): string {
    return this.value
  }

  override iterate(): Iterable<Value> {
    return characters(this.value)
  }

  override length(): number {
    return textLength(this.value)
  }

  override hash(): string {
    return this.value
  }
}

export type Mark = 'markup' | 'text' | 'native' | 'bool' | 'number'

const TYPES: { readonly [mark in Mark]: string } = {
  markup: 'Markup',
  text: 'TextMarker',
  native: 'NativeMarker',
  bool: 'BoolMarker',
  number: 'NumberMarker',
}

export function markup(text: string): MarkedText {
  return new MarkedText(text, 'markup')
}

/** The value with its mark taken off, when it is a marked text. */
export function unmarked(value: Value): Value {
  return value instanceof MarkedText ? value.value : value
}

/** The text when the value is a str, marked or not; else undefined. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof MarkedText ? value.value : undefined
}

const ENTITIES: { readonly [char: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
}

/** A text with HTML's special characters escaped. */
export function escapeHtml(text: string): string {
  return /[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (char) => ENTITIES[char] ?? char) : text
}
