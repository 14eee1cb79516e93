import { csvHeader } from './csv.ts'
import type { Project } from './project.ts'
import { stateOf } from './state.ts'

/**
 * The names in a seed's first line, which are the columns of its relation; null where they are not known: a file that is not
 * there, or one with a delimiter of its own.
 */
export function seedColumns(project: Project, unique_id: string): readonly string[] | null {
  const seed = project.manifest.nodes.get(unique_id)
  if (seed?.resource_type !== 'seed' || (seed.config.delimiter ?? ',') !== ',') return null
  const { packages } = stateOf(project).session
  const files = packages.byName.get(seed.package_name)?.files.seeds ?? []
  const file = files.find(({ original }) => original === seed.original_file_path)
  return file === undefined ? null : csvHeader(file.contents)
}
