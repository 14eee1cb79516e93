import type { Model } from '../dbt/manifest.ts'
import type { TypedColumn } from './rows.ts'

const synonyms: ReadonlyMap<string, string> = new Map([
  ['byte', 'tinyint'],
  ['dec', 'decimal'],
  ['integer', 'int'],
  ['long', 'bigint'],
  ['numeric', 'decimal'],
  ['real', 'float'],
  ['short', 'smallint'],
  ['text', 'string'],
])

/**
 * What is wrong with the columns that a model's code gives, held to its enforced contract, in words; null when they are
 * what it promises. https://docs.getdbt.com/reference/resource-configs/contract
 */
export function contractBroken(model: Model, actual: readonly TypedColumn[]): string | null {
  const promised = [...model.columns.values()]
  const untyped = promised.filter((it) => it.data_type === null).map((it) => it.name)
  if (untyped.length > 0)
    return `its contract gives no data_type for ${untyped.join(', ')}: add one to each column in its YAML`
  const given = new Map(actual.map((it) => [it.name.toLowerCase(), it]))
  const names = new Set(promised.map((it) => it.name.toLowerCase()))
  const differences = [
    ...promised.flatMap((it) => difference(it.name, it.data_type ?? '', given.get(it.name.toLowerCase()))),
    ...actual
      .filter((it) => !names.has(it.name.toLowerCase()))
      .map((it) => `the SQL gives ${it.name} (${it.data_type}), which the contract has not`),
  ]
  if (differences.length === 0) return null
  return `it breaks its contract: ${differences.join('; ')}. Change the SQL, or the columns in ${whereOf(model)}`
}

function difference(name: string, promised: string, actual: TypedColumn | undefined): string[] {
  if (actual === undefined) return [`${name} (${promised}) is missing from the SQL`]
  if (sameType(promised, actual.data_type)) return []
  return [`${name} is promised as ${promised} and is ${actual.data_type}`]
}

/** Decimals are held to their scale alone: engines differ in how wide a sum of decimals is. */
function sameType(promised: string, actual: string): boolean {
  const [a, b] = [normal(promised), normal(actual)]
  const [scaleA, scaleB] = [scale(a), scale(b)]
  return a === b || (scaleA !== null && scaleA === scaleB)
}

function normal(type: string): string {
  const text = type
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([(),<>:]) ?/g, '$1')
    .trim()
  const plain = /^(varchar|char)\(\d+\)$/.test(text) ? 'string' : text
  return plain.replaceAll(/[a-z_]+/g, (word) => synonyms.get(word) ?? word)
}

function scale(type: string): string | null {
  const decimal = /^decimal(?:\(\d+(?:,(\d+))?\))?$/.exec(type)
  return decimal === null ? null : (decimal[1] ?? '0')
}

function whereOf(model: Model): string {
  return model.patch_path?.replace(/^.*:\/\//, '') ?? 'its YAML'
}
