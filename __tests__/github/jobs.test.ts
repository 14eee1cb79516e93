import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { upsertComment } from '../../src/adapters/github.ts'
import { commentUpdate } from '../../src/report/comment.ts'
import type { Place } from '../../src/report/place.ts'
import { parseComment } from '../../src/report/state.ts'
import { head, place, regionOf, sample } from '../report/sample.ts'
import { everything } from '../tools/optional.ts'
import { Interleaving } from './interleaving.ts'
import { type GitHubServer, startGitHub } from './server.ts'

const orders = everything ? 20 : 4
const older = 'e'.repeat(40)
let github: GitHubServer
let order: Interleaving

beforeEach(async () => {
  github = await startGitHub({ gate: (call) => order.gate(call) })
  github.state.pulls.push({ number: 7, head, base: 'a'.repeat(40) })
})

afterEach(async () => {
  await github.close()
  expect(github.violations).toEqual([])
})

describe('jobs of several regions at once', () => {
  test.each([
    ['two, no comment yet', ['eu', 'us'], 0],
    ['two, a comment of an older head', ['eu', 'us'], 1],
    ['three, no comment yet', ['apac', 'eu', 'us'], 0],
    ['three, a comment of an older head', ['apac', 'eu', 'us'], 1],
  ])(
    '%s: the comment is what one job would have written',
    async (_, regions, before) => {
      const expected = await inTurn(regions)
      for (let seed = 0; seed < orders; seed++) {
        github.state.comments.splice(0)
        if (before > 0) await inTurn(regions, { head: older, run: { ...place.run, id: 1 } })
        await atOnce(regions, seed, true)
        expect(said(expected), `seed ${seed}`).toEqual(['as expected'])
      }
    },
    600_000,
  )

  test('without the wait after a write some order of steps loses a section', async () => {
    const expected = await inTurn(['eu', 'us'])
    let lost = 0
    for (let seed = 0; seed < 60 && lost === 0; seed++) {
      github.state.comments.splice(0)
      await inTurn(['eu', 'us'], { head: older, run: { ...place.run, id: 1 } })
      await atOnce(['eu', 'us'], seed, false)
      if (github.state.comments[0]?.body !== expected) lost++
    }
    expect(lost).toBeGreaterThan(0)
  }, 600_000)

  test('a job of an older head that is still running alters nothing', async () => {
    const expected = await inTurn(['eu', 'us'])
    for (let seed = 0; seed < orders; seed++) {
      github.state.comments.splice(0)
      order = new Interleaving(seed, true)
      await order.run(
        new Map([
          ['eu', () => post('eu', ['eu', 'us'])],
          ['us', () => post('us', ['eu', 'us'])],
          ['old', () => post('eu', ['eu', 'us'], { head: older, run: { ...place.run, id: 1 } }, 'old')],
        ]),
      )
      expect(said(expected), `seed ${seed}`).toEqual(['as expected'])
    }
  }, 600_000)
})

/** One job after the other; the comment that is there then. */
async function inTurn(regions: readonly string[], where: Partial<Place> = {}): Promise<string> {
  const [pull] = github.state.pulls
  const current = pull?.head ?? ''
  if (pull) pull.head = where.head ?? head
  for (const region of regions) {
    order = new Interleaving(0, true)
    await order.run(new Map([[region, () => post(region, regions, where)]]))
  }
  if (pull) pull.head = current
  return github.state.comments[0]?.body ?? ''
}

async function atOnce(regions: readonly string[], seed: number, settles: boolean): Promise<void> {
  order = new Interleaving(seed, settles)
  await order.run(new Map(regions.map((region) => [region, () => post(region, regions)])))
}

function post(region: string, regions: readonly string[], where: Partial<Place> = {}, caller = region) {
  const update = commentUpdate({ ...sample(), regions: [regionOf(region)] }, { ...place, regions, ...where })
  const pull = { owner: 'acme', repo: 'analytics', number: 7, fork: false }
  const access = { token: caller, apiUrl: github.url }
  return upsertComment(access, pull, update, { settle: 1, unit: 1, sleep: () => order.sleep(caller) })
}

/** Each comment: that it is as expected, or which sections it holds. */
function said(expected: string): string[] {
  return github.state.comments.map(({ body }) => {
    if (body === expected) return 'as expected'
    const sections = parseComment(body, place.id)?.sections ?? []
    return sections.map((it) => `${it.region} of run ${it.run}`).join(', ')
  })
}
