import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { readProfiles } from '../../src/deployment/profiles.ts'
import { readProjectFolder } from '../../src/project-folder.ts'
import { wholeEnvironment } from '../../src/repository.ts'
import { type Edited, editedProject } from './edited-project.ts'

const HELP = `npm run edits-score -- PROJECT [options]

Edits the models of a dbt project by script, checks the edits as a pull request would be, and prints a row of docs/changes.md. Exit status 1
when more than 5 percent are unknown, an edit that alters nothing is called a change, or one that alters results is called none.

  --profiles-dir DIR   the folder of profiles.yml (default: the project's)
  --target NAME        the target
  --name NAME          what the row calls the project
  --edits N            how many edits (default: 500)
  --seed N             other edits (default: 1)
  --show N             how many wrong classes are printed with their edits (default: 5)
`

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  options: {
    ...{ 'profiles-dir': text, target: text, name: text, help: { type: 'boolean', default: false } },
    ...{ edits: { ...text, default: '500' }, seed: { ...text, default: '1' }, show: { ...text, default: '5' } },
  },
  allowPositionals: true,
})
if (values.help) process.stdout.write(HELP)
else await main(positionals[0] ?? '.')

async function main(folder: string): Promise<void> {
  const { files } = await readProjectFolder({
    project: folder,
    ...(values['profiles-dir'] !== undefined && { profilesDir: values['profiles-dir'] }),
    ...(values.target !== undefined && { target: values.target }),
  })
  const profiles = await readProfiles(values['profiles-dir'], files.has('profiles.yml'))
  const input = {
    ...{ files, root: '', env: wholeEnvironment() },
    ...(values.target !== undefined && { target: values.target }),
    ...(profiles !== null && { profiles: profiles.text }),
  }
  const all = await editedProject(input, { edits: Number(values.edits), seed: Number(values.seed) })
  const of = (change: Edited['change']) => all.filter((each) => each.change === change)
  const unknown = of('unknown')
  const alarms = all.filter(
    ({ harm, change }) => harm === 'none' && change !== null && !['none', 'governance'].includes(change),
  )
  const missed = all.filter(({ harm, change }) => harm === 'some' && (change === null || change === 'none'))
  printCounts(
    'unknown because',
    unknown.map(({ reason }) => reason.replace(/^its effect on columns and rows is not known: /, '')),
  )
  printCounts(
    'false alarms',
    alarms.map(({ what, change }) => `${what}: ${change}`),
  )
  printCounts(
    'missed',
    missed.map(({ what }) => what),
  )
  for (const each of [...missed, ...alarms].slice(0, Number(values.show))) printEdit(each)
  const models = new Set(all.map(({ model }) => model)).size
  const counts = ['rows', 'column', 'config', 'additive', 'governance'].map(
    (change) => of(change as Edited['change']).length,
  )
  const none = of('none').length + of(null).length
  const share = `${((100 * unknown.length) / Math.max(1, all.length)).toFixed(1)} %`
  console.log(
    '| project | models | edits | rows | column | config | additive | governance | none | unknown | share | false alarms | missed |',
  )
  console.log(
    `| ${[values.name ?? basename(folder), models, all.length, ...counts, none, unknown.length, share, alarms.length, missed.length].join(' | ')} |`,
  )
  if (unknown.length > 0.05 * all.length || alarms.length + missed.length > 0) process.exitCode = 1
}

function printCounts(what: string, texts: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const each of texts) counts.set(each, (counts.get(each) ?? 0) + 1)
  if (counts.size > 0) console.log(`${what}:`)
  for (const [each, count] of [...counts].sort(([, some], [, others]) => others - some).slice(0, 15))
    console.log(`  ${count}  ${each}`)
}

function printEdit({ model, what, change, reason, before, after }: Edited): void {
  console.log(`${what} in ${model}: ${change ?? 'nothing'}: ${reason}`)
  const [old, now] = [before.split('\n'), after.split('\n')]
  const first = now.findIndex((line, index) => line !== old[index])
  for (const line of now.slice(Math.max(0, first - 1), first + 3)) console.log(`    ${line}`)
}
