import type { Work } from './draft.ts'
import type { Session } from './session.ts'

/** Finds what a Python model refs and configures without running it: `dbt.ref('x')`, `dbt.source('x', 'y')`, `dbt.config(…)`. */
export function parsePython(_session: Session, work: Work): void {
  const call = /\bdbt\s*\.\s*(ref|source)\s*\(\s*(['"])([^'"\n]*)\2\s*(?:,\s*(['"])([^'"\n]*)\4\s*)?/g
  for (const found of work.source.contents.matchAll(call)) {
    const [, name, , first = '', , second] = found
    const place = { file: work.source.file, offset: work.source.shift + found.index }
    if (name === 'ref') {
      const args = second === undefined ? { name: first, package: null } : { name: second, package: first }
      work.asked.push({ kind: 'ref', args: { ...args, version: null }, place })
    } else if (second !== undefined) work.asked.push({ kind: 'source', args: [first, second], place })
  }
}
