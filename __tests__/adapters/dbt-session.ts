import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type Dbt, type DbtInput, openDbt } from '../../src/adapters/dbt.ts'
import { readProjectFiles } from '../../src/adapters/files.ts'
import type { Manifest } from '../../src/dbt/manifest.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { profileName } from '../../src/dbt/profile-name.ts'
import { isDeployed } from '../../src/graph/fingerprint.ts'
import type { Build, NodeResult } from '../../src/run/build.ts'
import { type EnvironmentName, pythonBin } from '../tools/python.ts'

/** What the regional profiles read, and what leads nowhere. */
export const nowhere: Readonly<Record<string, string>> = Object.fromEntries(
  ['US', 'EU'].flatMap((region) =>
    Object.entries({ HOST: 'workspace.invalid', HTTP_PATH: '/none', TOKEN: 'none' }).map(([name, value]) => [
      `DATABRICKS_${region}_${name}`,
      value,
    ]),
  ),
)

/** A copy of one of the regional projects, with more files. */
export function projectCopy(name: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-project-'))
  const source = join(import.meta.dirname, '../../dbt_projects', name)
  cpSync(source, folder, { recursive: true, filter: (path) => !/[/\\](?:target|logs|\.user\.yml)$/.test(path) })
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  return folder
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** A PATH on which the first `dbt` is this version's. */
export async function pathWith(version: EnvironmentName): Promise<string> {
  return [await pythonBin(version), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
}

export interface Spoken {
  readonly dbt: Dbt
  readonly said: string[]
}

/** A dbt of our own, and all that it says. */
export async function spoken(
  input: Pick<DbtInput, 'folder' | 'target'> & Partial<DbtInput>,
  path: string,
  environment: Readonly<Record<string, string>> = nowhere,
): Promise<Spoken> {
  const said: string[] = []
  const project = join(input.folder, 'dbt_project.yml')
  const dbt = await openDbt({
    profile: (existsSync(project) ? profileName(readFileSync(project, 'utf8'), new Map()) : null) ?? '',
    secrets: [],
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...input,
    environment: { ...process.env, PYTHONDONTWRITEBYTECODE: '', ...environment, PATH: path },
  })
  return { dbt, said }
}

/** The project as this program reads it. */
export async function manifestOf(folder: string, target: string): Promise<Manifest> {
  const files = await readProjectFiles(folder)
  const env = new Map(Object.entries(nowhere))
  return parseProject({ root: '', files, target, env }).manifest
}

export function deployedNodes(manifest: Manifest): string[] {
  return [...manifest.nodes.values()].filter(isDeployed).map((node) => node.unique_id)
}

/** All results, each batch as it came; and what ended the build, if something did. */
export async function results(build: Build, nodes: readonly string[]): Promise<{ told: NodeResult[]; error: unknown }> {
  const told: NodeResult[] = []
  try {
    for await (const batch of build(nodes)) told.push(...batch)
  } catch (error) {
    return { told, error }
  }
  return { told, error: null }
}
