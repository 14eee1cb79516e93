import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { expect, it } from 'vitest'
import { ParseCache } from '../../src/dbt/cache.ts'
import { isJsonObject } from '../../src/dbt/data.ts'
import type { Json, JsonObject } from '../../src/dbt/manifest.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { writeManifest } from '../../src/dbt/write.ts'
import { companyProject } from '../bench/project/index.ts'
import { command } from '../tools/command.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'
import { differences } from './compare.ts'
import { generateProject } from './project.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ENV = Object.fromEntries(
  ['US', 'EU'].flatMap((region) => [
    [`DATABRICKS_${region}_HOST`, 'workspace.cloud.databricks.com'],
    [`DATABRICKS_${region}_HTTP_PATH`, '/sql/1.0/warehouses/1'],
    [`DATABRICKS_${region}_TOKEN`, 'none'],
  ]),
)
const TEXT = /\.(?:sql|ya?ml|md|csv|py)$|^\.dbtignore$/

describeWith('python', "the manifest is dbt-core's, field by field", () => {
  it.each([
    ['us_analytics_dbt', (folder: string) => copy('dbt_projects/us_analytics_dbt', folder)],
    ['eu_analytics_dbt', (folder: string) => copy('dbt_projects/eu_analytics_dbt', folder)],
    ['a project of all features', (folder: string) => copy('__tests__/fixtures/dbt/features', folder)],
    ['a project with a semantic layer', (folder: string) => copy('__tests__/fixtures/dbt/semantics', folder)],
    ['a project of all settings', (folder: string) => copy('__tests__/fixtures/dbt/settings', folder)],
    [
      'a project of versions and of what is disabled',
      (folder: string) => copy('__tests__/fixtures/dbt/versions', folder),
    ],
    ['a generated project', (folder: string) => write(generateProject(7, 60), folder)],
    ['a project of the bench', (folder: string) => write(companyProject(40), folder)],
  ])(
    '%s',
    async (_, make) => {
      const folder = await mkdtemp(join(tmpdir(), 'manifest-'))
      try {
        await make(folder)
        const dbt = join(await pythonBin('dbt112'), 'dbt')
        const flags = ['--no-partial-parse', '--profiles-dir', '.', '--no-send-anonymous-usage-stats', '--quiet']
        const files = await filesOf(folder)
        await command(dbt, [...flags.slice(3), 'parse', ...flags.slice(0, 3)], {
          cwd: folder,
          env: ENV,
        })
        const expected: JsonObject = JSON.parse(await readFile(join(folder, 'target', 'manifest.json'), 'utf8'))
        const project = parseProject({ files, root: '', env: new Map(Object.entries(ENV)), cache: new ParseCache() })
        expect(project.findings.filter(({ severity }) => severity === 'error')).toEqual([])
        const actual: JsonObject = JSON.parse(writeManifest(project))
        expect(differences(expected, actual)).toEqual([])
        expect(named(actual.metadata)).toEqual(named(expected.metadata))
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    300_000,
  )
})

/** What of a manifest's metadata is of the project, and not of the moment or of who runs dbt. */
function named(metadata: Json | undefined): Json[] {
  const fields = ['dbt_schema_version', 'dbt_version', 'project_name', 'project_id', 'adapter_type', 'quoting', 'env']
  return isJsonObject(metadata) ? fields.map((field) => metadata[field] ?? null) : []
}

async function copy(from: string, folder: string): Promise<void> {
  await cp(join(ROOT, from), folder, { recursive: true, filter: (path) => !/[\\/](?:target|logs)$/.test(path) })
}

async function write(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return new Map(paths.map((path, index) => [relative(folder, path).split(sep).join('/'), texts[index] ?? '']))
}
