import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from '../../src/check.ts'
import { commentUpdate } from '../../src/report/comment.ts'
import { openRepository } from '../../src/repository.ts'
import { readSides } from '../../src/sides.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { launchChromium } from '../tools/chromium.ts'
import { command } from '../tools/command.ts'
import { commentPage } from './page.ts'
import { withFewColors } from './png.ts'

/**
 * Writes the pictures of the comment in docs/images: of the comment that a check of the regional projects really writes for a pull
 * request that moves a boundary between segments and takes a column on which, in the EU, something is missing.
 */
async function main(): Promise<void> {
  const project = process.cwd()
  const body = await commentOn(project)
  const browser = await launchChromium()
  try {
    for (const mode of ['light', 'dark'] as const) {
      const page = await commentPage(browser, body, mode, 920)
      const file = join(project, 'docs/images', mode === 'light' ? 'comment.png' : 'comment-dark.png')
      const png = await withFewColors(page, await page.locator('.card').screenshot())
      await writeFile(file, png)
      console.log(`${file}: ${Math.round(png.length / 1000)} KB`)
    }
  } finally {
    await browser.close()
  }
}

async function commentOn(project: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dbt-regions-picture-'))
  try {
    const filter = (path: string) => !/[\\/](target|logs|dbt_packages|\.dbt-regions|\.user\.yml)$/.test(path)
    await cp(join(project, 'dbt_projects'), join(root, 'dbt_projects'), { recursive: true, filter })
    const base = await commit(root, 'base')
    for (const region of ['eu', 'us']) await edit(join(root, `dbt_projects/${region}_analytics_dbt`))
    const head = await commit(root, 'head')
    const repository = await openRepository(root)
    const report = await check(
      await readSides(repository, { kind: 'local', base }, { env: new Map() }),
      startSqlLibrary,
    )
    const place = {
      repository: 'https://github.com/acme/analytics',
      head,
      run: { id: 1, attempt: 1, at: 0 },
      id: 'default',
      regions: repository.config.regions.map((it) => it.name),
    }
    const next = commentUpdate(report, place).next([], head)
    if (next.kind !== 'write') throw new Error(`the check has ${next.kind}`)
    return next.body
  } finally {
    await rm(root, { recursive: true })
  }
}

async function edit(project: string): Promise<void> {
  await replace(join(project, 'dbt_project.yml'), 'high_value_above: 10000', 'high_value_above: 12000')
  const silver = join(project, 'models/silver/customer_metrics')
  await replace(`${silver}.sql`, /^( +)customers\.country(,?)$/gm, '$1customers.country,\n$1customers.email$2')
  await replace(`${silver}.sql`, /^( +)country,$/gm, '$1country,\n$1email,')
  await replace(
    `${silver}.yml`,
    '      - name: total_orders',
    '      - name: email\n        description: Where the customer is written to.\n      - name: total_orders',
  )
}

async function replace(file: string, from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(file, 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has no ${from}`)
  await writeFile(file, after)
}

async function commit(root: string, message: string): Promise<string> {
  const git = (...args: string[]) =>
    command('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args])
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', message)
  return (await git('rev-parse', 'HEAD')).trim()
}

await main()
