import { describe, expect, it, vi } from 'vitest'
import { companyProject } from '../bench/project/index.ts'
import { editedProject } from './edited-project.ts'
import { editKinds, masked } from './edits.ts'

vi.setConfig({ testTimeout: 300_000 })

const first = (): number => 0

describe('an edit by script', () => {
  const text =
    "with o as (select * from {{ ref('a') }} where x > 1)\nselect\n  o.id,\n  sum(o.y) as y\nfrom o join b on o.id = b.id"
  const cases: [what: string, edited: string][] = [
    ['the name of a CTE', text.replaceAll(/\bo\b/g, 'o_renamed')],
    ['the sides of a condition', text.replace('o.id = b.id', 'b.id = o.id')],
    ['a comparison', text.replace('x > 1', 'x >= 1')],
    ['a number', text.replace('x > 1', 'x > 2')],
    ['a function', text.replace('sum(', 'max(')],
    ['a column renamed', text.replace('  o.id,', '  o.id as id_renamed,')],
    ['distinct', text.replace('\nselect', '\nselect distinct')],
    ['a limit', `${text}\nlimit 10\n`],
    ['a tag', `{{ config(tags=['nightly']) }}\n${text}`],
  ]
  it.each(cases)('%s', (what, edited) => {
    const kind = editKinds.find((each) => each.what === what)
    expect(kind?.edit(text, first)).toBe(edited)
  })

  it('leaves Jinja, comments and texts alone', () => {
    const hidden = "a {{ f('}}') }} b {% if x %} 'where' -- where\n\"where\" c"
    expect(masked(hidden).replaceAll('\u0001', ' ').trim().split(/\s+/)).toEqual(['a', 'b', 'c'])
    expect(masked(hidden)).toHaveLength(hidden.length)
  })
})

describe('a project edited by script', () => {
  it('has few unknown changes, no false alarm, and nothing missed', async () => {
    const all = await editedProject({ files: companyProject(60), root: '', env: new Map() }, { edits: 150, seed: 1 })
    const said = (wrong: typeof all) =>
      wrong.map(({ what, model, change, reason }) => `${what} in ${model}: ${change}: ${reason}`)
    const isAlarm = (change: string | null) => change !== null && change !== 'none' && change !== 'governance'
    expect(said(all.filter(({ harm, change }) => harm === 'none' && isAlarm(change)))).toEqual([])
    expect(said(all.filter(({ harm, change }) => harm === 'some' && (change === null || change === 'none')))).toEqual(
      [],
    )
    expect(all.filter(({ change }) => change === 'unknown').length).toBeLessThan(0.05 * all.length)
    expect(all.length).toBe(150)
  })
})
