import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/dbt/manifest.ts'
import { writeManifestFile } from '../../src/manifest-file.ts'
import { command } from '../tools/command.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'
import { differences } from './compare.ts'

const FILES: Readonly<Record<string, string>> = {
  'projects/shop/dbt_project.yml':
    'name: shop\nprofile: shop\nmodel-paths: [models, ../../tables/of_all]\nmacro-paths: [macros, "../../shared_macros"]\nmodels:\n  acme_tools: {+schema: shared, +tags: [shared]}\n',
  'shared_macros/two.sql': '{% macro two() %}2{% endmacro %}\n',
  'tables/of_all/daily/days.sql': 'select {{ two() }} as day\n',
  'tables/of_all/daily/days.yml': 'models: [{name: days, columns: [{name: day, data_tests: [unique]}]}]\n',
  'tables/of_all/raw.yml':
    'sources: [{name: raw, tables: [{name: rows, data_tests: [acme_tools.positive: {column_name: n}]}]}]\n',
  'tables/of_others/other.sql': 'select 1\n',
  'projects/shop/vars.yml': 'vars: {acme_tools: {scale: 1000}, rate: 3}\n',
  'projects/shop/profiles.yml':
    'shop: {target: dev, outputs: {dev: {type: databricks, host: x.cloud.databricks.com, http_path: /sql, token: none, catalog: main, schema: dev}}}\n',
  'projects/shop/packages.yml': 'packages:\n  - local: ../../shared-macros/\n  - local: ./inner\n',
  'projects/shop/inner/dbt_project.yml': 'name: within\n',
  'projects/shop/inner/macros/one.sql': '{% macro one() %}1{% endmacro %}\n',
  'projects/shop/models/a.sql':
    'select {{ acme_tools.cents("price") }}, {{ within.one() }} from {{ ref("calendar") }}, {{ ref("acme_tools", "calendar") }}\n',
  'projects/shop/models/a.yml': 'models: [{name: a, columns: [{name: price, data_tests: [acme_tools.positive]}]}]\n',
  'shared-macros/dbt_project.yml':
    'name: acme_tools\nmodel-paths: [./tables/]\nmodels: {acme_tools: {+materialized: table}}\n',
  'shared-macros/vars.yml': 'vars: {scale: 100, days: 7}\n',
  'shared-macros/dependencies.yml': 'packages:\n  - local: ../../deep\n',
  'shared-macros/macros/cents.sql':
    '{% macro cents(x) %}{{ deep.half(x) }} / {{ var("scale", 1) }}{% endmacro %}\n{% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} < 0{% endtest %}\n',
  'shared-macros/tables/calendar.sql':
    'select {{ var("scale") }} * {{ var("rate") }} * {{ var("days") }} as day, {{ deep.half("1") }} as half\n',
  'shared-macros/tables/calendar.yml':
    'models: [{name: calendar, description: "{{ doc(\'days\') }}", columns: [{name: day, data_tests: [unique]}]}]\n',
  'shared-macros/tables/days.md': '{% docs days %}All days{% enddocs %}\n',
  'deep/dbt_project.yml': 'name: deep\n',
  'deep/macros/half.sql': '{% macro half(x) %}{{ x }} / 2{% endmacro %}\n',
}

describeWith('python', 'local packages outside of the project', () => {
  it('are read as dbt installs them, and so are paths that lead there', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'packages-')))
    try {
      for (const [path, text] of Object.entries(FILES)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }
      const project = join(folder, 'projects/shop')
      const output = join(folder, 'manifest.json')
      expect(await writeManifestFile({ project, output })).toBe(false)
      const dbt = join(await pythonBin('dbt112'), 'dbt')
      const flags = ['--profiles-dir', '.', '--no-send-anonymous-usage-stats', '--quiet']
      await command(dbt, [...flags.slice(2), 'deps', ...flags.slice(0, 2)], { cwd: project })
      await command(dbt, [...flags.slice(2), 'parse', '--no-partial-parse', ...flags.slice(0, 2)], { cwd: project })
      const expected: JsonObject = JSON.parse(await readFile(join(project, 'target/manifest.json'), 'utf8'))
      expect(Object.keys(expected.nodes ?? {})).toContain('model.acme_tools.calendar')
      expect(differences(expected, JSON.parse(await readFile(output, 'utf8')))).toEqual([])
      // Where dbt has installed them, as links, nothing is read twice.
      expect(await writeManifestFile({ project, output })).toBe(false)
      expect(differences(expected, JSON.parse(await readFile(output, 'utf8')))).toEqual([])
    } finally {
      await rm(folder, { recursive: true })
    }
  }, 120_000)
})
