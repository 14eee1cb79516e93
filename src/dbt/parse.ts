import type { Finding } from '../finding.ts'
import { builtinMacros, internalPackages, knownMacros } from './builtin/index.ts'
import { ParseCache } from './cache.ts'
import { Configs } from './config.ts'
import { Descriptions, readDocs } from './docs.ts'
import type { NodeDraft, Work } from './draft.ts'
import { tellEncodings } from './encoding.ts'
import { finishNode } from './finish.ts'
import { Gathered } from './gathered.ts'
import { GenericTests } from './generic-tests.ts'
import { Kept } from './kept.ts'
import { type MacroEntry, readMacros } from './macro.ts'
import { MacroIndex } from './macro-index.ts'
import { macroResources } from './macro-resource.ts'
import { makeManifest } from './make-manifest.ts'
import type { Manifest } from './manifest.ts'
import { makeMetric, measureMetrics, modelMetrics } from './metrics.ts'
import { modelSemantics } from './model-semantics.ts'
import { Names } from './names.ts'
import { checkDuplicates, checkEntriesOnce, checkNodes } from './node-shapes.ts'
import { loadPackages, type Packages } from './packages.ts'
import { applyPatches, sealContract } from './patches.ts'
import type { Target } from './profile.ts'
import type { Project, ProjectInput } from './project.ts'
import { type PropertyEntry, readProperties } from './properties.ts'
import { checkEntry } from './property-shapes.ts'
import { makeExposure, makeGroup } from './resources.ts'
import { Runtime } from './runtime.ts'
import { makeSavedQuery } from './saved-queries.ts'
import { makeSemanticModel } from './semantic-models.ts'
import type { Session } from './session.ts'
import { Sink } from './sink.ts'
import { yamlSnapshots } from './snapshots.ts'
import { sourceTables } from './sources.ts'
import { parseSqlNodes } from './sql-nodes.ts'
import { remember } from './state.ts'
import { testRequests } from './test-requests.ts'
import { makeUnitTest } from './unit-tests.ts'

/**
 * Parses a dbt project into its manifest, as dbt-core does, without running anything of it. It never throws for what is
 * wrong in the project: that comes as findings, all of it at once, and takes no more out of the graph than itself.
 */
export function parseProject(input: ProjectInput): Project {
  const { beside, ...own } = input
  const kept = beside === undefined ? null : Kept.of(beside, input)
  const session = kept === null ? openSession(own) : besideSession(kept, own)
  const { sink, packages } = session
  const prelude = sink.count
  tellEncodings(input.files, packages, sink)
  const gathered = gather(session)
  checkNodes(session, gathered)
  checkDuplicates(session, gathered, session.runtime.macros.all)
  const { manifest, unresolved, duplicates, orphans } = makeManifest(session, gathered)
  const project: Project = {
    root: input.root,
    target: targetOf(packages.target),
    manifest,
    findings: sink.findings().filter((finding) => !isOfDisabled(finding, manifest)),
    unresolved,
    duplicates,
    orphans,
    positions: sink.positions(() => gathered.places),
    patchPositions: sink.positions(() => gathered.patchPlaces),
    columnPositions: sink.positions(() => gathered.columnPlaces.all()),
    missingPackages: packages.missing,
    isUnreadable: packages.root.isUnreadable,
  }
  remember(project, { input: own, session, gathered, prelude })
  return project
}

/** Reads what everything hangs on: dbt_project.yml, the target, packages and macros. */
function openSession(input: ProjectInput): Session {
  const { files, env, cache = new ParseCache() } = input
  const sink = new Sink(files, input.root)
  const packages = loadPackages(input, cache, sink)
  const { adapter } = packages.target
  const entries = readAllMacros(packages, cache, sink)
  const macros = new MacroIndex(packages.root.name, adapter, internalPackages(adapter), entries, knownMacros(adapter))
  const runtime = new Runtime(packages, macros, env, cache)
  const configs = new Configs(packages)
  const session = { files, cache, sink, packages, runtime, configs, kept: null, works: [] }
  tellMissing(session, input.packages?.problems ?? [])
  return session
}

/** The same of what was read before. */
function besideSession(kept: Kept, { files, root }: ProjectInput): Session {
  const { session, prelude } = kept.state
  const sink = new Sink(files, root)
  sink.repeat(session.sink, prelude)
  return { ...session, files, sink, packages: kept.packages, kept, works: [] }
}

function targetOf({ profile, name, database, schema }: Target): Project['target'] {
  return { profile, name, database, schema }
}

const OF_RENDERING = new Set(['unresolved-variable', 'unresolved-macro', 'jinja-error'])

/** What is wrong with the rendering of a disabled resource is wrong with nothing that runs. */
function isOfDisabled({ rule, unique_id }: Finding, { nodes, disabled }: Manifest): boolean {
  return unique_id !== undefined && OF_RENDERING.has(rule) && !nodes.has(unique_id) && disabled.has(unique_id)
}

function readAllMacros(packages: Packages, cache: ParseCache, sink: Sink): MacroEntry[] {
  const own = [...packages.byName.values()].flatMap((of) => [
    ...of.files.macros.flatMap((source) => readMacros(source, of.name, cache, sink, false)),
    ...of.files.genericTests.flatMap((source) => readMacros(source, of.name, cache, sink, true)),
  ])
  return [...builtinMacros(packages.target.adapter), ...own]
}

function tellMissing({ packages, sink }: Session, problems: readonly string[]): void {
  const place = { file: 'dbt_project.yml', offset: 0 }
  for (const problem of problems) sink.add('missing-package', 'notice', place, problem)
  if (packages.toInstall.length === 0) return
  const names = packages.toInstall.join(', ')
  sink.add(
    'missing-package',
    'notice',
    place,
    `not installed, so not known here: ${names}; what depends on their macros and models is not checked (dbt deps installs them)`,
  )
}

/** Everything that stands in the project's files, each with its config and its names. */
function gather(session: Session): Gathered {
  const packages = [...session.packages.byName.values()]
  const { kept } = session
  const entries = packages.flatMap((of) => readProperties(session, of))
  kept?.note(entries)
  for (const of of packages) parseSqlNodes(session, of)
  for (const entry of entries) if (!kept?.has(entry)) checkEntry(entry, session.sink)
  checkEntriesOnce(session, entries)
  session.works.push(...entries.flatMap((entry) => yamlSnapshots(session, entry)))
  const patched = applyPatches(session, entries)
  const names = new Names(session)
  for (const work of session.works) {
    if (kept?.has(work)) continue
    finishNode(session, names, work)
    if (work.draft.resource_type === 'model') sealContract(work.draft)
  }
  const gathered = new Gathered(session.works, entries, patched)
  const of = (key: PropertyEntry['key']): PropertyEntry[] => entries.filter((entry) => entry.key === key)
  const overrides = of('sources').filter((entry) => typeof entry.data.overrides === 'string')
  const requests = entries.flatMap((entry) => kept?.requests(entry) ?? testRequests(session, entry))
  for (const entry of of('sources')) {
    if (overrides.includes(entry)) continue
    for (const table of kept?.tables(entry) ?? sourceTables(session, entry, overrides)) {
      gathered.addSource(table)
      requests.push(...table.tests)
    }
  }
  const tests = new GenericTests(session)
  for (const request of requests) {
    const known = kept?.test(request)
    const work = known ?? tests.make(request)
    if (!work) continue
    if (known === undefined) finishNode(session, names, work)
    gathered.addTest(work, request)
  }
  gathered.exposures.push(...of('exposures').map((entry) => makeExposure(session, entry)))
  gathered.groups.push(...of('groups').map((entry) => makeGroup(session, entry)))
  gathered.unitTests.push(...of('unit_tests').map((entry) => ({ draft: makeUnitTest(session, entry), entry })))
  for (const entry of of('semantic_models')) {
    const made = makeSemanticModel(session, entry)
    gathered.semanticModels.push(made)
    gathered.metrics.push(...measureMetrics(session, entry, made.draft.config))
  }
  gatherModelSemantics(session, gathered, of('models'))
  gathered.metrics.push(...of('metrics').map((entry) => makeMetric(session, entry)))
  gathered.savedQueries.push(...of('saved_queries').map((entry) => makeSavedQuery(session, names, entry)))
  gathered.docs.push(...packages.flatMap((each) => readDocs(session, each)))
  gathered.macros.push(...macroResources(session, of('macros'), patched.orphans))
  describe(session, gathered)
  return gathered
}

/** The semantic models and metrics of entries that describe a model. */
function gatherModelSemantics(session: Session, gathered: Gathered, entries: readonly PropertyEntry[]): void {
  const described = new Set(gathered.patchPlaces.values())
  for (const entry of entries) {
    // Where a model has versions, dbt looks for none.
    const hasVersions = Array.isArray(entry.data.versions) && entry.data.versions.length > 0
    if (entry.data.semantic_model === undefined || hasVersions || !described.has(entry.place)) continue
    const made = modelSemantics(session, entry)
    if (made === null) continue
    gathered.semanticModels.push(made)
    const { agg_time_dimension: time } = entry.data
    const attached = { semanticModel: made.draft.name, timeDimension: typeof time === 'string' ? time : null }
    gathered.metrics.push(...modelMetrics(session, entry, attached))
  }
}

/** Renders all descriptions, but those of what is disabled. */
function describe(session: Session, gathered: Gathered): void {
  const { kept } = session
  const descriptions = new Descriptions(session, gathered.docs)
  const describeNode = (node: NodeDraft, work: Work): void => {
    const place = gathered.patchPlaces.get(node.unique_id) ?? work.place
    if (node.description !== '') Object.assign(node, descriptions.of(node.description, node.package_name, place))
    if (node.columns.size === 0) return
    node.columns = gathered.describeColumns(node.unique_id, node.columns, (text, at) =>
      descriptions.of(text, node.package_name, at ?? place),
    )
  }
  // dbt renders the descriptions of everything but functions.
  for (const work of gathered.works)
    if (work.draft.config.enabled && work.kind !== 'function' && !kept?.has(work)) describeNode(work.draft, work)
  for (const source of gathered.sources) {
    const { draft, place } = source
    if (draft.config.enabled === false || kept?.has(source)) continue
    Object.assign(draft, descriptions.of(draft.description, draft.package_name, place))
    draft.source_description = descriptions.of(draft.source_description, draft.package_name, place).description
    draft.columns = gathered.describeColumns(draft.unique_id, draft.columns, (text, at) =>
      descriptions.of(text, draft.package_name, at ?? place),
    )
  }
  for (const { draft, entry } of gathered.exposures)
    draft.description = descriptions.of(draft.description, draft.package_name, entry.place).description
  for (const { draft, entry } of [...gathered.metrics, ...gathered.semanticModels, ...gathered.savedQueries]) {
    if (draft.config.enabled === false) continue
    const text = (written: string): string => descriptions.of(written, draft.package_name, entry.place).description
    if (draft.description !== null) draft.description = text(draft.description)
    if (draft.resource_type !== 'semantic_model') continue
    for (const key of ['entities', 'dimensions', 'measures'] as const)
      draft[key] = draft[key].map((part) =>
        typeof part.description === 'string' ? { ...part, description: text(part.description) } : part,
      )
  }
  gathered.macros.forEach((macro, index) => {
    if (!/\{[{%#]/.test(macro.description + (macro.arguments ?? []).map((argument) => argument.description).join('')))
      return
    const place = { file: 'dbt_project.yml', offset: 0 }
    const text = (description: string): string => descriptions.of(description, macro.package_name, place).description
    gathered.macros[index] = {
      ...macro,
      description: text(macro.description),
      arguments: (macro.arguments ?? []).map((argument) => ({ ...argument, description: text(argument.description) })),
    }
  })
}
