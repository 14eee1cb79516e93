import { ownValue } from '../dbt/data.ts'
import type { Json, JsonObject } from '../dbt/manifest.ts'
import { canonicalJson, isEmpty, isObject } from './canonical.ts'

/**
 * How one bag of settings differs from another, in words: `materialized table → incremental`, `tag pii added on column
 * email`. Equal bags give no words. `columns` is read as column name -> settings.
 */
export function differences(before: JsonObject, after: JsonObject): string[] {
  const { columns: columnsBefore, ...settingsBefore } = before
  const { columns: columnsAfter, ...settingsAfter } = after
  return [...compareObjects('', settingsBefore, settingsAfter), ...compareColumns(columnsBefore, columnsAfter)]
}

/** A list of words short enough for a table's cell. */
export function few(words: Iterable<string>, between = '; '): string {
  const all = [...new Set(words)]
  const [shown, more] = [all.slice(0, 5).join(between), all.length - 5]
  return more > 0 ? `${shown}${between}and ${more} more` : shown
}

/** The columns that differ between two bags of settings. */
export function changedColumns(before: JsonObject, after: JsonObject): string[] {
  const [from, to] = [asObject(before.columns), asObject(after.columns)]
  return keysOf(from, to).filter((name) => !same(ownValue(from, name), ownValue(to, name)))
}

function compareColumns(before: Json | undefined, after: Json | undefined): string[] {
  const [from, to] = [asObject(before), asObject(after)]
  return keysOf(from, to).flatMap((name) =>
    compareObjects('', asObject(ownValue(from, name)), asObject(ownValue(to, name))).map(
      (words) => `${words} on column ${name}`,
    ),
  )
}

function compareObjects(path: string, before: JsonObject, after: JsonObject): string[] {
  return keysOf(before, after).flatMap((key) =>
    compare(path === '' ? key : `${path}.${key}`, ownValue(before, key), ownValue(after, key)),
  )
}

function compare(path: string, before: Json | undefined, after: Json | undefined): string[] {
  if (same(before, after)) return []
  if (path.includes('macros.')) return [`macro ${path.split('.').at(-1)} changed`]
  if (isList(before) || isList(after)) return compareLists(singular(path), asList(before), asList(after))
  if (isObject(before) || isObject(after)) {
    if (unset(after) && !path.includes('.')) return [`${path} removed`]
    return compareObjects(path, asObject(before), asObject(after))
  }
  if (path === 'description') return compareDescriptions(before || null, after || null)
  if (unset(before)) return [`${path} set to ${show(after)}`]
  if (unset(after)) return [`${path} ${show(before)} removed`]
  return [`${path} ${show(before)} → ${show(after)}`]
}

function compareDescriptions(before: Json, after: Json): string[] {
  if (before === after) return []
  return [`description ${before === null ? 'added' : after === null ? 'removed' : 'changed'}`]
}

function compareLists(path: string, before: readonly Json[], after: readonly Json[]): string[] {
  const added = after.filter((item) => !before.some((other) => same(item, other)))
  const removed = before.filter((item) => !after.some((other) => same(item, other)))
  if (added.length + removed.length === 0) return [`order of ${path} changed`]
  if ([...added, ...removed].some((item) => typeof item === 'object' || String(item).length > 40))
    return [`${path} changed`]
  return [
    ...added.map((item) => `${path} ${show(item)} added`),
    ...removed.map((item) => `${path} ${show(item)} removed`),
  ]
}

function singular(path: string): string {
  return path === 'tags' ? 'tag' : path
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return unset(a) ? unset(b) : canonicalJson(a ?? null) === canonicalJson(b ?? null)
}

function unset(value: Json | undefined): boolean {
  return value === undefined || isEmpty(value)
}

function show(value: Json | undefined): string {
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value ?? null)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

function keysOf(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function asList(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : value === undefined || value === null ? [] : [value]
}
