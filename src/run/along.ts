import type { Project } from '../dbt/project.ts'
import { ProjectColumns } from '../graph/columns.ts'
import type { Compile, Fingerprint, Fingerprinted } from '../graph/fingerprint.ts'
import { readsAll, versionsOf } from '../graph/impact.ts'
import {
  anything,
  decodeOutputs,
  encodeOutputs,
  type Impact,
  type Impacts,
  impactBetween,
  type NodeOutputs,
  outputsOfQueries,
  partsOf,
} from '../graph/outputs.ts'
import type { LedgerEvent, RecordedOutputs } from './ledger.ts'
import { deployedParents } from './plan.ts'
import type { Along } from './standing.ts'

/** Compares what a ledger recorded with what a project gives, and says what to record. The SQL library must have been started. */
export class AlongLedger implements Along {
  readonly #head: Fingerprinted
  readonly #compile: Compile
  readonly #recorded: RecordedOutputs
  readonly #columns: ProjectColumns

  constructor(head: Fingerprinted, compile: Compile, recorded: RecordedOutputs) {
    this.#head = head
    this.#compile = compile
    this.#recorded = recorded
    this.#columns = new ProjectColumns(head.project, compile)
  }

  recorded({ unique_id, run_id }: LedgerEvent): NodeOutputs | null {
    const text = this.#recorded(unique_id, run_id)
    return text === null ? null : decodeOutputs(text)
  }

  over(impacts: Impacts): (unique_id: string, recorded: NodeOutputs) => Impact | null {
    const { project, fingerprints } = this.#head
    const columns = new ProjectColumns(project, this.#compile, { versions: versionsOf(impacts) })
    return (id, { queries }) => {
      const analysis = isFollowed(project, fingerprints.get(id)) ? columns.node(id) : null
      if (queries === null || analysis === null || 'unknown' in analysis) return anything
      const above = deployedParents(project.manifest, id).filter((parent) => impacts.has(parent))
      if (!readsAll(analysis.queries, above)) return anything
      return impactBetween(queries, outputsOfQueries(analysis.queries))
    }
  }

  isMadeAnew(unique_id: string): boolean {
    return this.#columns.isMadeAnew(unique_id)
  }

  /** What a node gives, as text for the ledger. */
  outputs(unique_id: string): string {
    const { project, fingerprints } = this.#head
    const fingerprint = fingerprints.get(unique_id)
    if (fingerprint === undefined) throw new Error(`No fingerprint was computed for ${unique_id}.`)
    const analysis = isFollowed(project, fingerprint) ? this.#columns.node(unique_id) : null
    const queries = analysis === null || 'unknown' in analysis ? null : outputsOfQueries(analysis.queries)
    return encodeOutputs({ parts: partsOf(fingerprint), queries })
  }
}

/** Whether a node does what its query says, and nothing else: no statements around it, no materialization of the project's own. */
function isFollowed({ manifest }: Project, fingerprint: Fingerprint | undefined): boolean {
  if (fingerprint === undefined) return false
  const node = manifest.nodes.get(fingerprint.unique_id)
  if (node?.resource_type !== 'model' && node?.resource_type !== 'snapshot') return false
  const { pre_hook, post_hook, sql_header, macros } = fingerprint.config
  return [pre_hook, post_hook, sql_header, macros].every((each) => each === undefined)
}
