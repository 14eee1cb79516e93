/** Field types of Thrift's binary protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md */
const BOOL = 2
const BYTE = 3
const DOUBLE = 4
const I16 = 6
const I32 = 8
const I64 = 10
const STRING = 11
const STRUCT = 12
const MAP = 13
const SET = 14
const LIST = 15
const STRICT_VERSION = 0x8001

/** A struct by field id. The codec knows no schema, so what it does not understand it hands on as it came. */
export type Struct = Map<number, Value>
export type Value =
  | { readonly type: typeof BOOL; readonly number: number }
  | { readonly type: typeof BYTE; readonly number: number }
  | { readonly type: typeof I16; readonly number: number }
  | { readonly type: typeof I32; readonly number: number }
  | { readonly type: typeof I64; readonly bigint: bigint }
  | { readonly type: typeof DOUBLE; readonly double: number }
  | { readonly type: typeof STRING; readonly bytes: Buffer }
  | { readonly type: typeof STRUCT; readonly struct: Struct }
  | { readonly type: typeof MAP; readonly key: number; readonly value: number; readonly entries: [Value, Value][] }
  | { readonly type: typeof SET; readonly of: number; readonly items: Value[] }
  | { readonly type: typeof LIST; readonly of: number; readonly items: Value[] }

export interface Message {
  readonly name: string
  /** 1 call, 2 reply, 3 exception. */
  readonly type: number
  readonly sequence: number
  readonly body: Struct
}

export const bool = (value: boolean): Value => ({ type: BOOL, number: value ? 1 : 0 })
export const i16 = (number: number): Value => ({ type: I16, number })
export const i32 = (number: number): Value => ({ type: I32, number })
export const i64 = (value: bigint | number): Value => ({ type: I64, bigint: BigInt(value) })
export const text = (value: string): Value => ({ type: STRING, bytes: Buffer.from(value) })
export const struct = (fields: Readonly<Record<number, Value | undefined>>): Value => ({
  type: STRUCT,
  struct: new Map(Object.entries(fields).flatMap(([id, value]) => (value ? [[Number(id), value]] : []))),
})
export const structs = (items: readonly Value[]): Value => ({ type: LIST, of: STRUCT, items: [...items] })
export const noTexts = (): Value => ({ type: LIST, of: STRING, items: [] })
export const textMap = (entries: readonly (readonly [string, string])[]): Value => ({
  type: MAP,
  key: STRING,
  value: STRING,
  entries: entries.map(([key, value]) => [text(key), text(value)]),
})

export function numberAt(from: Struct | undefined, id: number): number | undefined {
  const value = from?.get(id)
  if (value === undefined) return undefined
  if ('number' in value) return value.number
  return 'bigint' in value ? Number(value.bigint) : undefined
}

export function doubleAt(from: Struct | undefined, id: number): number | undefined {
  const value = from?.get(id)
  return value?.type === DOUBLE ? value.double : undefined
}

export function textAt(from: Struct | undefined, id: number): string | undefined {
  return textOf(from?.get(id))
}

export function textOf(value: Value | undefined): string | undefined {
  return value?.type === STRING ? value.bytes.toString('utf8') : undefined
}

export function structAt(from: Struct | undefined, id: number): Struct | undefined {
  return structOf(from?.get(id))
}

export function structOf(value: Value | undefined): Struct | undefined {
  return value?.type === STRUCT ? value.struct : undefined
}

export function itemsAt(from: Struct | undefined, id: number): readonly Value[] {
  const value = from?.get(id)
  return value?.type === LIST ? value.items : []
}

export function textEntriesAt(from: Struct | undefined, id: number): [string, string][] {
  const value = from?.get(id)
  if (value?.type !== MAP) return []
  return value.entries.map(([key, it]) => [textOf(key) ?? '', textOf(it) ?? ''])
}

/** Reads one message; throws when the bytes are not strict binary Thrift. */
export function decode(bytes: Buffer): Message {
  const reader = new Reader(bytes)
  const version = reader.i32()
  if (version >>> 16 !== STRICT_VERSION) throw new Error('the request is not strict binary Thrift')
  const name = reader.bytes(reader.i32()).toString('utf8')
  return { name, type: version & 0xff, sequence: reader.i32(), body: reader.struct() }
}

export function encode(message: Message): Buffer {
  const writer = new Writer()
  writer.value(i32((STRICT_VERSION << 16) | message.type))
  writer.value(text(message.name))
  writer.value(i32(message.sequence))
  writer.struct(message.body)
  return Buffer.concat(writer.chunks)
}

class Reader {
  readonly #from: Buffer
  #at = 0
  constructor(from: Buffer) {
    this.#from = from
  }

  bytes(length: number): Buffer {
    this.#at += length
    if (length < 0 || this.#at > this.#from.length) throw new Error('the Thrift message is cut short')
    return this.#from.subarray(this.#at - length, this.#at)
  }
  i8(): number {
    return this.bytes(1).readInt8()
  }
  i16(): number {
    return this.bytes(2).readInt16BE()
  }
  i32(): number {
    return this.bytes(4).readInt32BE()
  }
  struct(): Struct {
    const fields: Struct = new Map()
    for (let type = this.i8(); type !== 0; type = this.i8()) fields.set(this.i16(), this.value(type))
    return fields
  }
  value(type: number): Value {
    if (type === BOOL || type === BYTE) return { type, number: this.i8() }
    if (type === I16) return { type, number: this.i16() }
    if (type === I32) return { type, number: this.i32() }
    if (type === I64) return { type, bigint: this.bytes(8).readBigInt64BE() }
    if (type === DOUBLE) return { type, double: this.bytes(8).readDoubleBE() }
    if (type === STRING) return { type, bytes: this.bytes(this.i32()) }
    if (type === STRUCT) return { type, struct: this.struct() }
    if (type === MAP) {
      const [key, value, length] = [this.i8(), this.i8(), this.i32()]
      return { type, key, value, entries: Array.from({ length }, () => [this.value(key), this.value(value)]) }
    }
    if (type === LIST || type === SET) {
      const [of, length] = [this.i8(), this.i32()]
      return { type, of, items: Array.from({ length }, () => this.value(of)) }
    }
    throw new Error(`Thrift has no field type ${type}`)
  }
}

class Writer {
  readonly chunks: Buffer[] = []

  #number(length: number, write: (into: Buffer) => void): void {
    const chunk = Buffer.alloc(length)
    write(chunk)
    this.chunks.push(chunk)
  }
  #i8(number: number): void {
    this.#number(1, (into) => into.writeInt8(number))
  }
  #i32(number: number): void {
    this.#number(4, (into) => into.writeInt32BE(number))
  }
  struct(fields: Struct): void {
    for (const [id, value] of fields) {
      this.#i8(value.type)
      this.#number(2, (into) => into.writeInt16BE(id))
      this.value(value)
    }
    this.#i8(0)
  }
  value(value: Value): void {
    switch (value.type) {
      case BOOL:
      case BYTE:
        this.#i8(value.number)
        break
      case I16:
        this.#number(2, (into) => into.writeInt16BE(value.number))
        break
      case I32:
        this.#i32(value.number)
        break
      case I64:
        this.#number(8, (into) => into.writeBigInt64BE(value.bigint))
        break
      case DOUBLE:
        this.#number(8, (into) => into.writeDoubleBE(value.double))
        break
      case STRING:
        this.#i32(value.bytes.length)
        this.chunks.push(value.bytes)
        break
      case STRUCT:
        this.struct(value.struct)
        break
      case MAP:
        this.#i8(value.key)
        this.#i8(value.value)
        this.#values(value.entries.length, value.entries.flat())
        break
      case SET:
      case LIST:
        this.#i8(value.of)
        this.#values(value.items.length, value.items)
        break
    }
  }
  #values(length: number, values: readonly Value[]): void {
    this.#i32(length)
    for (const value of values) this.value(value)
  }
}
