import type { Project } from '../dbt/project.ts'
import { join, relativeTo } from '../dbt/text.ts'
import type { Finding } from '../finding.ts'
import type { ReportedFinding } from '../report/report.ts'

/** A project's findings with what is needed to compare them. */
export interface Found {
  readonly project: Project
  readonly findings: readonly Finding[]
  /** Whether the project has a file, by its path in the repository. */
  has(file: string): boolean
}

/**
 * Marks which of head's findings base does not have. Compared are rule, resource and message, not lines, nor the folder of the project or its
 * name; of several equal ones as many are new as base has fewer. A finding about no resource is compared by its file as well, or, where that
 * file has moved, by what it says.
 */
export function markNew(base: Found | null, head: Found): ReportedFinding[] {
  if (base === null) return head.findings.map((finding) => ({ ...finding, new: true }))
  const known = counted(base.findings.map((finding) => identity(base, finding)))
  const marked = head.findings.map((finding) => ({ ...finding, new: !taken(known, identity(head, finding)) }))
  const gone = counted(
    base.findings
      .filter((finding) => finding.unique_id === undefined && !head.has(moved(base, head, finding.file)))
      .map((finding) => content(base, finding)),
  )
  return marked.map((finding) => {
    if (!finding.new || finding.unique_id !== undefined || base.has(moved(head, base, finding.file))) return finding
    return { ...finding, new: !taken(gone, content(head, finding)) }
  })
}

function counted(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function taken(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0
  counts.set(key, left - 1)
  return left > 0
}

function identity(side: Found, finding: Finding): string {
  const about = finding.unique_id ?? inProject(side, finding.file)
  return [withoutName(side, about), content(side, finding)].join('\0')
}

/** What a finding says, without where: no paths, no lines, no name of the project. */
function content(side: Found, { rule, message }: Finding): string {
  const text = message
    .replace(/[^\s'"`(),;:]+/g, (word) => word.replace(/^.+\.(?:sql|ya?ml|py|csv|md)\b/s, '<file>'))
    .replace(/<file>(?::\d+)+/g, '<file>')
    .replace(/\b(line|column|character|position|offset) \d+/gi, '$1 <n>')
  return [rule, withoutName(side, text)].join('\0')
}

/** A project that gets another name has the same findings. */
function withoutName({ project }: Found, text: string): string {
  const name = project.manifest.metadata.project_name
  return name === '' ? text : text.replaceAll(`.${name}.`, '.<project>.')
}

function inProject({ project }: Found, file: string): string {
  return relativeTo(project.root, file)
}

/** A file of one side as it would be called on the other, where the project may be in another folder. */
function moved(from: Found, to: Found, file: string): string {
  return join(to.project.root, inProject(from, file))
}
