// Scaffolds a rule: its file, its test, its page and its key in the configuration's schema, and puts it into the lists.
//   node scripts/new-rule.mjs <id> "<what it finds, as a sentence.>"
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = process.env.DBT_REGIONS_ROOT ?? dirname(dirname(fileURLToPath(import.meta.url)))
const [id = '', description = ''] = process.argv.slice(2)
if (!/^[a-z]+(-[a-z]+)*$/.test(id) || !/^[A-Z].*\.$/.test(description) || /['"|`]/.test(description)) {
  console.error('usage: node scripts/new-rule.mjs <id-in-kebab-case> "What it finds, as a sentence without quotes."')
  process.exit(2)
}
const variable = id.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
const gdpr = id.startsWith('gdpr-')

create(
  `src/rules/${id}.ts`,
  `import { called, datasets, definition } from './resource.ts'
import type { Rule } from './rule.ts'

/** ${description} */
export const ${variable}: Rule = {
  id: '${id}',
  severity: 'error',
  description: '${description}',
${gdpr ? '  gdpr: true,\n' : ''}  *check({ project }) {
    for (const { unique_id } of datasets(project)) {
      const message = \`\${called(project, unique_id)} has something wrong; say what to do\`
      yield { unique_id, location: definition(project, unique_id), message }
    }
  },
}
`,
)
create(
  `__tests__/rules/${id}.test.ts`,
  `import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

describe('${id}', () => {
  it.each<[string, Files, string[]]>([
    ['nothing', {}, []],
    ['what is wrong', { 'models/x.sql': 'select 1' }, ["models/x.sql:1:1: model 'x' has something wrong; say what to do"]],
  ])('finds %s', (_, files, expected) => {
    expect(said('${id}', files)).toEqual(expected)
  })
})
`,
)
create(
  `docs/rules/${id}.md`,
  `# ${id}

${description}${gdpr ? ' Runs in regions with `gdpr: true`.' : ''}

## Why

What goes wrong without this rule.

## Bad

\`\`\`sql models/x.sql
select 1
\`\`\`

\`\`\`text
models/x.sql:1:1: model 'x' has something wrong; say what to do
\`\`\`

## Good

\`\`\`sql models/x.sql
select 1
\`\`\`

## Options

\`severity\` (default \`error\`) and \`allow\`.
`,
)
edit('schemas/config.schema.json', (text) =>
  insertSorted(
    text,
    '"ambiguous-column": {',
    /^ {8}"([a-z-]+)": \{/,
    `        "${id}": { "description": "${description}", "$ref": "#/$defs/rule" },`,
  )
    // The last key has no comma after it.
    .replace(/\}\n( {8}.*\}),\n( {6}\})/, '},\n$1\n$2'),
)
edit('src/rules/index.ts', (text) =>
  insertSorted(
    insertSorted(
      text,
      "from './cycle.ts'",
      /^import \{.*\} from '\.\/([a-z-]+)\.ts'/,
      `import { ${variable} } from './${id}.ts'`,
    ),
    'export const rules',
    /^ {2}(\w+),$/,
    `  ${variable},`,
    variable,
  ),
)
edit('docs/rules/README.md', (text) =>
  insertSorted(
    text,
    gdpr ? '## Personal data' : '## Graph',
    /^\| \[([a-z-]+)\]/,
    `| [${id}](${id}.md) | ${description} |`,
  ),
)
console.log(
  `now write the rule, its cases and its page, then: npx biome check --write src/rules schemas && npx vitest run __tests__/rules __tests__/config.test.ts`,
)

function create(path, text) {
  if (existsSync(join(root, path))) {
    console.error(`${path} is there already: choose another id`)
    process.exit(2)
  }
  writeFileSync(join(root, path), text)
  console.log(`wrote ${path}`)
}

function edit(path, change) {
  const text = readFileSync(join(root, path), 'utf8')
  writeFileSync(join(root, path), change(text))
  console.log(`edited ${path}`)
}

/** Puts a line before the first entry that sorts after it, of the run of entries that begins at or after `start`. */
function insertSorted(text, start, entry, line, key = id) {
  const lines = text.split('\n')
  const from = lines.findIndex((each) => each.includes(start))
  let at = from
  for (let index = from; index < lines.length; index++) {
    const found = entry.exec(lines[index])?.[1]
    if (found === undefined) continue
    if (found > key) return [...lines.slice(0, index), line, ...lines.slice(index)].join('\n')
    at = index
    if (!lines.slice(index + 1, index + 5).some((next) => entry.test(next))) break
  }
  return [...lines.slice(0, at + 1), line, ...lines.slice(at + 1)].join('\n')
}
