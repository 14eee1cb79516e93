// Compiles the published schemas to code when the bundle is built: the program then neither holds ajv nor waits for it.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** For esbuild: puts the compiled schemas in the place of src/validators.ts, whose options these are. */
export const compiledValidators = {
  name: 'compiled-validators',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]validators\.ts$/ }, () => ({ contents: code(), loader: 'js', resolveDir: root }))
  },
}

function code() {
  const read = (name) => JSON.parse(readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8'))
  const gdpr = read('gdpr')
  const schemas = { config: read('config'), gdpr, gdprColumn: { $ref: '#/$defs/column', $defs: gdpr.$defs } }
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    meta: false,
    validateSchema: false,
    code: { source: true, esm: true },
  })
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name)
  const names = Object.keys(schemas)
  const compiled = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
  return `${compiled}\nconst validations = { ${names.join(', ')} }\nexport function validate(name) { return validations[name] }\n`
}
