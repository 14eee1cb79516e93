import { indexArgument } from './arguments.ts'
import { PythonRange } from './collections.ts'
import { MarkedText, markup, textOf } from './marked.ts'
import { characters, isPlain, typeName } from './text.ts'
import { Dict, Tuple, typeError, type Value, valueError } from './value.ts'

/** Python's `object[start:stop:step]` for str, list, tuple and range. Throws TypeError for anything else. */
export function sliceValue(object: Value, start: Value, stop: Value, step: Value): Value {
  const text = textOf(object)
  if (text !== undefined) {
    const cut = sliceText(text, start, stop, step)
    return object instanceof MarkedText && object.mark === 'markup' ? markup(cut) : cut
  }
  if (Array.isArray(object)) return sliceItems(object, start, stop, step)
  if (object instanceof Tuple) return new Tuple(sliceItems(object.items, start, stop, step))
  if (object instanceof PythonRange) {
    const [from, to, by] = bounds(object.length(), start, stop, step)
    const at = (index: number) => object.start + index * object.step
    return new PythonRange(at(from), at(to), object.step * by)
  }
  if (object instanceof Dict) throw typeError("unhashable type: 'slice'")
  throw typeError(`'${typeName(object)}' object is not subscriptable`)
}

function sliceText(text: string, start: Value, stop: Value, step: Value): string {
  if (!isPlain(text)) return sliceItems(characters(text), start, stop, step).join('')
  const [from, to, by] = bounds(text.length, start, stop, step)
  if (by === 1) return text.slice(from, Math.max(from, to))
  let result = ''
  for (let index = from; by > 0 ? index < to : index > to; index += by) result += text[index] ?? ''
  return result
}

function sliceItems<T>(items: readonly T[], start: Value, stop: Value, step: Value): T[] {
  const [from, to, by] = bounds(items.length, start, stop, step)
  if (by === 1) return items.slice(from, Math.max(from, to))
  const result: T[] = []
  for (let index = from; by > 0 ? index < to : index > to; index += by) result.push(items[index] as T)
  return result
}

/** First index, index to stop before, and step, all within the length, as Python's `slice.indices`. */
export function bounds(length: number, start: Value, stop: Value, step: Value): [number, number, number] {
  const by = indexArgument(step) ?? 1
  if (by === 0) throw valueError('slice step cannot be zero')
  const low = by < 0 ? -1 : 0
  const high = by < 0 ? length - 1 : length
  const clamp = (index: number) => Math.min(high, Math.max(low, index < 0 ? index + length : index))
  const from = indexArgument(start)
  const to = indexArgument(stop)
  return [
    from === undefined ? (by < 0 ? high : low) : clamp(from),
    to === undefined ? (by < 0 ? low : high) : clamp(to),
    by,
  ]
}
