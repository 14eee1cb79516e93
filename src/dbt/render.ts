import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { hasJinja, render, renderNative, type Scope } from '../jinja/index.ts'
import type { ParseCache } from './cache.ts'
import { type Data, type DataObject, define, fromValue, isList, isObject } from './data.ts'

/** Where in a YAML value the renderer is: keys and indexes from the top. */
export type KeyPath = readonly (string | number)[]

export interface YamlRendering {
  readonly cache: ParseCache
  readonly scope: Scope
  /** Whether the text at a path is rendered; one that is not stays as it was written. */
  shouldRender(path: KeyPath): boolean
  /** Told of a text that cannot be rendered, which then stays as it was written. */
  onError(error: TemplateError | TemplateSyntaxError, holder: object, key: string | number): void
}

/** Renders all texts of a YAML value, as dbt does: a text that is one expression becomes its value. */
export function renderYaml(data: Data, rendering: YamlRendering, path: KeyPath = []): Data {
  if (isList(data)) return data.map((item, index) => renderPart(item, rendering, [...path, index], data, index))
  if (!isObject(data)) return data
  const result: Record<string, Data> = {}
  for (const key of Object.keys(data)) {
    define(result, key, renderPart(data[key] as Data, rendering, [...path, key], data, key))
  }
  return result
}

export function renderYamlObject(data: DataObject, rendering: YamlRendering): DataObject {
  const result = renderYaml(data, rendering)
  return isObject(result) ? result : {}
}

function renderPart(data: Data, rendering: YamlRendering, path: KeyPath, holder: object, key: string | number): Data {
  if (typeof data !== 'string')
    return data === null || typeof data !== 'object' ? data : renderYaml(data, rendering, path)
  if (!hasJinja(data) || !rendering.shouldRender(path)) return data
  try {
    return fromValue(renderNative(rendering.cache.template(data, 'yaml'), rendering.scope))
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
    rendering.onError(error, holder, key)
    return data
  }
}

/** Renders a text; one without Jinja is itself. Throws TemplateError and TemplateSyntaxError. */
export function renderText(cache: ParseCache, text: string, name: string, scope: Scope): string {
  return hasJinja(text) ? render(cache.template(text, name), scope, { undefined: 'chainable' }) : text
}
