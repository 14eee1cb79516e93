import type { Asked, NodeDraft, SourceDraft, Work } from './draft.ts'
import { hasRelation } from './finish.ts'
import type { Gathered } from './gathered.ts'
import { isRefable, RefLookup } from './lookup.ts'
import type { Manifest, ManifestNode, RefArgs, Resource, SourceDefinition } from './manifest.ts'
import { checkBatchInputs } from './microbatch.ts'
import { inferKeys } from './primary-key.ts'
import type { Duplicate, Orphan, Unresolved } from './project.ts'
import { Resolver } from './resolve.ts'
import { resolveSemantics } from './resolve-semantics.ts'
import { resolveUnitTests } from './resolve-unit-tests.ts'
import { checkSemantics } from './semantic-rules.ts'
import type { Session } from './session.ts'
import { sorted } from './sorted.ts'
import { compare } from './text.ts'

interface Made {
  readonly manifest: Manifest
  readonly unresolved: readonly Unresolved[]
  readonly duplicates: readonly Duplicate[]
  readonly orphans: readonly Orphan[]
}

/** Resolves everything and puts it together, sorted by unique_id. */
export function makeManifest(session: Session, gathered: Gathered): Made {
  const duplicates: Duplicate[] = [...gathered.patched.duplicates]
  const nodes = new Map<string, Work>()
  const disabled = new Map<string, Resource[]>()
  const disable = (resource: Resource): void => {
    const known = disabled.get(resource.unique_id)
    if (known) known.push(resource)
    else disabled.set(resource.unique_id, [resource])
  }
  const clashes = new Map<string, Work[]>()
  for (const work of gathered.works) {
    const { draft } = work
    if (!draft.config.enabled) disable(draft)
    else if (nodes.has(draft.unique_id)) clash(clashes, draft.unique_id, nodes.get(draft.unique_id), work)
    else nodes.set(draft.unique_id, work)
    if (!gathered.places.has(draft.unique_id)) gathered.places.set(draft.unique_id, work.place)
  }
  const sources = new Map<string, SourceDraft>()
  for (const { draft, place } of gathered.sources) {
    const isFirst = !sources.has(draft.unique_id)
    if (draft.config.enabled === false) disable(draft)
    else if (isFirst) sources.set(draft.unique_id, draft)
    else {
      const first = gathered.places.get(draft.unique_id) ?? place
      duplicates.push({
        kind: 'resource',
        name: draft.unique_id,
        unique_ids: [draft.unique_id, draft.unique_id],
        positions: [first, place].map((each) => session.sink.position(each)),
      })
    }
    if (isFirst) gathered.places.set(draft.unique_id, place)
  }
  for (const [name, works] of clashes)
    duplicates.push({
      kind: 'resource',
      name,
      unique_ids: works.map((work) => work.draft.unique_id),
      positions: works.map((work) => session.sink.position(work.place)),
    })
  const drafts = [...nodes.values()].map((work) => work.draft)
  const disabledDrafts = gathered.works.map((work) => work.draft).filter((draft) => !draft.config.enabled)
  const refs = new RefLookup(drafts, disabledDrafts)
  const resolver = new Resolver(
    session,
    refs,
    sources.values(),
    gathered.sources.map((source) => source.draft).filter((draft) => draft.config.enabled === false),
  )
  attach(session, gathered, refs)
  for (const work of gathered.works) if (!session.kept?.has(work)) resolveNode(resolver, work)
  checkBatchInputs(session, nodes.values(), (id) => nodes.get(id)?.draft ?? sources.get(id))
  inferKeys(session, nodes, gathered)
  for (const { draft, asked, entry } of gathered.exposures) {
    gathered.places.set(draft.unique_id, entry.place)
    if (draft.config.enabled === false) disable(draft)
    else draft.depends_on = { macros: [], nodes: resolver.resolveAll(draft, asked) }
  }
  const semantic = resolveSemantics(session, gathered, resolver, disable)
  checkSemantics(session, gathered)
  const unitTests = resolveUnitTests(session, gathered, resolver, refs, disable)
  for (const macro of gathered.macros) placeMacro(session, gathered, macro.unique_id)
  duplicates.push(...sameRelations(session, nodes))
  const { target, root } = session.packages
  const sortedNodes = sorted(drafts)
  const sortedSources = sorted<SourceDefinition>([...sources.values()])
  const exposures = sorted(
    gathered.exposures.map((exposure) => exposure.draft).filter((draft) => draft.config.enabled !== false),
  )
  const manifest: Manifest = {
    metadata: {
      project_name: root.name,
      adapter_type: target.adapter.name,
      target_name: target.name,
      quoting: { ...target.adapter.quoting },
    },
    nodes: sortedNodes,
    sources: sortedSources,
    exposures,
    ...semantic,
    unit_tests: unitTests,
    groups: sorted(gathered.groups),
    selectors: session.packages.selectors,
    macros: sorted(gathered.macros),
    docs: sorted(gathered.docs),
    disabled: new Map([...disabled].sort(([a], [b]) => compare(a, b))),
    ...edges([
      ...sortedNodes.values(),
      ...sortedSources.values(),
      ...exposures.values(),
      ...semantic.metrics.values(),
      ...semantic.semantic_models.values(),
      ...semantic.saved_queries.values(),
      ...unitTests.values(),
    ]),
  }
  return {
    manifest,
    unresolved: [...resolver.unresolved].sort(
      (a, b) =>
        compare(a.unique_id, b.unique_id) || a.position.line - b.position.line || a.position.column - b.position.column,
    ),
    duplicates: duplicates.sort((a, b) => compare(a.name, b.name) || compare(a.kind, b.kind)),
    orphans: gathered.patched.orphans.sort(
      (a, b) => compare(a.position.path, b.position.path) || a.position.line - b.position.line,
    ),
  }
}

function clash(clashes: Map<string, Work[]>, name: string, first: Work | undefined, second: Work): void {
  const known = clashes.get(name)
  if (known) known.push(second)
  else clashes.set(name, first ? [first, second] : [second])
}

function resolveNode(resolver: Resolver, work: Work): void {
  const { draft } = work
  const macros = [...work.macros]
  if (draft.resource_type === 'seed') {
    draft.depends_on = { macros, nodes: [] }
    return
  }
  noteAsked(draft, work.asked)
  if (!draft.config.enabled) {
    draft.depends_on = { macros, nodes: [] }
    return
  }
  const before = resolver.unresolved.length
  // dbt notes the sources of a function, and looks for none of them.
  const asked = draft.resource_type === 'function' ? work.asked.filter(({ kind }) => kind !== 'source') : work.asked
  draft.depends_on = { macros, nodes: resolver.resolveAll(draft, asked) }
  if (draft.resource_type !== 'test' || resolver.unresolved.length === before) return
  // dbt disables a test that leads nowhere, and leaves it where it is; of what is disabled it says nothing.
  draft.config = { ...draft.config, enabled: false }
  const own = resolver.unresolved.splice(before)
  resolver.unresolved.push(...own.filter((unresolved) => unresolved.reason !== 'disabled'))
}

function noteAsked(draft: Work['draft'], all: readonly Asked[]): void {
  const [first] = all
  // Most ask for one thing: a list that is written so has no room for more.
  if (first && all.length === 1) {
    draft.refs = first.kind === 'ref' ? [first.args] : NOTHING
    draft.sources = first.kind === 'source' ? [first.args] : NOTHING
    draft.functions = first.kind === 'function' ? [functionName(first.args)] : NOTHING
    return
  }
  const [refs, sources, functions]: [RefArgs[], (readonly [string, string])[], (readonly string[])[]] = [[], [], []]
  for (const asked of all)
    if (asked.kind === 'source') sources.push(asked.args)
    else if (asked.kind === 'ref') refs.push(asked.args)
    else functions.push(functionName(asked.args))
  draft.refs = refs.length > 0 ? refs : NOTHING
  draft.sources = sources.length > 0 ? sources : NOTHING
  draft.functions = functions.length > 0 ? functions : NOTHING
}

const NOTHING: never[] = []

function functionName({ name, package: from }: RefArgs): readonly string[] {
  return from === null ? [name] : [from, name]
}

/** Ties generic tests to the models that they are put on. */
function attach({ kept }: Session, gathered: Gathered, refs: RefLookup): void {
  for (const [work, { target, entry }] of gathered.requests) {
    if (kept?.has(work)) continue
    const { draft } = work
    if (draft.resource_type !== 'test' || target.table !== null) continue
    const found =
      refs.first(target.name, entry.package.name, target.version) ??
      disabledTarget(gathered, refs.findDisabled(target.name, null, target.version)[0])
    if (!found) continue
    draft.attached_node = found.unique_id
    draft.group = found.group
  }
}

/** Of the versions of a model, dbt finds none that is disabled in its SQL. */
function disabledTarget({ works }: Gathered, found: NodeDraft | undefined): NodeDraft | undefined {
  if (found?.resource_type !== 'model' || found.version === null) return found
  return works.find(({ draft }) => draft === found)?.patch?.enabled === false ? found : undefined
}

function placeMacro(session: Session, gathered: Gathered, unique_id: string): void {
  const macro = session.runtime.macros.byId.get(unique_id)
  if (macro && !session.runtime.macros.isInternal(macro.package))
    gathered.places.set(unique_id, { file: macro.source.file, offset: macro.source.shift + macro.node.nameOffset })
}

/** Nodes that stand at one place in the warehouse. */
function sameRelations(session: Session, nodes: ReadonlyMap<string, Work>): Duplicate[] {
  const byRelation = new Map<string, Work[]>()
  for (const work of nodes.values()) {
    const { draft } = work
    if (draft.resource_type === 'function' || (!isRefable(draft) && !hasRelation(draft))) continue
    const name =
      draft.relation_name ??
      session.runtime.relations
        .of({ database: draft.database, schema: draft.schema, identifier: draft.alias }, draft.config.quoting ?? null)
        .render()
    const known = byRelation.get(name)
    if (known) known.push(work)
    else byRelation.set(name, [work])
  }
  return [...byRelation].flatMap(([name, works]) => {
    if (works.length < 2) return []
    works.sort((a, b) => compare(a.draft.unique_id, b.draft.unique_id))
    return [
      {
        kind: 'relation' as const,
        name,
        unique_ids: works.map((work) => work.draft.unique_id),
        positions: works.map((work) => session.sink.position(work.place)),
      },
    ]
  })
}

type Edged = Pick<ManifestNode, 'unique_id'> & { readonly depends_on?: { readonly nodes: readonly string[] } }

function edges(all: readonly Edged[]): Pick<Manifest, 'parent_map' | 'child_map'> {
  const parents = new Map<string, readonly string[]>()
  const children = new Map<string, string[]>()
  for (const { unique_id } of all) children.set(unique_id, NOTHING)
  for (const { unique_id, depends_on } of all) {
    const nodes = depends_on?.nodes ?? NOTHING
    const own = isSorted(nodes) ? nodes : [...nodes].sort()
    parents.set(unique_id, own)
    for (const parent of own) {
      const known = children.get(parent)
      if (known === NOTHING) children.set(parent, [unique_id])
      else known?.push(unique_id)
    }
  }
  for (const list of children.values()) if (!isSorted(list)) list.sort()
  return { parent_map: parents, child_map: children }
}

/** Whether texts are in their order, as nearly all are: to look is cheaper than to sort. */
function isSorted(texts: readonly string[]): boolean {
  for (let index = 1; index < texts.length; index += 1)
    if (compare(texts[index - 1] ?? '', texts[index] ?? '') > 0) return false
  return true
}
