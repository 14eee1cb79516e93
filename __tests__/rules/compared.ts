import { check, type Side } from '../../src/check.ts'
import { effectiveConfig, parseConfig } from '../../src/config.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import type { Project } from '../../src/dbt/project.ts'
import type { Finding } from '../../src/finding.ts'
import { ColumnFacts } from '../../src/graph/column-facts.ts'
import { ProjectColumns } from '../../src/graph/columns.ts'
import type { ReportedFinding } from '../../src/report/report.ts'
import { columnFindingsOf } from '../../src/rules/columns.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { type Files, project } from './project.ts'

export type { Files } from './project.ts'

/** Files of base and head as a page writes them: those under `base/` and `head/` are of one side, any other of both. */
export function sides(files: Files): { base: Files; head: Files } {
  const of = (side: string): Files =>
    Object.fromEntries(
      Object.entries(files).flatMap(([path, text]) => {
        const own = /^(base|head)\/(.*)$/.exec(path)
        return own === null ? [[path, text]] : own[1] === side ? [[own[2] ?? '', text]] : []
      }),
    )
  return { base: of('base'), head: of('head') }
}

/** What a check of a pull request finds, old and new. */
export async function checked(base: Files, head: Files, rules = '{}'): Promise<readonly ReportedFinding[]> {
  const config = parseConfig(`version: 1\nregions: {shop: {project: .}}\nrules: ${rules}\n`, 'c.yml')
  const side = (files: Files): Side => ({ files: new Map(Object.entries(files)), project: project(files) })
  const regions = new Map([['shop', { base: side(base), head: side(head) }]])
  const report = await check(
    { base: 'b', head: 'h', config: effectiveConfig(config, config), regions },
    startSqlLibrary,
  )
  return report.regions[0]?.findings ?? []
}

/** What one rule newly finds of a change, as a person reads it. */
export async function saidOfChange(rule: string, base: Files, head: Files): Promise<string[]> {
  const findings = await checked(base, head)
  return findings.filter((each) => each.new && each.rule === rule).map(line)
}

/** What the rules about columns find when every resource of a project is looked at, compared with itself. */
export async function everywhere(parsed: Project, files: ReadonlyMap<string, string>): Promise<Finding[]> {
  await startSqlLibrary(1000)
  const facts = new ColumnFacts(parsed, files, new ProjectColumns(parsed, compileNode), compileNode)
  const { nodes, unit_tests, semantic_models, exposures } = parsed.manifest
  const ids = [...nodes.keys(), ...unit_tests.keys(), ...(semantic_models?.keys() ?? []), ...exposures.keys()]
  return columnFindingsOf({ base: facts, head: facts, ids: ids.sort() }, { name: 'all', gdpr: false, rules: new Map() })
}

function line({ file, line, column, message }: Finding): string {
  return `${file}:${line}:${column}: ${message}`
}
