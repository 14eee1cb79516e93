import type { ColumnInfo } from '../dbt/manifest.ts'
import { problems } from '../schema.ts'
import { type PersonalName, personalName } from './personal-names.ts'
import { called, datasets, gdprMeta, located, member, properties, texts } from './resource.ts'
import type { Rule } from './rule.ts'

/** A column of a dataset's YAML that is called like personal data and has no class of personal data, or that has one which there is not. */
export const gdprColumnClass: Rule = {
  id: 'gdpr-column-class',
  severity: 'error',
  description: 'A column whose name looks personal has no class of personal data.',
  gdpr: true,
  defaults: { names: [] },
  *check({ project, options }) {
    const more = texts(options.names)
    for (const dataset of datasets(project)) {
      const { unique_id } = dataset
      const impersonal = member(gdprMeta(dataset), 'personal_data') === false
      for (const [name, column] of dataset.columns) {
        const position = project.columnPositions.get(`${unique_id}.${name}`)
        const location = position ? located(project, position) : properties(project, unique_id)
        const about = `column '${name}' of ${called(project, unique_id)}`
        for (const message of messages(column, personalName(name, more), impersonal)) {
          yield { unique_id, columnName: name, location, message: `${about} ${message}` }
        }
      }
    }
  },
}

function messages(column: ColumnInfo, suggested: PersonalName | null, impersonal: boolean): string[] {
  const contract = gdprMeta(column)
  if (contract !== undefined) {
    return problems('gdprColumn', contract).map(
      ({ path, message }) => `says in its YAML: ${['meta.gdpr', ...path].join('.')} ${message}`,
    )
  }
  if (suggested === null || (suggested.vague && impersonal)) return []
  const example = `config: {meta: {gdpr: {class: ${suggested.class}}}}`
  return [
    `looks like ${suggested.what}, but has no class of personal data; give it one, for example '${example}', or 'none' when it is not`,
  ]
}
