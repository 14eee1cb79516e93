import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { readAsset } from '../../src/adapters/assets.ts'
import { readProjectFolder } from '../../src/project-folder.ts'
import { startSql } from '../../src/sql/sdk.ts'
import { askSqlglot } from '../tools/sqlglot.ts'
import { type Agreement, agreementOf } from './agreement.ts'
import { lineageOf } from './lineage.ts'

const HELP = `npm run lineage-score -- PROJECT [options]

Compares the column lineage of every model of a dbt project with sqlglot's, and prints a row of docs/lineage-accuracy.md. Exit
status 1 when they agree about less than 97 percent of the columns that both have an answer for.

  --profiles-dir DIR   the folder of profiles.yml (default: the project's)
  --target NAME        the target
  --name NAME          what the row calls the project
  --show N             how many disagreements are printed (default: 10)
`

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  options: {
    'profiles-dir': text,
    target: text,
    name: text,
    show: { ...text, default: '10' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
if (values.help) process.stdout.write(HELP)
else await main(positionals[0] ?? '.')

async function main(folder: string): Promise<void> {
  const { project } = await readProjectFolder({
    project: folder,
    ...(values['profiles-dir'] !== undefined && { profilesDir: values['profiles-dir'] }),
    ...(values.target !== undefined && { target: values.target }),
  })
  await startSql(await readAsset('polyglot_sql.wasm'))
  const models = lineageOf(project)
  const agreement = agreementOf(models, await askSqlglot(models.flatMap(({ question }) => question ?? [])))
  printReasons(agreement)
  console.log('| project | models | analysed | columns | resolved | `*` left | compared | agree |')
  console.log(`| ${[values.name ?? basename(project.root || folder), ...figures(agreement)].join(' | ')} |`)
  const { compared, disagreements } = agreement
  if (compared > 0 && disagreements.length / compared > 0.03) process.exitCode = 1
}

function figures({ models, analysed, columns, resolved, stars, compared, disagreements }: Agreement): string[] {
  const share = (part: number, whole: number) => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`)
  return [
    ...[models.toLocaleString('en'), share(analysed, models), columns.toLocaleString('en'), share(resolved, columns)],
    ...[String(stars), compared.toLocaleString('en')],
    compared === 0 ? '' : `${((100 * (compared - disagreements.length)) / compared).toFixed(2)} %`,
  ]
}

function printReasons({ disagreements, unknownModels, unknownColumns, unanswered }: Agreement): void {
  const lists = [
    ['models that are not analysed', unknownModels],
    ['columns that are not resolved', unknownColumns],
    ['queries that sqlglot has no answer for', unanswered],
  ] as const
  for (const [what, reasons] of lists) {
    if (reasons.size > 0) console.log(`${what}:`)
    for (const [reason, count] of [...reasons].slice(0, 12)) console.log(`  ${count}  ${reason}`)
  }
  for (const { kind, model, column, here, there } of disagreements.slice(0, Number(values.show)))
    console.log(`${kind}: ${model}.${column}\n  here: ${here.join(', ')}\n  sqlglot: ${there.join(', ')}`)
}
