import type { Packages } from './packages.ts'
import type { ProjectFiles } from './project.ts'
import type { Sink } from './sink.ts'
import { join } from './text.ts'

const AT_ROOT = [
  'dbt_project.yml',
  'packages.yml',
  'dependencies.yml',
  'profiles.yml',
  'selectors.yml',
  'vars.yml',
  '.dbtignore',
]
/** What a reader makes of a byte that is not UTF-8. */
const NOT_UTF8 = /\p{Surrogate}/u

/** Tells files that are not UTF-8, with the place of the first byte that is not: dbt stops at them. */
export function tellEncodings(files: ProjectFiles, packages: Packages, sink: Sink): void {
  for (const { folder, files: own } of packages.byName.values()) {
    const read = Object.values(own).flatMap((sources) => sources.map(({ file }: { readonly file: string }) => file))
    for (const file of new Set([...AT_ROOT.map((name) => join(folder, name)), ...read])) {
      const text = files.get(file)
      const offset = text === undefined ? -1 : text.search(NOT_UTF8)
      if (text === undefined || offset < 0) continue
      const byte = (text.charCodeAt(offset) & 0xff).toString(16)
      const message = `this file is not UTF-8 (the byte 0x${byte} stands here), and dbt reads nothing else: save it as UTF-8`
      sink.add('invalid-project', 'error', { file, offset }, message)
    }
  }
}
