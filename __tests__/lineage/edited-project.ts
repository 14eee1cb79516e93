import { compareSides, type Side } from '../../src/check.ts'
import { ParseCache } from '../../src/dbt/cache.ts'
import type { ManifestNode } from '../../src/dbt/manifest.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { ProjectFiles, ProjectInput } from '../../src/dbt/project.ts'
import type { ChangeClass } from '../../src/graph/change.ts'
import { type Graph, graphOf } from '../../src/graph/graph.ts'
import { descendants } from '../../src/graph/order.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { numbers } from '../tools/numbers.ts'
import { type EditKind, editKinds, type Harm } from './edits.ts'

/** An edit of a model, and what the check says that it does. */
export interface Edited {
  readonly model: string
  readonly file: string
  readonly what: string
  readonly harm: Harm
  /** Null where the check says nothing of the model: it means the same, to the letter. */
  readonly change: ChangeClass | null
  readonly reason: string
  readonly before: string
  readonly after: string
}

interface Planned {
  readonly node: ManifestNode
  readonly path: string
  readonly kind: EditKind
  readonly before: string
  readonly after: string
}

/**
 * Edits models of a project by script, each in every way that its text has a place for, up to so many edits in all, and
 * checks them as a pull request would be. Models that are edited together do not read each other.
 */
export async function editedProject(
  input: Omit<ProjectInput, 'cache'>,
  options: { readonly edits: number; readonly seed: number },
): Promise<Edited[]> {
  const cache = new ParseCache()
  const base: Side = { files: input.files, project: parseProject({ ...input, cache }) }
  const graph = graphOf(base.project.manifest)
  const planned = plan(base, options)
  const results: Edited[] = []
  for (const round of roundsOf(planned, graph)) {
    const files = new Map(input.files)
    for (const { path, after } of round) files.set(path, after)
    const head: Side = { files, project: parseProject({ ...input, files, cache }) }
    const { changes } = await compareSides({ base, head }, startSqlLibrary)
    const byId = new Map(changes.map((change) => [change.unique_id, change]))
    for (const { node, path, kind, before, after } of round) {
      const change = byId.get(node.unique_id)
      results.push({
        ...{ model: node.unique_id, file: path, what: kind.what, harm: harmOf(kind, before, after), before, after },
        ...{ change: change?.change ?? null, reason: change?.reason ?? '' },
      })
    }
  }
  return results
}

/** What stands within a block of Jinja may not be a part of the SQL, and only a union's first query names its columns. */
function harmOf({ harm, what }: EditKind, before: string, after: string): Harm {
  if (/renamed/.test(what) && /\b(union|intersect|except)\b/i.test(before)) return 'depends'
  const at = [...after].findIndex((character, index) => character !== before[index])
  const blocks = [...before.slice(0, at).matchAll(/\{%-?\s*(if|for|macro|set|call|end)/g)]
  const depth = blocks.reduce((sum, [, word]) => sum + (word === 'end' ? -1 : word === 'set' ? 0 : 1), 0)
  return harm === 'some' && depth > 0 ? 'depends' : harm
}

function plan({ files, project }: Side, { edits, seed }: { readonly edits: number; readonly seed: number }): Planned[] {
  const random = numbers(seed)
  const pick = (count: number): number => Math.floor(random() * count)
  const all = modelsOf(project.manifest.nodes.values(), project.manifest.metadata.project_name ?? '', files).flatMap(
    ({ node, path, text }) =>
      editKinds.flatMap((kind): Planned[] => {
        const after = kind.edit(text, pick)
        return after === null || after === text ? [] : [{ node, path, kind, before: text, after }]
      }),
  )
  // As many of every kind as there are, in turn, so that what nearly every text has a place for does not count most.
  const byKind = editKinds.map((kind) =>
    shuffled(
      all.filter((each) => each.kind === kind),
      pick,
    ),
  )
  const inTurn: Planned[] = []
  for (let index = 0; inTurn.length < Math.min(edits, all.length); index++)
    inTurn.push(...byKind.flatMap((each) => each[index] ?? []))
  return inTurn.slice(0, edits)
}

function modelsOf(nodes: Iterable<ManifestNode>, name: string, files: ProjectFiles) {
  const models = [...nodes].flatMap((node) => {
    if (node.resource_type !== 'model' || node.language !== 'sql') return []
    const inside = node.package_name === name ? '' : `dbt_packages/${node.package_name}/`
    const path = `${inside}${node.original_file_path}`
    const text = files.get(path)
    return text === undefined ? [] : [{ node, path, text }]
  })
  const own = models.filter(({ node }) => node.package_name === name)
  // A package's tests are a project with few models of its own.
  return own.length >= 20 ? own : models
}

function shuffled<T>(all: readonly T[], pick: (count: number) => number): T[] {
  const rest = [...all]
  return all.flatMap(() => rest.splice(pick(rest.length), 1))
}

/** Edits that may be made together: of different models, none of which reads another. */
function roundsOf(planned: readonly Planned[], graph: Graph): Planned[][] {
  interface Round {
    readonly edits: Planned[]
    readonly taken: Set<string>
    readonly below: Set<string>
  }
  const rounds: Round[] = []
  for (const edit of planned) {
    const id = edit.node.unique_id
    const below = descendants(graph, [id])
    const fits = ({ edits, taken, below: all }: Round): boolean =>
      edits.length < 60 && !taken.has(id) && !all.has(id) && [...taken].every((it) => !below.has(it))
    const round = rounds.find(fits) ?? { edits: [], taken: new Set(), below: new Set() }
    if (round.edits.length === 0) rounds.push(round)
    round.edits.push(edit)
    round.taken.add(id)
    for (const each of below) round.below.add(each)
  }
  return rounds.map(({ edits }) => edits)
}
