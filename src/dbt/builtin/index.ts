import type { AdapterType } from '../adapter-type.ts'
import { ParseCache } from '../cache.ts'
import { ownValue } from '../data.ts'
import { sourceFile } from '../files.ts'
import { type MacroEntry, type MacroName, readMacros } from '../macro.ts'
import { Sink } from '../sink.ts'
import { DATABRICKS_FUNCTIONS, FUNCTIONS } from './functions.ts'
import { KNOWN_MACROS } from './known.ts'
import { NAMES } from './names.ts'
import { RUNTIME } from './runtime.ts'
import { TESTS } from './tests.ts'

const FILES: readonly (readonly [packageName: string, file: string, text: string])[] = [
  ['dbt', 'tests.sql', TESTS],
  ['dbt', 'names.sql', NAMES],
  ['dbt', 'runtime.sql', RUNTIME],
  ['dbt', 'functions.sql', FUNCTIONS],
  ['dbt_databricks', 'functions.sql', DATABRICKS_FUNCTIONS],
]

let read: MacroEntry[] | undefined

/** The macros that every project has: dbt's, and its adapter's, written from their documentation. */
export function builtinMacros(adapter: AdapterType): readonly MacroEntry[] {
  read ??= FILES.flatMap(([packageName, name, text]) => {
    const file = `${packageName}/${name}`
    const sink = new Sink(new Map([[file, text]]), '')
    const macros = readMacros(
      sourceFile(file, `macros/${name}`, name, text),
      packageName,
      new ParseCache(),
      sink,
      false,
    )
    const wrong = sink.findings()[0]
    if (wrong) throw new Error(`${file}:${wrong.line}: ${wrong.message}`)
    return macros
  })
  const names = internalPackages(adapter)
  return read.filter((macro) => names.includes(macro.package))
}

/** The names of all macros that dbt and the adapter bring, the nearest to the adapter first. */
export function knownMacros(adapter: AdapterType): MacroName[] {
  return internalPackages(adapter).flatMap((packageName) =>
    (ownValue(KNOWN_MACROS, packageName) ?? '')
      .split(/\s+/)
      .filter((name) => name !== '')
      .map((name) => ({ unique_id: `macro.${packageName}.${name}`, name, package: packageName })),
  )
}

/** dbt's own packages for an adapter, the nearest to it first. */
export function internalPackages(adapter: AdapterType): string[] {
  return [...adapter.prefixes.slice(0, -1).map((prefix) => `dbt_${prefix}`), 'dbt']
}
