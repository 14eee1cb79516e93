import { type DataObject, plain, plainObject, textOr, texts } from './data.ts'
import { makeDraft, type SavedQueryDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { whereFilter } from './metric-inputs.ts'
import type { Names } from './names.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'

/** A saved query while it is parsed. */
export interface SavedQueryWork {
  readonly draft: SavedQueryDraft
  readonly entry: PropertyEntry
}

/** https://docs.getdbt.com/docs/build/saved-queries */
export function makeSavedQuery(session: Session, names: Names, entry: PropertyEntry): SavedQueryWork {
  const { data, raw, package: of } = entry
  const fqn = [of.name, ...folders(entry.source.relative), entry.name]
  const own = { kind: 'saved_query' as const, package: of, fqn, patch: objectOr(data.config) }
  const config = session.configs.rendered(own)
  const params = objectOr(data.query_params)
  const rawExports = objects(raw.exports)
  return {
    entry,
    draft: {
      resource_type: 'saved_query',
      name: entry.name,
      package_name: of.name,
      path: entry.source.relative,
      original_file_path: entry.source.original,
      unique_id: `saved_query.${of.name}.${entry.name}`,
      fqn,
      description: textOr(raw.description, null),
      label: textOr(data.label, null),
      query_params: {
        metrics: plain(params.metrics ?? []),
        group_by: plain(params.group_by ?? []),
        where: whereFilter(objectOr(raw.query_params).where),
        order_by: plain(params.order_by ?? []),
        limit: plain(params.limit ?? null),
      },
      exports: objects(data.exports).map((each, index) =>
        makeExport(session, names, entry, each, rawExports[index] ?? each, config),
      ),
      metadata: null,
      tags: [...new Set([...texts(data.tags), ...configTags(config.tags)])].sort(),
      config,
      unrendered_config: session.configs.unrendered(own),
      group: typeof config.group === 'string' ? config.group : null,
      refs: [],
      depends_on: { macros: [], nodes: [] },
    },
  }
}

function makeExport(
  session: Session,
  names: Names,
  entry: PropertyEntry,
  data: DataObject,
  raw: DataObject,
  config: JsonObject,
): JsonObject {
  const { package: of } = entry
  const name = textOr(data.name, '')
  const own: JsonObject = { ...config, ...plainObject(data.config) }
  const node = makeDraft('analysis', {
    name,
    package_name: of.name,
    path: entry.source.relative,
    original_file_path: entry.source.original,
    unique_id: `export.${of.name}.${name}`,
  })
  const given = (key: string): string | null => (typeof own[key] === 'string' ? own[key] : null)
  node.schema = session.packages.target.schema
  return {
    name,
    config: {
      export_as: own.export_as ?? null,
      schema_name: given('schema_name') ?? given('schema') ?? names.of('schema', node, of, null),
      alias: given('alias') ?? names.of('alias', node, of, null),
      database: names.of('database', node, of, given('database')),
    },
    unrendered_config: plainObject(raw.config),
  }
}

function configTags(value: Json | undefined): string[] {
  return typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : []
}
