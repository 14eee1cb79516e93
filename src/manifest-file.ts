import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { manifestChunks } from './dbt/write.ts'
import { type ProjectOptions, printFindings, readProjectFolder } from './project-folder.ts'

/**
 * Writes a project's manifest.json and prints its findings on standard error; answers whether there are errors among
 * them. Throws a ConfigurationError when there is no project or no such profiles.yml.
 */
export async function writeManifestFile(options: ProjectOptions & { readonly output: string }): Promise<boolean> {
  const side = await readProjectFolder(options)
  const failed = printFindings(side)
  const output = resolve(options.output)
  await mkdir(dirname(output), { recursive: true })
  await writeFile(output, manifestChunks(side.project))
  return failed
}
