import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { render, str } from '../jinja/index.ts'
import { type DataObject, isJsonObject, isObject, plainObject, textOr, texts } from './data.ts'
import type { Asked, ExposureDraft } from './draft.ts'
import type { Group, Json } from './manifest.ts'
import { refArgs, sourceArgs } from './parse-subject.ts'
import { objectOr, type PropertyEntry, placeOf } from './properties.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'

/** An exposure while it is parsed. */
export interface ExposureWork {
  readonly draft: ExposureDraft
  readonly entry: PropertyEntry
  readonly asked: readonly Asked[]
}

/** https://docs.getdbt.com/reference/exposure-properties */
export function makeExposure(session: Session, entry: PropertyEntry): ExposureWork {
  const { data, package: of } = entry
  const fqn = [of.name, ...folders(entry.source.relative), entry.name]
  const own = { kind: 'exposure' as const, package: of, fqn, patch: objectOr(data.config) }
  const config = session.configs.rendered(own)
  const project = objectOr(of.rendered.exposures)
  const tags = [...new Set([...texts(project.tags), ...texts(data.tags), ...jsonTexts(config.tags)])].sort()
  const meta = {
    ...plainObject(project.meta),
    ...plainObject(data.meta),
    ...(isJsonObject(config.meta) ? config.meta : {}),
  }
  const asked: Asked[] = []
  const metrics: string[][] = []
  askExposure(session, entry, asked, metrics)
  return {
    entry,
    asked,
    draft: {
      resource_type: 'exposure',
      name: entry.name,
      package_name: of.name,
      path: entry.source.relative,
      original_file_path: entry.source.original,
      unique_id: `exposure.${of.name}.${entry.name}`,
      fqn,
      type: textOr(data.type, ''),
      owner: owner(data.owner),
      label: textOr(data.label, null),
      maturity: textOr(data.maturity, null),
      url: textOr(data.url, null),
      description: textOr(entry.raw.description, ''),
      config: { ...config, tags, meta },
      tags,
      meta,
      refs: asked.flatMap((each) => (each.kind === 'ref' ? [each.args] : [])),
      sources: asked.flatMap((each) => (each.kind === 'source' ? [each.args] : [])),
      metrics,
      depends_on: { macros: [], nodes: [] },
      unrendered_config: session.configs.unrendered(own),
    },
  }
}

function askExposure(session: Session, entry: PropertyEntry, asked: Asked[], metrics: string[][]): void {
  const list = entry.raw.depends_on
  const lines = texts(entry.data.depends_on)
  lines.forEach((line, index) => {
    const place = isObject(list) || !Array.isArray(list) ? entry.place : placeOf(entry, list, index)
    const names = new Map([
      [
        'ref',
        (...[args, kwargs]: Parameters<typeof refArgs>) => {
          asked.push({ kind: 'ref', args: refArgs(args, kwargs), place })
          return ''
        },
      ],
      [
        'source',
        (...[args, kwargs]: Parameters<typeof sourceArgs>) => {
          asked.push({ kind: 'source', args: sourceArgs(args, kwargs), place })
          return ''
        },
      ],
      [
        'metric',
        (...[args]: Parameters<typeof refArgs>) => {
          metrics.push(args.map(str))
          return ''
        },
      ],
    ])
    try {
      render(session.cache.template(`{{ ${line} }}`, 'depends_on'), names, { undefined: 'chainable' })
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
      session.sink.add(
        'invalid-properties',
        'error',
        place,
        `an exposure depends on ref('…'), source('…', '…') or metric('…'), not ${line}`,
      )
    }
  })
}

/** https://docs.getdbt.com/docs/build/groups */
export function makeGroup(session: Session, entry: PropertyEntry): Group {
  const { package: of, data } = entry
  const fqn = [of.name, ...folders(entry.source.relative), entry.name]
  const rendered = session.configs.rendered({ kind: 'group', package: of, fqn, patch: objectOr(data.config) })
  const { 'pre-hook': _pre, 'post-hook': _post, ...config } = rendered
  return {
    resource_type: 'group',
    name: entry.name,
    package_name: entry.package.name,
    path: entry.source.relative,
    original_file_path: entry.source.original,
    unique_id: `group.${entry.package.name}.${entry.name}`,
    owner: owner(entry.data.owner),
    description: textOr(entry.data.description, null),
    config,
  }
}

function owner(data: DataObject[string] | undefined): {
  name: string | null
  email: string | readonly string[] | null
  [extra: string]: Json
} {
  const given = plainObject(data)
  const { name, email, ...rest } = given
  return {
    ...rest,
    name: typeof name === 'string' ? name : null,
    email: typeof email === 'string' ? email : Array.isArray(email) ? email.map(String) : null,
  }
}

function jsonTexts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
