import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The texts of a folder of this repository, path relative to the folder -> text. */
export function filesBelow(folder: string): Map<string, string> {
  const top = join(root, folder)
  return new Map(
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(top, path), readFileSync(path, 'utf8')]),
  )
}
