import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseComment } from '../../src/report/state.ts'
import { head, place } from '../report/sample.ts'
import { command } from '../tools/command.ts'
import { everything } from '../tools/optional.ts'
import { type GitHubServer, startGitHub } from './server.ts'

let folder: string
let github: GitHubServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dbt-regions-jobs-'))
  await build({
    entryPoints: [join(import.meta.dirname, 'job.ts')],
    outfile: join(folder, 'job.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  })
  github = await startGitHub({ latency: () => Math.random() * 60 })
  github.state.pulls.push({ number: 7, head, base: 'a'.repeat(40) })
})

afterAll(async () => {
  await github.close()
  await rm(folder, { recursive: true })
})

const together: [string, string[]][] = [
  ['two', ['eu', 'us']],
  ['three', ['apac', 'eu', 'us']],
]

test.each(everything ? together : together.slice(0, 1))(
  '%s processes that start at once lose nothing of each other',
  async (_, regions) => {
    github.state.comments.splice(0)
    const rounds = everything ? 4 : 2
    for (let run = 1; run <= rounds; run++) {
      const kinds = await Promise.all(regions.map((region) => job(region, run, regions)))
      expect(kinds.join(' ')).toMatch(run === 1 ? /created/ : /^(updated ?)+$/)
      const [comment, ...others] = github.state.comments
      expect(others).toEqual([])
      const sections = parseComment(comment?.body ?? '', place.id)?.sections.map((it) => [it.region, it.run])
      expect(sections).toEqual(regions.map((region) => [region, run]))
    }
    expect(github.violations).toEqual([])
  },
  180_000,
)

async function job(region: string, run: number, regions: readonly string[]): Promise<string> {
  const script = join(folder, 'job.mjs')
  return (await command(process.execPath, [script, github.url, region, String(run), regions.join(',')])).trim()
}
