import {
  type BinaryOperator,
  type Callable,
  Dict,
  Float,
  HostObject,
  type Kwargs,
  PythonError,
  str,
  typeError,
  type Value,
  valueError,
} from '../jinja/index.ts'
import { firstMatch } from './python-match.ts'

const DAY = 86_400_000
const MAX_DAYS = 999_999_999
/** The first and the last moment that Python's calendar knows. */
const FIRST = -62_135_596_800_000
const LAST = 253_402_300_799_999
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Python's `timedelta`, to the millisecond. */
export class TimeDelta extends HostObject {
  readonly typeName = 'timedelta'
  readonly milliseconds: number

  constructor(milliseconds: number) {
    super()
    if (Number.isNaN(milliseconds)) throw typeError('unsupported type for timedelta component')
    if (Math.abs(milliseconds) > MAX_DAYS * DAY)
      throw new PythonError(
        'OverflowError',
        `days=${Math.floor(milliseconds / DAY)}; must have magnitude <= ${MAX_DAYS}`,
      )
    this.milliseconds = milliseconds
  }

  override attribute(name: string): Value | undefined {
    const days = Math.floor(this.milliseconds / DAY)
    if (name === 'days') return days
    if (name === 'seconds') return Math.floor((this.milliseconds - days * DAY) / 1000)
    return name === 'total_seconds' ? () => new Float(this.milliseconds / 1000) : undefined
  }
  override text(): string {
    const days = Math.floor(this.milliseconds / DAY)
    const rest = new Date(this.milliseconds - days * DAY)
    const clock = `${rest.getUTCHours()}:${two(rest.getUTCMinutes())}:${two(rest.getUTCSeconds())}`
    return days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`
  }
  override binary(operator: BinaryOperator, other: Value): Value | undefined {
    if (other instanceof TimeDelta && (operator === '+' || operator === '-'))
      return new TimeDelta(this.milliseconds + (operator === '+' ? other.milliseconds : -other.milliseconds))
    return operator === '*' && typeof other === 'number' ? new TimeDelta(this.milliseconds * other) : undefined
  }
  override compare(other: Value): number | undefined {
    return other instanceof TimeDelta ? this.milliseconds - other.milliseconds : undefined
  }
}

/** Python's `datetime` and `date` (`isDate`) in UTC: https://docs.python.org/3/library/datetime.html */
export class DateTime extends HostObject {
  readonly typeName: string
  readonly #time: number
  readonly #isDate: boolean

  constructor(time: number, isDate = false) {
    super()
    if (Number.isNaN(time)) throw typeError('an integer is required')
    if (time < FIRST || time > LAST) throw new PythonError('OverflowError', 'date value out of range')
    this.#time = isDate ? Math.floor(time / DAY) * DAY : time
    this.#isDate = isDate
    this.typeName = isDate ? 'date' : 'datetime'
  }

  override attribute(name: string): Value | undefined {
    const date = new Date(this.#time)
    switch (name) {
      case 'year':
        return date.getUTCFullYear()
      case 'month':
        return date.getUTCMonth() + 1
      case 'day':
        return date.getUTCDate()
      case 'hour':
        return date.getUTCHours()
      case 'minute':
        return date.getUTCMinutes()
      case 'second':
        return date.getUTCSeconds()
      case 'microsecond':
        return date.getUTCMilliseconds() * 1000
      case 'strftime':
        return (args) => formatTime(this.#time, str(args[0] ?? null))
      case 'isoformat':
        return () => this.text().replace(' ', 'T')
      case 'weekday':
        return () => (date.getUTCDay() + 6) % 7
      case 'isoweekday':
        return () => date.getUTCDay() || 7
      case 'timestamp':
        return () => new Float(this.#time / 1000)
      case 'date':
        return () => new DateTime(this.#time, true)
      case 'astimezone':
        return () => this
      case 'replace':
        return (_args, kwargs) => this.#replace(kwargs)
      default:
        return undefined
    }
  }

  #replace(kwargs: Kwargs): DateTime {
    const date = new Date(this.#time)
    const part = (name: string, own: number): number => {
      const value = kwargs.get(name)
      return typeof value === 'number' ? value : own
    }
    const time = Date.UTC(
      part('year', date.getUTCFullYear()),
      part('month', date.getUTCMonth() + 1) - 1,
      part('day', date.getUTCDate()),
      part('hour', date.getUTCHours()),
      part('minute', date.getUTCMinutes()),
      part('second', date.getUTCSeconds()),
      part('microsecond', date.getUTCMilliseconds() * 1000) / 1000,
    )
    return new DateTime(time, this.#isDate)
  }

  override text(): string {
    const iso = new Date(this.#time).toISOString()
    if (this.#isDate) return iso.slice(0, 10)
    const micro = iso.slice(20, 23)
    return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${micro === '000' ? '' : `.${micro}000`}`
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof TimeDelta && (operator === '+' || (operator === '-' && !reflected)))
      return new DateTime(this.#time + (operator === '+' ? other.milliseconds : -other.milliseconds), this.#isDate)
    if (other instanceof DateTime && operator === '-' && !reflected) return new TimeDelta(this.#time - other.#time)
    return undefined
  }
  override compare(other: Value): number | undefined {
    return other instanceof DateTime ? this.#time - other.#time : undefined
  }
  override equals(other: Value): boolean {
    return other instanceof DateTime && this.#time === other.#time
  }
  override hash(): string {
    return `\0d${this.#time}`
  }
}

function two(value: number, width = 2): string {
  return String(value).padStart(width, '0')
}

/** Python's `strftime`, in English. */
export function formatTime(time: number, format: string): string {
  const date = new Date(time)
  const [year, month, day, weekday] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()]
  const yearDay = Math.floor((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / DAY) + 1
  const values: Readonly<Record<string, string>> = {
    Y: two(year, 4),
    y: two(year % 100),
    m: two(month + 1),
    d: two(day),
    H: two(date.getUTCHours()),
    I: two(date.getUTCHours() % 12 || 12),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    f: two(date.getUTCMilliseconds() * 1000, 6),
    j: two(yearDay, 3),
    B: MONTHS[month] ?? '',
    b: (MONTHS[month] ?? '').slice(0, 3),
    A: DAYS[weekday] ?? '',
    a: (DAYS[weekday] ?? '').slice(0, 3),
    p: date.getUTCHours() < 12 ? 'AM' : 'PM',
    w: String(weekday),
    F: date.toISOString().slice(0, 10),
    T: date.toISOString().slice(11, 19),
    s: String(Math.floor(time / 1000)),
    Z: '',
    z: '',
    '%': '%',
  }
  return format.replaceAll(/%-?([a-zA-Z%])/g, (token, key: string) => {
    const value = values[key]
    if (value === undefined) return token
    return token.startsWith('%-') ? value.replace(/^0+(?=.)/, '') : value
  })
}

const PARTS: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  y: '(?<y>\\d{2})',
}

function parseTime(text: string, format: string): DateTime {
  const seen = new Set<string>()
  const source = format.replaceAll(/%([a-zA-Z])|[.*+?^$()|[\]{}\\]/g, (token, key: string | undefined) => {
    if (key === undefined) return `\\${token}`
    if (seen.has(key)) throw new PythonError('error', `redefinition of group name '${key}' in the format '${format}'`)
    seen.add(key)
    return PARTS[key] ?? '.*?'
  })
  const found = firstMatch(new RegExp(`^${source}$`), text)?.groups
  if (!found) throw new PythonError('ValueError', `time data '${text}' does not match format '${format}'`)
  const year = found.Y === undefined ? 2000 + Number(found.y ?? '0') : Number(found.Y)
  return new DateTime(
    Date.UTC(
      year,
      Number(found.m ?? '1') - 1,
      Number(found.d ?? '1'),
      Number(found.H ?? '0'),
      Number(found.M ?? '0'),
      Number(found.S ?? '0'),
      Number((found.f ?? '0').padEnd(6, '0')) / 1000,
    ),
  )
}

/** dbt's `modules.datetime`. `now` gives the time, and is told that somebody wants to know. */
export function datetimeModule(now: () => number): Value {
  const fromParts =
    (isDate: boolean): Callable =>
    (args, kwargs) => {
      const names = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond']
      const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0] = names.map((name, index) =>
        Number(args[index] ?? kwargs.get(name) ?? (index < 3 ? 1 : 0)),
      )
      if (year < 1 || year > 9999) throw valueError(`year ${year} is out of range`)
      return new DateTime(Date.UTC(year, month - 1, day, hour, minute, second, micro / 1000), isDate)
    }
  const parse: Callable = (args) => parseTime(str(args[0] ?? null), str(args[1] ?? null))
  const iso =
    (isDate: boolean): Callable =>
    (args) => {
      const time = Date.parse(
        `${str(args[0] ?? null).replace(' ', 'T')}${isDate || /[Zz]|[+-]\d\d:?\d\d$/.test(str(args[0] ?? null)) ? '' : 'Z'}`,
      )
      if (Number.isNaN(time)) throw new PythonError('ValueError', `Invalid isoformat string: '${str(args[0] ?? null)}'`)
      return new DateTime(time, isDate)
    }
  const current: Callable = () => new DateTime(now())
  const datetime = new Type('datetime', fromParts(false), {
    now: current,
    utcnow: current,
    today: current,
    strptime: parse,
    fromisoformat: iso(false),
    fromtimestamp: (args) => new DateTime(Number(args[0]) * 1000),
  })
  const date = new Type('date', fromParts(true), { today: () => new DateTime(now(), true), fromisoformat: iso(true) })
  const units: Readonly<Record<string, number>> = {
    days: DAY,
    seconds: 1000,
    microseconds: 0.001,
    milliseconds: 1,
    minutes: 60_000,
    hours: 3_600_000,
    weeks: 7 * DAY,
  }
  const timedelta: Callable = (args, kwargs) => {
    const own = Object.entries(units).map(
      ([name, unit], index) => numberOf(args[index] ?? kwargs.get(name) ?? 0) * unit,
    )
    return new TimeDelta(own.reduce((sum, value) => sum + value, 0))
  }
  return Dict.of({ datetime, date, timedelta, time: fromParts(false), tzinfo: null })
}

function numberOf(value: Value): number {
  return value instanceof Float ? value.value : Number(value)
}

/** A Python class: it is called, and has methods of its own. */
class Type extends HostObject {
  readonly typeName = 'type'
  readonly #name: string
  readonly #make: Callable
  readonly #own: Readonly<Record<string, Callable>>

  constructor(name: string, make: Callable, own: Readonly<Record<string, Callable>>) {
    super()
    this.#name = name
    this.#make = make
    this.#own = own
  }

  override call(...[args, kwargs, site]: Parameters<Callable>): Value {
    return this.#make(args, kwargs, site)
  }
  override attribute(name: string): Value | undefined {
    return Object.hasOwn(this.#own, name) ? this.#own[name] : undefined
  }
  override text(): string {
    return `<class 'datetime.${this.#name}'>`
  }
}
