import { changeClasses } from './report.ts'
import type { Section, StoredSection } from './section.ts'

/** Says whether a value that was read from outside has this shape. */
type Shape<T> = (value: unknown) => value is T

const text: Shape<string> = (it) => typeof it === 'string'
const count: Shape<number> = (it): it is number => typeof it === 'number' && Number.isFinite(it)
const flag: Shape<boolean> = (it) => typeof it === 'boolean'

function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (it): it is T | null => it === null || shape(it)
}

function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (it): it is T | undefined => it === undefined || shape(it)
}

function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return (it): it is T => values.some((value) => value === it)
}

function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (it): it is readonly T[] => Array.isArray(it) && it.every(shape)
}

function object<T>(shapes: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const entries = Object.entries<Shape<unknown>>(shapes)
  return (it): it is T =>
    typeof it === 'object' && it !== null && entries.every(([key, shape]) => shape(Reflect.get(it, key)))
}

const pair: Shape<readonly [string, string]> = (it): it is readonly [string, string] =>
  Array.isArray(it) && it.length === 2 && it.every(text)

const findings = list(
  object<Section['findings'][number]>({
    rule: text,
    severity: oneOf('error', 'warning', 'notice'),
    message: text,
    file: text,
    line: count,
    column: count,
    new: flag,
  }),
)

const exposure = object<Section['changes'][number]['exposures'][number]>({
  unique_id: text,
  name: text,
  label: orNull(text),
  type: text,
  owner: orNull(text),
  url: orNull(text),
})

const change = object<Section['changes'][number]>({
  name: text,
  resource_type: text,
  state: oneOf('new', 'modified', 'removed'),
  change: oneOf(...changeClasses),
  all: list(oneOf(...changeClasses)),
  columns: list(text),
  reason: text,
  exposures: list(exposure),
  file: text,
  line: count,
  affected: count,
  reached: count,
})

const lineage = object<Section['lineage']>({
  nodes: list(
    object<Section['lineage']['nodes'][number]>({
      unique_id: text,
      name: text,
      resource_type: oneOf('model', 'seed', 'snapshot', 'source', 'exposure'),
      layer: oneOf('bronze', 'silver', 'gold', 'other', 'exposure'),
      state: oneOf('new', 'modified', 'removed', 'affected', 'context'),
    }),
  ),
  edges: list(pair),
})

const totals = object<Section['totals']>({
  changes: count,
  unknown: count,
  exposures: count,
  affected: count,
  errors: count,
  warnings: count,
  notices: count,
  existing: count,
  configurationErrors: count,
  configuration: count,
  run: count,
  tests: count,
  review: count,
  nodes: count,
})

const section = object<StoredSection>({
  region: text,
  project: text,
  environment: text,
  target: text,
  base: orNull(text),
  head: text,
  run: count,
  attempt: count,
  at: count,
  fixed: orNull(object<NonNullable<Section['fixed']>>({ errors: count, head: text, run: count, attempt: count })),
  totals,
  changes: list(change),
  findings,
  configuration: findings,
  plan: list(object<Section['plan'][number]>({ unique_id: text, action: oneOf('run', 'drop-review'), because: text })),
  lineage,
  page: optional(orNull(count)),
  twins: optional(
    list(
      object<Section['twins'][number]>({
        unique_id: text,
        name: text,
        file: text,
        kind: oneOf('changed', 'added', 'removed', 'differs'),
        twin: object<Section['twins'][number]['twin']>({ region: text, name: orNull(text), file: orNull(text) }),
        reason: text,
        declared: orNull(text),
      }),
    ),
  ),
  leftPending: optional(
    orNull(
      object<NonNullable<Section['leftPending']>>({
        commit: text,
        run: orNull(count),
        deploy: oneOf('failed', 'cancelled', 'cut short'),
        count,
        names: list(text),
      }),
    ),
  ),
})

/** What the payload of a deployment says of a region. */
export const isRegionPayload = object<{
  readonly region: string
  readonly commit: string
  readonly pending: readonly string[]
}>({ region: text, commit: text, pending: list(text) })

export const isKnown = object<{ readonly regions: readonly string[]; readonly sections: readonly StoredSection[] }>({
  regions: list(text),
  sections: list(section),
})
