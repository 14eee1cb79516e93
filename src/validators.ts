import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import config from '../schemas/config.schema.json' with { type: 'json' }
import gdpr from '../schemas/gdpr.schema.json' with { type: 'json' }

const schemas = { config, gdpr, gdprColumn: { $ref: '#/$defs/column', $defs: gdpr.$defs } }
const compiled = new Map<string, ValidateFunction>()

export type SchemaName = keyof typeof schemas

/**
 * The validation of a published schema, compiled at the first call. Compiling takes longer than parsing a small project, so in the bundle this
 * file is replaced by code that scripts/validators.mjs compiles, with the same options, when the bundle is built.
 */
export function validate(name: SchemaName): ValidateFunction {
  let validation = compiled.get(name)
  if (validation === undefined) {
    // The schemas are held to the meta-schema by a test, not at every start.
    const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, meta: false, validateSchema: false })
    validation = ajv.compile(schemas[name])
    compiled.set(name, validation)
  }
  return validation
}
