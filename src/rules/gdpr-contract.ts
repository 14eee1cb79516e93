import { problems } from '../schema.ts'
import { called, datasets, gdprMeta, properties } from './resource.ts'
import type { Rule } from './rule.ts'

/** A model, seed, snapshot or source without a `meta.gdpr` contract, or with one that schemas/gdpr.schema.json does not accept. */
export const gdprContract: Rule = {
  id: 'gdpr-contract',
  severity: 'error',
  description: 'A model or source has no valid meta.gdpr contract.',
  gdpr: true,
  *check({ project }) {
    for (const dataset of datasets(project)) {
      const { unique_id } = dataset
      const about = called(project, unique_id)
      const location = properties(project, unique_id)
      const contract = gdprMeta(dataset)
      if (contract === undefined) {
        const message = `${about} has no GDPR contract; say in its YAML under 'config: meta: gdpr:' whether it holds personal data, and if so of whom, why and for how long`
        yield { unique_id, location, message }
        continue
      }
      for (const { path, message } of problems('gdpr', contract)) {
        yield {
          unique_id,
          location,
          message: `the GDPR contract of ${about}: ${['meta.gdpr', ...path].join('.')} ${message}`,
        }
      }
    }
  },
}
