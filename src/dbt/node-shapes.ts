import { configFields } from './config-shapes.ts'
import { isJsonObject } from './data.ts'
import type { NodeDraft, Work } from './draft.ts'
import type { Gathered } from './gathered.ts'
import { isRefable } from './lookup.ts'
import type { MacroEntry } from './macro.ts'
import type { JsonObject } from './manifest.ts'
import { isMicrobatch, isoMoment, usesBatches } from './microbatch.ts'
import { flag } from './package.ts'
import type { Session } from './session.ts'
import { checkFields } from './shape.ts'
import type { Place } from './sink.ts'
import { join } from './text.ts'

/** Tells what dbt refuses in a node as a whole, when all that is said of it is known. What is disabled is not looked at. */
export function checkNodes(session: Session, gathered: Gathered): void {
  const groups = new Set(gathered.groups.map(({ name }) => name))
  const isSpaceRefused = flag(session.packages.root, 'require_resource_names_without_spaces', true)
  const isBatched = usesBatches(session)
  const checked = new Set<object>()
  const versioned = new Set(
    gathered.works.flatMap(({ draft }) =>
      draft.resource_type === 'model' && draft.version !== null && draft.config.enabled
        ? [`${draft.package_name} ${draft.name}`]
        : [],
    ),
  )
  const isVersioned = ({ draft }: Work): boolean =>
    isRefable(draft) &&
    !(draft.resource_type === 'model' && draft.version !== null) &&
    versioned.has(`${draft.package_name} ${draft.name}`)
  for (const work of gathered.works) {
    const { draft } = work
    if (!session.kept?.has(work)) {
      const isTold = checkCall(session, work)
      if (draft.resource_type === 'test' && !isTold) checkTestConfig(session, work, checked)
    }
    if (!draft.config.enabled || draft.resource_type === 'test' || draft.resource_type === 'operation') continue
    const messages = [
      ...wrongSnapshot(draft),
      ...wrongContract(draft),
      ...wrongKeys(draft),
      ...(isBatched ? wrongMicrobatch(draft) : []),
      ...wrongAccess(draft),
      ...(isVersioned(work) ? ['has the name of a model with versions; rename one of them'] : []),
      ...wrongLanguage(draft, session.packages.target.adapter.name),
    ]
    if (isSpaceRefused && isRefable(draft) && draft.name.includes(' '))
      messages.push('has a space in its name; rename it')
    if (draft.group !== null && !groups.has(draft.group))
      messages.push(
        `is in the group '${draft.group}', which does not exist; it is one of ${[...groups].join(', ') || 'none'}`,
      )
    const place = gathered.patchPlaces.get(draft.unique_id) ?? work.place
    for (const message of messages)
      session.sink.add(
        'invalid-properties',
        'error',
        place,
        `the ${draft.resource_type} '${draft.name}' ${message}`,
        draft.unique_id,
      )
  }
}

/** Whether something is wrong with what `config()` says. */
function checkCall({ sink, packages }: Session, { call, draft, place, kind }: Work): boolean {
  // What a macro would give that is not there is not known.
  if (Object.keys(call).length === 0 || packages.missing.length > 0) return false
  let isWrong = false
  checkFields(configFields(kind), call, call, (_holder, _key, message) => {
    isWrong = true
    const what = `config() of the ${draft.resource_type} '${draft.name}': ${message}`
    sink.add('invalid-properties', 'error', place, what, draft.unique_id)
  })
  return isWrong
}

/** https://docs.getdbt.com/docs/build/incremental-microbatch */
function wrongMicrobatch({ config }: NodeDraft): string[] {
  const { event_time, begin, batch_size, lookback, concurrent_batches } = config
  if (!isMicrobatch(config)) return []
  const isDate = typeof begin === 'string' && isoMoment(begin) !== null
  return [
    ...(typeof event_time === 'string' ? [] : ['is a microbatch and needs event_time, the name of a column']),
    ...(isDate ? [] : ["is a microbatch and needs begin, a date such as '2024-01-31'"]),
    ...(['hour', 'day', 'month', 'year'].includes(String(batch_size))
      ? []
      : ['is a microbatch and needs batch_size: hour, day, month or year']),
    ...(lookback === null || Number.isInteger(lookback) ? [] : ['has a lookback that is no whole number']),
    ...(concurrent_batches === null || typeof concurrent_batches === 'boolean'
      ? []
      : ['has concurrent_batches that are neither true nor false']),
  ]
}

/** Others refer to what is public, and what is ephemeral is nowhere. */
function wrongAccess(draft: NodeDraft): string[] {
  const isPublic = draft.resource_type === 'model' && draft.access === 'public'
  return isPublic && draft.config.materialized === 'ephemeral'
    ? ['is public and ephemeral; materialize it, or make it protected']
    : []
}

/** The config of a test is one of dbt_project.yml, of YAML and of the test's macro: what it comes to is checked, once where tests share it. */
function checkTestConfig({ sink, packages }: Session, { draft, place }: Work, checked: Set<object>): void {
  if (checked.has(draft.config) || packages.missing.length > 0) return
  checked.add(draft.config)
  checkFields(configFields('test'), draft.config, draft.config, (_holder, _key, message) =>
    sink.add(
      'invalid-properties',
      'error',
      place,
      `the config of the test '${draft.name}': ${message}`,
      draft.unique_id,
    ),
  )
}

/** https://docs.getdbt.com/docs/build/udfs */
function wrongLanguage({ resource_type, language }: NodeDraft, adapter: string): string[] {
  if (resource_type !== 'function' || language !== 'javascript' || ['bigquery', 'snowflake'].includes(adapter))
    return []
  return [`is written in JavaScript, which ${adapter} has no functions in; write it in SQL or Python`]
}

/** https://docs.getdbt.com/reference/snapshot-configs */
function wrongSnapshot({ resource_type, config }: NodeDraft): string[] {
  if (resource_type !== 'snapshot') return []
  const { strategy, unique_key, updated_at, check_cols, materialized } = config
  const missing = [
    ...(strategy ? [] : ['strategy']),
    ...(unique_key ? [] : ['unique_key']),
    ...(strategy === 'timestamp' && !updated_at ? ['updated_at'] : []),
    ...(strategy === 'check' && !check_cols ? ['check_cols'] : []),
  ]
  return [
    ...(missing.length > 0 ? [`needs ${missing.join(' and ')} in its config`] : []),
    ...(materialized === 'snapshot' ? [] : [`is materialized as '${String(materialized)}'; a snapshot is a snapshot`]),
  ]
}

/** https://docs.getdbt.com/reference/resource-configs/contract */
function wrongContract(draft: NodeDraft): string[] {
  const { contract, materialized, on_schema_change } = draft.config
  if (draft.resource_type !== 'model' || !isJsonObject(contract) || contract.enforced !== true) return []
  const messages: string[] = []
  if (draft.language !== 'sql') messages.push('has a contract, which only SQL models can have')
  if (draft.columns.size === 0)
    messages.push('has a contract and no columns; describe them in YAML, each with its data_type')
  if (materialized === 'incremental' && on_schema_change !== 'append_new_columns' && on_schema_change !== 'fail')
    messages.push("has a contract and is incremental: on_schema_change must be 'append_new_columns' or 'fail'")
  return messages
}

/** https://docs.getdbt.com/reference/resource-properties/constraints */
function wrongKeys(draft: NodeDraft): string[] {
  if (draft.resource_type !== 'model') return []
  const isKey = ({ type }: JsonObject): boolean => type === 'primary_key'
  const keys = [...draft.columns.values()].filter(({ constraints }) => constraints.some(isKey))
  const names = keys.map(({ name }) => name).join(', ')
  return [
    ...(keys.length > 1
      ? [
          `has ${keys.length} columns with a primary key (${names}); one key of several columns is a constraint of the model`,
        ]
      : []),
    ...(keys.length > 0 && draft.constraints.some(isKey)
      ? [`has a primary key on the column ${names} and one of its own; keep one`]
      : []),
  ]
}

/** Tells names that stand twice where dbt allows them once. Nodes and sources are told as duplicates of the project. */
export function checkDuplicates(session: Session, gathered: Gathered, macros: readonly MacroEntry[]): void {
  const seen = new Map<string, Place>()
  const add = (kind: string, id: string, name: string, place: Place): void => {
    const first = seen.get(id)
    if (first === undefined) {
      seen.set(id, place)
      return
    }
    const { path, line } = session.sink.position(first)
    const where = join(session.sink.root, path)
    session.sink.add(
      'invalid-properties',
      'error',
      place,
      `there is another ${kind} '${name}', in ${where}:${line}; rename one of them`,
    )
  }
  for (const { unique_id, name, source, node, package: of } of macros)
    if (session.packages.byName.has(of))
      add(node.tag.replace('_', ' '), unique_id, name, { file: source.file, offset: source.shift + node.nameOffset })
  for (const { unique_id, name, package_name, original_file_path } of gathered.docs)
    add('docs block', unique_id, name, {
      file: join(session.packages.byName.get(package_name)?.folder ?? '', original_file_path),
      offset: 0,
    })
  for (const { draft, entry } of gathered.exposures) add('exposure', draft.unique_id, draft.name, entry.place)
  for (const { draft, entry } of [...gathered.semanticModels, ...gathered.metrics])
    if (draft.config.enabled !== false)
      add(draft.resource_type.replace('_', ' '), draft.unique_id, draft.name, entry.place)
  for (const { draft, entry } of gathered.unitTests) add('unit test', draft.unique_id, draft.name, entry.place)
}

/** Tells entries of groups and macros that describe one name of a package twice. */
export function checkEntriesOnce(
  session: Session,
  entries: Iterable<{ key: string; name: string; package: { name: string }; place: Place }>,
): void {
  const seen = new Set<string>()
  for (const { key, name, package: of, place } of entries) {
    if (key !== 'groups' && key !== 'macros') continue
    const id = `${key} ${of.name} ${name}`
    if (seen.has(id))
      session.sink.add(
        'invalid-properties',
        'error',
        place,
        `the ${key.slice(0, -1)} '${name}' is described twice; put both entries into one`,
      )
    seen.add(id)
  }
}
