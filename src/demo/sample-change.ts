import type { Manifest, Model } from '../dbt/manifest.ts'
import type { ProjectFiles } from '../dbt/project.ts'

export interface SampleChange {
  readonly model: Model
  /** The project's files with the change in one of them. */
  readonly files: ProjectFiles
  /** The change in words. */
  readonly description: string
  /** The lines that it adds and takes away, as a diff shows them. */
  readonly diff: readonly string[]
}

/**
 * A change that someone could propose to a project: a column more in a model that another one is built from. It is an edit of the
 * model's text as it stands; null when no model of the project can be edited so.
 */
export function sampleChange(files: ProjectFiles, manifest: Manifest): SampleChange | null {
  const candidates = [...manifest.nodes.values()]
    .filter((it): it is Model => it.resource_type === 'model' && it.package_name === manifest.metadata.project_name)
    .filter((it) => it.language === 'sql' && files.has(it.original_file_path))
    .sort((a, b) => children(manifest, b) - children(manifest, a) || (a.unique_id < b.unique_id ? -1 : 1))
  for (const model of candidates) {
    const text = files.get(model.original_file_path) ?? ''
    const edit = averageOfTwoColumns(text) ?? oneMoreColumn(text)
    if (edit === null) continue
    const changed = new Map(files).set(model.original_file_path, edit.text)
    return { model, files: changed, description: edit.description, diff: edit.diff }
  }
  return null
}

interface Edit {
  readonly text: string
  readonly description: string
  readonly diff: readonly string[]
}

/** Where a model gives a count of orders and their sum: the sum divided by the count. */
function averageOfTwoColumns(text: string): Edit | null {
  const count = /^([ \t]*)(\S.*?) as total_orders,[ \t]*$/m.exec(text)
  const sum = /^[ \t]*(\S.*?) as lifetime_value,[ \t]*$/m.exec(text)
  if (count === null || sum === null || /\baverage_order_value\b/.test(text)) return null
  const [, indent = '', orders = ''] = count
  const line = `${indent}cast(${sum[1]} / nullif(${orders}, 0) as decimal(28, 2)) as average_order_value,`
  const after = sum.index + sum[0].length
  return {
    text: `${text.slice(0, after)}\n${line}${text.slice(after)}`,
    description: 'a new column average_order_value',
    diff: [` ${sum[0]}`, `+${line}`],
  }
}

/** Around any query: one column that says when the row was built. */
function oneMoreColumn(text: string): Edit | null {
  if (/\bsample_built_on\b/.test(text) || text.trim() === '') return null
  const [first, last] = ['select built.*, current_date() as sample_built_on from (', ') as built']
  return {
    text: `${first}\n${text.trimEnd().replace(/;$/, '')}\n${last}\n`,
    description:
      'a new column sample_built_on, because no order count and lifetime value were found to make an average of',
    diff: [`+${first}`, `+${last}`],
  }
}

/** How many models are built from this one. */
function children(manifest: Manifest, model: Model): number {
  return (manifest.child_map.get(model.unique_id) ?? []).filter((it) => it.startsWith('model.')).length
}
