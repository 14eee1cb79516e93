import type { NameScope } from '../jinja/index.ts'
import type { ParseCache } from './cache.ts'
import { type Data, type DataObject, define, isList, isObject, plain } from './data.ts'
import type { Json } from './manifest.ts'
import type { ProjectFiles } from './project.ts'
import { renderYamlObject } from './render.ts'
import { kindOf } from './shape.ts'
import type { Sink } from './sink.ts'
import { readYamlFile } from './wanted.ts'

const FILE = 'selectors.yml'
const METHODS = new Set(
  'fqn tag group access source path file package config test_name test_type resource_type state exposure metric result source_status version semantic_model saved_query unit_test selector'.split(
    ' ',
  ),
)

interface Source {
  readonly files: ProjectFiles
  readonly root: string
}

/**
 * The selectors of selectors.yml, by name, as the manifest holds them: texts are taken apart into their method and value.
 * https://docs.getdbt.com/reference/node-selection/yaml-selectors
 */
export function readSelectors(
  input: Source,
  scope: NameScope,
  cache: ParseCache,
  sink: Sink,
): ReadonlyMap<string, Json> {
  const selectors = new Map<string, Json>()
  const yaml = readYamlFile(input, FILE, cache, sink)
  if (!yaml || yaml.data === null) return selectors
  const invalid = (offset: number, message: string): void =>
    sink.add('invalid-project', 'error', { file: FILE, offset }, message)
  if (!isObject(yaml.data) || !isList(yaml.data.selectors)) {
    invalid(0, 'selectors.yml has one key, selectors: a list of selectors, each with a name and a definition')
    return selectors
  }
  const list = yaml.data.selectors
  let usual: string | null = null
  list.forEach((raw, index) => {
    const offset = yaml.itemOffset(list, index)
    const selector = isObject(raw)
      ? renderYamlObject(raw, {
          cache,
          scope,
          shouldRender: () => true,
          onError: (error, holder, key) =>
            invalid(yaml.keyOffset(holder, String(key)), `${key} cannot be rendered: ${error.message}`),
        })
      : {}
    const { name, definition } = selector
    if (typeof name !== 'string') invalid(offset, 'a selector is a mapping with a name and a definition')
    else if (typeof definition !== 'string' && !isObject(definition))
      invalid(
        offset,
        `the definition of the selector '${name}' is a text or a mapping, not ${kindOf(definition ?? null)}`,
      )
    else {
      if (selector.default === true && usual !== null)
        invalid(offset, `the selectors '${usual}' and '${name}' are both the default; keep one`)
      if (selector.default === true) usual = name
      for (const method of unknownMethods(definition))
        invalid(offset, `the selector '${name}' selects by '${method}', which is no method of dbt's`)
      selectors.set(name, plain({ ...selector, definition: normal(definition) }))
    }
  })
  return selectors
}

function normal(definition: Data): Data {
  if (typeof definition === 'string') return criteria(definition)
  if (!isObject(definition)) return definition
  for (const key of ['union', 'intersection']) {
    const parts = definition[key]
    if (isList(parts)) return { [key]: parts.map(normal) }
  }
  const [key] = Object.keys(definition)
  if (key === undefined) return definition
  const value = definition[key] ?? null
  const parts = isList(value) ? value.map(normal) : value
  if (key === 'exclude') return { exclude: parts }
  return Object.keys(definition).length === 1 ? { method: key, value: parts } : definition
}

/** One criterion of a selection as it is written: https://docs.getdbt.com/reference/node-selection/syntax */
export const CRITERIA =
  /^(?<childrens_parents>@)?(?<parents>(?<parents_depth>\d*)\+)?(?:(?<method>[\p{L}\p{N}_.]+):)?(?<value>.*?)(?<children>\+(?<children_depth>\d*))?$/u

/** `2+tag:nightly+` in its parts. */
function criteria(text: string): DataObject {
  const groups = CRITERIA.exec(text)?.groups
  if (!groups) return { error: 'Invalid selector spec' }
  const parts: Record<string, Data> = {}
  for (const [name, value] of Object.entries({ ...groups, method: groups.method ?? usualMethod(groups.value ?? '') })) {
    if (value === undefined || value === '') continue
    define(parts, name, name === 'childrens_parents' || name === 'parents' || name === 'children' ? true : value)
  }
  return parts
}

/** The method of a criterion that names none: a path, a file's name, else a name. */
export function usualMethod(value: string): string {
  if (value.includes('/')) return 'path'
  return /\.(?:sql|py|csv)$/i.test(value) ? 'file' : 'fqn'
}

/** The methods of a definition that dbt does not have. */
function unknownMethods(definition: Data): string[] {
  if (isList(definition)) return definition.flatMap(unknownMethods)
  const data = normal(definition)
  if (!isObject(data)) return []
  if (data.method === undefined)
    return Object.values(data).flatMap((part) => (isList(part) ? part.flatMap(unknownMethods) : []))
  const method = String(data.method).split('.')[0] ?? ''
  return METHODS.has(method) ? [] : [method]
}
