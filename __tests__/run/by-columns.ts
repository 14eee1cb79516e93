import { compileNode, compileTemplate } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { ProjectColumns } from '../../src/graph/columns.ts'
import { type Fingerprinted, fingerprints, settingsOf } from '../../src/graph/fingerprint.ts'
import { outputsOfQueries, type QueryOutputs } from '../../src/graph/outputs.ts'
import { AlongLedger } from '../../src/run/along.ts'
import { recordedOutputs } from '../../src/run/ledger.ts'
import type { Kind } from './region.ts'

const base = {
  'dbt_project.yml': 'name: shop\nversion: "1"\nprofile: shop\nmodels: {+materialized: table}\n',
  'profiles.yml':
    'shop:\n  target: dev\n  outputs:\n    dev: {type: databricks, catalog: c, schema: s, host: h, http_path: p, token: t}\n',
}

/** A project of these files, with its fingerprints. */
export function head(files: Readonly<Record<string, string>>): Fingerprinted {
  const all = new Map(Object.entries({ ...base, ...files }))
  const project = parseProject({ files: all, root: '', env: new Map() })
  return { project, fingerprints: fingerprints(project, compileNode, settingsOf(all), compileTemplate) }
}

/**
 * A relation holds, column by column, what it was computed from, down to what stood in its parents when it was built, and how it is
 * governed; deploys follow columns. Like the deploys it trusts what SQL is analysed to mean, which is tested by execution elsewhere.
 */
export const byColumns: Kind = {
  along: (of, events) => new AlongLedger(of, compileNode, recordedOutputs(events)),
  content: (of, id, contentOf) => {
    const governance = of.fingerprints.get(id)?.parts.governance ?? ''
    if (!id.startsWith('model.')) return JSON.stringify({ governance, built: of.fingerprints.get(id)?.hash })
    const stands = (parent: string): { query?: QueryOutputs; text: string } => {
      if (!of.project.manifest.nodes.has(parent) || parent === id) return { text: '' }
      const text = contentOf(parent)
      return text.startsWith('{') ? { ...JSON.parse(text), text: withoutGovernance(text) } : { text }
    }
    const columns = new ProjectColumns(of.project, compileNode, {
      versions: {
        rows: (parent) => {
          const { query, text } = stands(parent)
          return query?.rows ?? text
        },
        column: (parent, column) => {
          const { query, text } = stands(parent)
          const found = query?.columns.find(([name]) => name?.toLowerCase() === column)
          return column === null || query === undefined ? text : (found?.[1] ?? '')
        },
      },
    })
    const analysis = columns.node(id)
    if ('unknown' in analysis) {
      const parents = of.project.manifest.nodes.get(id)?.depends_on.nodes.map((parent) => stands(parent).text)
      return JSON.stringify({ governance, built: of.fingerprints.get(id)?.hash, parents })
    }
    return JSON.stringify({ governance, query: outputsOfQueries(analysis.queries)[0] })
  },
}

function withoutGovernance(text: string): string {
  return JSON.stringify({ ...JSON.parse(text), governance: '' })
}
