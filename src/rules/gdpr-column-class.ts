import { personalName } from './personal-names.ts'
import { called, datasets, gdprMeta, located, member, properties, texts } from './resource.ts'
import type { Rule } from './rule.ts'

/** A column that is called like personal data, in the YAML of a model, seed, snapshot or source, without a class of personal data. */
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
        const suggested = personalName(name, more)
        if (suggested === null || (suggested.vague && impersonal)) continue
        if (member(gdprMeta(column), 'class') !== undefined) continue
        const position = project.columnPositions.get(`${unique_id}.${name}`)
        const location = position ? located(project, position) : properties(project, unique_id)
        const message = `column '${name}' of ${called(project, unique_id)} looks like ${suggested.what}, but has no class of personal data; give it one, for example 'config: {meta: {gdpr: {class: ${suggested.class}}}}'`
        yield { unique_id, columnName: name, location, message }
      }
    }
  },
}
