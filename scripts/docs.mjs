// Writes the tables of inputs and outputs in README.md from action.yml; with --check, fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs'
import { load } from 'js-yaml'

const action = load(readFileSync('action.yml', 'utf8'))
const tables = {
  inputs: table(['input', 'default', 'what it is'], action.inputs, (name, { default: value, description }) => [
    `\`${name}\``,
    value ? `\`${value}\`` : '',
    description,
  ]),
  outputs: table(['output', 'what it is'], action.outputs, (name, { description }) => [`\`${name}\``, description]),
}

const before = readFileSync('README.md', 'utf8')
let after = before
for (const [name, text] of Object.entries(tables)) {
  const region = new RegExp(`(<!-- ${name}:start -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`)
  if (!region.test(after)) throw new Error(`README.md has no <!-- ${name}:start --> … <!-- ${name}:end -->`)
  after = after.replace(region, (_, start, end) => `${start}${text}${end}`)
}
if (process.argv.includes('--check')) {
  if (before !== after) {
    console.error('README.md does not say what action.yml says: run `npm run docs` and commit the result')
    process.exit(1)
  }
} else writeFileSync('README.md', after)

function table(head, entries, row) {
  const rows = [head, head.map(() => '---'), ...Object.entries(entries).map(([name, entry]) => row(name, entry))]
  return rows.map((cells) => `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}
