import { Float } from '../jinja/value.ts'
import type { Data } from './data.ts'

const BOOLEANS = new Map<string, boolean>(
  ['yes', 'true', 'on', 'no', 'false', 'off'].flatMap((word, index) =>
    [word, word[0]?.toUpperCase() + word.slice(1), word.toUpperCase()].map((text): [string, boolean] => [
      text,
      index < 3,
    ]),
  ),
)
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL'])
const INT = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/
const SEXAGESIMAL = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/
const SEXAGESIMAL_FLOAT = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/
const DATE = /^\d{4}-\d\d-\d\d$/
const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?$/

/** What a plain scalar means in YAML 1.1 as PyYAML resolves it. A date or time becomes the text that Python's `isoformat` gives. */
export function resolvePlain(source: string): Data {
  const first = source.charCodeAt(0)
  const isLetter = (first >= 97 && first <= 122) || (first >= 65 && first <= 90)
  if (isLetter) {
    if (source.length > 5) return source
    return BOOLEANS.get(source) ?? (NULLS.has(source) ? null : source)
  }
  if (NULLS.has(source)) return null
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  return isNumeric ? numeric(source) : source
}

function numeric(source: string): Data {
  if (INT.test(source)) return int(source)
  if (FLOAT.test(source)) return float(Number(source.replaceAll('_', '')))
  if (DATE.test(source)) return source
  if (SEXAGESIMAL.test(source) || SEXAGESIMAL_FLOAT.test(source)) return sexagesimal(source)
  const infinite = INFINITE.exec(source)
  if (infinite) return infinite[1] === undefined ? Number.NaN : infinite[1] === '-' ? -Infinity : Infinity
  const time = TIMESTAMP.exec(source)
  return time ? timestamp(time) : source
}

function int(source: string): number {
  const digits = source.replaceAll('_', '').replace(/^[-+]/, '')
  const sign = source.startsWith('-') ? -1 : 1
  if (digits.startsWith('0') && digits.length > 1 && !/^0[xb]/.test(digits)) return sign * Number.parseInt(digits, 8)
  return digits === '0' ? 0 : sign * Number(digits)
}

function float(value: number): Data {
  return Number.isInteger(value) ? new Float(value) : value
}

function sexagesimal(source: string): Data {
  const sign = source.startsWith('-') ? -1 : 1
  const parts = source.replaceAll('_', '').replace(/^[-+]/, '').split(':').map(Number)
  const value = sign * parts.reduce((sum, part) => sum * 60 + part, 0)
  return source.includes('.') ? float(value) : value
}

function timestamp(found: RegExpExecArray): string {
  const [, year, month, day, hour, minute, second, fraction, zone, sign, zoneHour, zoneMinute] = found
  const two = (text = '0'): string => text.padStart(2, '0')
  const micro = fraction ? `.${fraction.slice(0, 6).padEnd(6, '0')}` : ''
  const offset = zone === undefined ? '' : zone === 'Z' ? '+00:00' : `${sign}${two(zoneHour)}:${two(zoneMinute)}`
  const time = `${two(hour)}:${minute}:${second}${/^\.0*$/.test(micro) ? '' : micro}`
  return `${year}-${two(month)}-${two(day)}T${time}${offset}`
}
