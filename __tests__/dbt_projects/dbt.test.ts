import { describe, expect, test } from 'vitest'
import { DbtProject, dbtVersions } from '../tools/dbt.ts'
import { describeWith } from '../tools/optional.ts'
import { projectOf, regions } from './bronze.ts'

const cases = dbtVersions.flatMap((version) => regions.map((region) => ({ version, region })))

describeWith('python', 'dbt on both projects', () => {
  describe.each(cases)('$version, $region', ({ version, region }) => {
    test('parses without a warning and without the workspace', { timeout: 10 * 60_000 }, async () => {
      const project = new DbtProject(version, projectOf(region))
      const prefix = `DATABRICKS_${region.toUpperCase()}`
      const nowhere = { HOST: 'workspace.invalid', HTTP_PATH: '/none', TOKEN: 'none' }
      const environment = Object.entries(nowhere).map(([name, value]) => [`${prefix}_${name}`, value])
      const { status, output } = await project.run(['--warn-error', 'parse'], Object.fromEntries(environment))
      project.remove()
      expect(output).not.toMatch(/warning|deprecat/i)
      expect(status).toBe(0)
    })
  })
})
