import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { render } from '../jinja/index.ts'
import { configDefaults } from './config-kind.ts'
import { copy, type Data, type DataObject, define, isJsonObject, isList, isObject, ownValue } from './data.ts'
import type { NodeDraft, Work } from './draft.ts'
import type { Json, JsonObject, NodeConfig } from './manifest.ts'
import { isMicrobatch, isoMoment, usesBatches } from './microbatch.ts'
import type { Names } from './names.ts'
import { ParseSubject } from './parse-subject.ts'
import type { Session } from './session.ts'
import { tellError } from './sql-nodes.ts'

/** Works out a node's config from all that is known of it, and what follows from it: names, relation, hooks. */
export function finishNode(session: Session, names: Names, work: Work): void {
  const { configs } = session
  const { draft } = work
  const { kind, package: of, call } = work
  const { fqn } = draft
  const isPatched = work.patch !== undefined && Object.keys(work.patch).length > 0
  const patch =
    draft.language === 'python' && draft.resource_type === 'model'
      ? { materialized: 'table', ...work.patch }
      : work.patch
  const config = configs.rendered({ kind, package: of, fqn, call, patch })
  // dbt renders the hooks when it reads the SQL and again when it reads the YAML, and notes their refs each time.
  if (isPatched && hasHooks(config))
    renderHooks(session, work, configs.rendered({ kind, package: of, fqn, call, patch: undefined }))
  const unrenderedPatch = patch && isSaid(work.unrenderedPatch) ? deepMerge(patch, work.unrenderedPatch) : patch
  draft.unrendered_config = configs.unrendered({
    kind,
    package: of,
    fqn,
    call: isSaid(work.unrenderedCall) ? work.unrenderedCall : call,
    patch: unrenderedPatch,
  })
  applyConfig(draft, config)
  const kept = keptConfig(session, work, config)
  if (kept) draft.config = { ...draft.config, ...kept }
  if (typeof kept?.group === 'string') draft.group = kept.group
  if (isMicrobatch(draft.config) && typeof draft.config.begin === 'string' && usesBatches(session))
    draft.config = { ...draft.config, begin: isoMoment(draft.config.begin) ?? draft.config.begin }
  nameRelation(session, names, work, config)
  if (draft.resource_type !== 'test' && hasHooks(config)) renderHooks(session, work, config)
}

/** Whether there are hooks; more may be said of them later, but never less. */
function hasHooks(config: JsonObject): boolean {
  return list(config['pre-hook']).length > 0 || list(config['post-hook']).length > 0
}

const NOTHING: DataObject = {}

/** A null says nothing to dbt of a config that it knows: what was said before it, in the SQL or in dbt_project.yml, is kept in the node's config. */
function keptConfig(session: Session, work: Work, config: JsonObject): JsonObject | undefined {
  const nulls: string[] = []
  for (const said of [work.call, work.patch ?? NOTHING])
    for (const key in said)
      if (said[key] === null && key in configDefaults(work.kind) && (ownValue(config, key) ?? null) === null)
        nulls.push(key)
  if (nulls.length === 0) return undefined
  const own = { kind: work.kind, package: work.package, fqn: work.draft.fqn }
  const layers = [session.configs.rendered({ ...own, call: work.call }), session.configs.rendered(own)]
  return Object.fromEntries(
    nulls.map((key) => [
      key,
      layers.map((layer) => ownValue(layer, key) ?? null).find((value) => value !== null) ?? null,
    ]),
  )
}

function isSaid(data: DataObject | undefined): data is DataObject {
  return data !== undefined && Object.keys(data).length > 0
}

/** As dbt's deep_merge: objects are merged, a later list is put before an earlier one, all else is replaced. */
export function deepMerge(base: DataObject, over: DataObject): DataObject {
  const result = copy<Data>(base)
  for (const key of Object.keys(over)) {
    const [before, after] = [ownValue(result, key), over[key] ?? null]
    const list = isList(after) && isList(before) ? [...after, ...before] : after
    define(result, key, isObject(after) ? deepMerge(isObject(before) ? before : {}, after) : list)
  }
  return result
}

function applyConfig(draft: NodeDraft, config: JsonObject): void {
  draft.config = nodeConfig(config)
  if (draft.tags.length === 0) draft.tags = unique(draft.config.tags)
  else if (draft.config.tags.length > 0) draft.tags = unique([...draft.tags, ...draft.config.tags])
  if (Object.keys(draft.config.meta).length > 0) draft.meta = draft.config.meta
  if (typeof config.group === 'string' && config.group !== '') draft.group = config.group
  if (isJsonObject(config.docs))
    draft.docs = {
      show: config.docs.show !== false,
      node_color: typeof config.docs.node_color === 'string' ? config.docs.node_color : null,
    }
  if (draft.resource_type !== 'model') return
  const { access, contract } = config
  if (access === 'private' || access === 'protected' || access === 'public') draft.access = access
  if (isJsonObject(contract))
    draft.contract = {
      enforced: contract.enforced === true,
      alias_types: contract.alias_types !== false,
      checksum: null,
    }
}

function unique(tags: readonly string[]): readonly string[] {
  return tags.length < 2 ? tags : [...new Set(tags)]
}

function nodeConfig(config: JsonObject): NodeConfig {
  if (isNodeConfig(config)) return config
  const { enabled, materialized, tags, meta } = config
  return {
    ...config,
    enabled: enabled !== false,
    materialized: typeof materialized === 'string' ? materialized : 'view',
    tags: Array.isArray(tags) ? tags.map(String) : [],
    meta: isJsonObject(meta) ? meta : {},
  }
}

function isNodeConfig(config: JsonObject): config is NodeConfig {
  const { enabled, materialized, tags, meta } = config
  return (
    typeof enabled === 'boolean' &&
    typeof materialized === 'string' &&
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === 'string') &&
    isJsonObject(meta)
  )
}

function nameRelation(session: Session, names: Names, work: Work, config: JsonObject): void {
  const { draft } = work
  const custom = (key: string): string | null => {
    const value = config[key]
    return value === null || value === undefined ? null : String(value)
  }
  draft.database = names.of('database', draft, work.package, custom('database'))
  draft.schema = names.of('schema', draft, work.package, custom('schema')) ?? ''
  draft.alias = names.of('alias', draft, work.package, custom('alias')) ?? draft.name
  if (draft.resource_type === 'snapshot') {
    draft.database = custom('target_database') || draft.database
    draft.schema = custom('target_schema') || draft.schema
  }
  draft.relation_name = hasRelation(draft)
    ? session.runtime.relations
        .of({ database: draft.database, schema: draft.schema, identifier: draft.alias }, draft.config.quoting ?? null)
        .render()
    : null
}

/** Whether a node leaves a relation in the warehouse. */
export function hasRelation(draft: Pick<NodeDraft, 'resource_type' | 'config'>): boolean {
  if (draft.resource_type === 'test') return draft.config.store_failures === true
  if (draft.resource_type === 'seed' || draft.resource_type === 'snapshot' || draft.resource_type === 'function')
    return true
  return draft.resource_type === 'model' && draft.config.materialized !== 'ephemeral'
}

function renderHooks(session: Session, work: Work, config: JsonObject): void {
  const hooks: Json[] = [...list(config['pre-hook']), ...list(config['post-hook'])]
  for (const hook of hooks) {
    const sql = isJsonObject(hook) ? hook.sql : null
    if (typeof sql !== 'string' || !sql.includes('{')) continue
    try {
      const template = session.cache.template(sql, `${work.source.file} (hook)`)
      const subject = new ParseSubject(
        { ...work, template: null, call: {}, unrenderedCall: {} },
        session.runtime,
        session.cache,
        session.sink,
      )
      session.runtime.with(subject, (scope) => render(template, scope, { undefined: 'chainable' }))
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
      if (work.template) tellError(session, work, work.template, error)
    }
  }
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
