import { expect, test } from 'vitest'
import { ParseCache } from '../../src/dbt/cache.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project } from '../../src/dbt/project.ts'
import { generateProject } from '../conformance/project.ts'
import { edits } from '../tools/edits.ts'
import { filesBelow } from '../tools/files-below.ts'

const cache = new ParseCache()

function read(files: ReadonlyMap<string, string>, beside?: Project): Project {
  return parseProject({ files, root: 'dbt', env: new Map(), cache, ...(beside !== undefined && { beside }) })
}

/** All that a parse gives. */
function whole(project: Project): unknown {
  const { positions, patchPositions, columnPositions, ...rest } = project
  return { ...rest, positions: [...positions], patchPositions: [...patchPositions], columns: [...columnPositions] }
}

function compiled(project: Project): unknown {
  return [...project.manifest.nodes.values()]
    .filter(({ language, resource_type }) => language === 'sql' && resource_type !== 'seed')
    .map(({ unique_id }) => [unique_id, compileNode(project, unique_id, { incremental: true })])
}

function shared(one: Project, other: Project): number {
  return [...other.manifest.nodes].filter(([id, node]) => one.manifest.nodes.get(id) === node).length
}

/** Files beside those of the project, which meet what is there. */
const more: readonly [string, string][] = [
  ['models/staging/one_more.sql', 'select 1 as id'],
  ['models/one_more.yml', 'models:\n  - name: stg_orders\n    description: again\n'],
  ['models/more_sources.yml', 'sources:\n  - name: erp\n    tables: [{name: added}]\n'],
  ['models/grouped.yml', 'groups:\n  - name: more\n    owner: {name: somebody}\n'],
  ['models/broken.yml', 'models:\n  - name: [\n'],
  ['models/broken.sql', "select {{ ref('nowhere') }} {{ no_such_macro() }}"],
  ['macros/one_more.sql', '{% macro one_more() %}1{% endmacro %}'],
  ['seeds/one_more.csv', 'id\n1\n'],
]

const projects: readonly (readonly [string, ReadonlyMap<string, string>])[] = [
  ['all features', filesBelow('__tests__/fixtures/dbt/features')],
  ['the semantic layer', filesBelow('__tests__/fixtures/dbt/semantics')],
  ['settings', filesBelow('__tests__/fixtures/dbt/settings')],
  ['versions', filesBelow('__tests__/fixtures/dbt/versions')],
  ['the US project', filesBelow('dbt_projects/us_analytics_dbt')],
  ['a generated project', generateProject(11, 8)],
]

test.each(projects)(
  '%s: parsed beside another state of it, it is what it is when parsed alone',
  { timeout: 300_000 },
  (_, files) => {
    const before = read(files)
    const own = JSON.stringify([whole(before), compiled(before)], replaceMaps)
    let kept = 0
    const all = [...edits(files), ...more.map(([path, text]) => [path, new Map([...files, [path, text]])] as const)]
    for (const [path, edited] of all) {
      const alone = read(edited)
      const beside = read(edited, before)
      expect(whole(beside), path).toEqual(whole(alone))
      expect(compiled(beside), path).toEqual(compiled(alone))
      // And the other way round: what is added becomes what is removed.
      expect(whole(read(files, alone)), path).toEqual(whole(before))
      kept += shared(before, beside)
    }
    expect(kept).toBeGreaterThan(all.length)
    expect(JSON.stringify([whole(before), compiled(before)], replaceMaps)).toBe(own)
  },
)

function replaceMaps(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}
