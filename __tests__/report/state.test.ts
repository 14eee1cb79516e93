import { describe, expect, test } from 'vitest'
import type { Place } from '../../src/report/place.ts'
import { type CommentState, dataOf, joined, markerOf, parseComment, stateOf } from '../../src/report/state.ts'
import { head, place, regionOf, sample } from './sample.ts'

const older = 'e'.repeat(40)

describe('what two jobs know, together', () => {
  const states = [
    state(['eu'], { head: older, run: run(1) }),
    state(['us'], { head: older, run: run(1) }, 'success'),
    state(['eu'], { run: run(2) }, 'success'),
    state(['eu'], { run: run(2, 2) }),
    state(['us'], { run: run(2) }, 'success'),
    state(['eu', 'us'], { head: older, run: run(9), regions: ['eu', 'us', 'apac'] }),
    state(['eu'], { run: { ...run(2), at: place.run.at + 5 } }, 'success'),
  ]
  const pairs = states.flatMap((a) => states.map((b) => [a, b] as const))

  test('does not depend on who is asked first', () => {
    for (const [a, b] of pairs) expect(joined(a, b, head)).toEqual(joined(b, a, head))
  })

  test('does not depend on who met whom before', () => {
    for (const [a, b] of pairs) {
      for (const c of states) {
        expect(joined(joined(a, b, head), c, head)).toEqual(joined(a, joined(b, c, head), head))
      }
    }
  })

  test('is not altered by hearing it again', () => {
    for (const [a, b] of pairs) expect(joined(joined(a, b, head), b, head)).toEqual(joined(a, b, head))
  })
})

test.each<[string, Partial<Place>, Partial<Place>]>([
  ['the current head wins over a later run of another', { run: run(1) }, { head: older, run: run(5) }],
  ['of one head the later run wins', { run: run(2) }, { run: run(1, 9) }],
  ['of one run the later attempt wins', { run: run(1, 2) }, { run: run(1, 1) }],
  ['of one attempt the later report wins', { run: { ...run(1), at: 2 } }, { run: { ...run(1), at: 1 } }],
  ['of two other heads the later run wins', { head: 'f'.repeat(40), run: run(2) }, { head: older, run: run(1) }],
])('%s', (_, winner, loser) => {
  const [section] = joined(state(['eu'], loser), state(['eu'], winner), head).sections
  expect(section).toMatchObject({
    head: winner.head ?? head,
    run: winner.run?.id,
    attempt: winner.run?.attempt,
    at: winner.run?.at,
  })
})

test('a region that is not configured any more goes, one that is new is waited for', () => {
  const before = state(['eu', 'us'], { head: older, run: run(1) })
  const after = state(['eu'], { run: run(2), regions: ['eu', 'apac'] })
  const both = joined(before, after, head)
  expect(both.regions).toEqual(['apac', 'eu'])
  expect(both.sections.map((it) => it.region)).toEqual(['eu'])
})

test.each([
  ['fails and then passes', ['failure', 'success'], 'e'],
  ['passes on', ['failure', 'success', 'success'], 'e'],
  ['fails twice and then passes', ['failure', 'failure', 'success'], 'f'],
  ['fails again', ['failure', 'success', 'failure'], null],
  ['has always passed', ['success', 'success'], null],
] as const)('a region that %s remembers what it has fixed', (_, conclusions, fixed) => {
  const heads = ['e', 'f', 'a'].map((it) => it.repeat(40))
  const states = conclusions.map((it, index) => state(['eu'], { head: heads[index] ?? '', run: run(index + 1) }, it))
  const last = heads[conclusions.length - 1] ?? ''
  const [section] = states.reduce((a, b) => joined(a, b, last)).sections
  expect(section?.fixed?.head.slice(0, 1) ?? null).toBe(fixed)
})

describe('what a comment holds', () => {
  const own = state(['eu', 'us'])
  const text = (data: string) => `${markerOf(own)}\nvisible\n\n${data}`

  test('is read as it was written', () => {
    expect(parseComment(text(dataOf(own)), place.id)).toEqual(own)
    expect(parseComment(text(dataOf(own)).replaceAll('\n', '\r\n'), place.id)).toEqual(own)
  })

  test('is read as well when it was written before there was anything about earlier deploys', () => {
    const sections = own.sections.map(({ leftPending: _, ...rest }) => rest)
    const old = dataOf({ ...own, sections } as never)
    expect(parseComment(text(old), place.id)).toEqual(own)
  })

  test.each([
    ['none', ''],
    ['cut off', dataOf(own).slice(0, 300)],
    ['no base64', '<!-- dbt-regions-data !!! -->'],
    ['no JSON', '<!-- dbt-regions-data AAAA -->'],
    ['of another shape', dataOf({ ...own, sections: [{ ...own.sections[0], region: 5 }] } as never)],
    ['with a class of change that there is not', dataOf(withChange({ change: 'safe' }))],
    ['with a list that is none', dataOf(withChange({ exposures: 'x' }))],
    ['with nodes left behind that are none', dataOf(withSection({ leftPending: { commit: 'x', count: '2' } }))],
    ['a bomb', dataOf({ ...own, regions: ['x'.repeat(20_000_000)] })],
  ])('is left alone when it is %s', (_, data) => {
    expect(parseComment(text(data), place.id)).toBeNull()
  })
})

function run(id: number, attempt = 1): Place['run'] {
  return { id, attempt, at: 1_790_000_000 }
}

function state(regions: readonly string[], where: Partial<Place> = {}, conclusion = 'failure'): CommentState {
  const overrides = conclusion === 'success' ? { findings: [] } : {}
  return stateOf({ ...sample(), regions: regions.map((it) => regionOf(it, overrides)) }, { ...place, ...where })
}

function withChange(changed: object): CommentState {
  return withSection({ changes: [{ ...state(['eu']).sections[0]?.changes[0], ...changed }] })
}

function withSection(changed: object): CommentState {
  return { ...state(['eu']), sections: [{ ...state(['eu']).sections[0], ...changed }] } as never
}
