import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { hasJinja, type NameScope, render, renderNative } from '../jinja/index.ts'
import type { ParseCache } from './cache.ts'
import { type Data, type DataObject, define, fromValue, isList, isObject } from './data.ts'

/** Where in a YAML value the renderer is: keys and indexes from the top. */
export type KeyPath = readonly (string | number)[]

export interface YamlRendering {
  readonly cache: ParseCache
  readonly scope: NameScope
  /** Whether the text at a path is rendered; one that is not stays as it was written. */
  shouldRender(path: KeyPath): boolean
  /** Told of a text that cannot be rendered, which then stays as it was written. */
  onError(error: TemplateError | TemplateSyntaxError, holder: object, key: string | number): void
}

/**
 * Renders all texts of a YAML value, as dbt does: a text that is one expression becomes its value, any other loses its last
 * newline. What nothing changes in is shared.
 */
export function renderYaml(data: Data, rendering: YamlRendering, path: KeyPath = []): Data {
  return renderParts(data, rendering, [...path])
}

/** `path` leads to `data`; it is one list for a whole value, and is as it was when this returns. */
function renderParts(data: Data, rendering: YamlRendering, path: (string | number)[]): Data {
  if (isList(data)) {
    let changed: Data[] | undefined
    for (let index = 0; index < data.length; index += 1) {
      const item = data[index] as Data
      const rendered = renderPart(item, rendering, path, data, index)
      if (rendered === item) continue
      changed ??= [...data]
      changed[index] = rendered
    }
    return changed ?? data
  }
  if (!isObject(data)) return data
  let changed: Record<string, Data> | undefined
  for (const key in data) {
    const item = data[key] as Data
    const rendered = renderPart(item, rendering, path, data, key)
    if (rendered === item) continue
    changed ??= { ...data }
    define(changed, key, rendered)
  }
  return changed ?? data
}

export function renderYamlObject(data: DataObject, rendering: YamlRendering): DataObject {
  const result = renderYaml(data, rendering)
  return isObject(result) ? result : {}
}

function renderPart(
  data: Data,
  rendering: YamlRendering,
  path: (string | number)[],
  holder: object,
  key: string | number,
): Data {
  if (data === null || (typeof data !== 'string' && typeof data !== 'object')) return data
  if (typeof data === 'string') return isChanging(data) ? renderTextPart(data, rendering, path, holder, key) : data
  path.push(key)
  const rendered = renderParts(data, rendering, path)
  path.pop()
  return rendered
}

/** Whether rendering may change a text. */
function isChanging(text: string): boolean {
  return hasJinja(text) || text.endsWith('\n')
}

function renderTextPart(
  data: string,
  rendering: YamlRendering,
  path: KeyPath,
  holder: object,
  key: string | number,
): Data {
  if (!rendering.shouldRender([...path, key])) return data
  if (!hasJinja(data)) return withoutLastNewline(data)
  try {
    return fromValue(renderNative(rendering.cache.template(data, 'yaml'), rendering.scope))
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
    rendering.onError(error, holder, key)
    return data
  }
}

/** Jinja drops a template's last newline. */
export function withoutLastNewline(text: string): string {
  return text.replace(/\r\n|\r/g, '\n').replace(/\n$/, '')
}

/** Renders a text; one without Jinja is itself. Throws TemplateError and TemplateSyntaxError. */
export function renderText(cache: ParseCache, text: string, name: string, scope: NameScope): string {
  return hasJinja(text) ? render(cache.template(text, name), scope, { undefined: 'chainable' }) : text
}
