import { expect, it } from 'vitest'
import { compileNode, compileTemplate } from '../../src/dbt/compile.ts'
import { planPreview } from '../../src/deploy.ts'
import { type Fingerprinted, fingerprints, settingsOf } from '../../src/graph/fingerprint.ts'
import { spread, startsOf } from '../../src/graph/spread.ts'
import { changes } from '../../src/graph/state.ts'
import { selectorsOf } from '../../src/run/selection.ts'
import { type Files, parsed } from './project.ts'

const FILES: Files = {
  'functions/area.sql': "3.14 * r * r + (select min(x) from {{ ref('sizes') }})",
  'functions/wide.sql': 'a * b',
  'functions/functions.yml':
    'functions:\n  - name: area\n    arguments: [{name: r, data_type: float}]\n    returns: {data_type: float}\n    overloads: [{defined_in: wide, arguments: [{name: a, data_type: float}, {name: b, data_type: float}]}]\n',
  'models/sizes.sql': 'select 1 as x',
  'models/areas.sql': "select {{ function('area') }}(x) as area from {{ ref('sizes') }}",
}

function side(more: Files = {}): Fingerprinted {
  const files = { ...FILES, ...more }
  const project = parsed(files)
  const settings = settingsOf(new Map(Object.entries(files)))
  return { project, fingerprints: fingerprints(project, compileNode, settings, compileTemplate) }
}

it('is compiled to the name of its relation where it is called', () => {
  const { code, unresolved } = compileNode(side().project, 'model.shop.areas', { incremental: false })
  expect({ code, unresolved }).toEqual({
    code: 'select `main`.`dev`.`area`(x) as area from `main`.`dev`.`sizes`',
    unresolved: [],
  })
})

it.each<[what: string, more: Files, change: string, reason: RegExp]>([
  ['its body', { 'functions/area.sql': '3.1416 * r * r' }, 'unknown', /^SQL changed/],
  ['the body of an overload', { 'functions/wide.sql': 'a * b * 2' }, 'unknown', /^SQL changed/],
  [
    'its signature',
    {
      'functions/functions.yml':
        FILES['functions/functions.yml']?.replace('returns: {data_type: float}', 'returns: {data_type: double}') ?? '',
    },
    'config',
    /^returns.data_type float → double/,
  ],
])('a change of %s is planned, before what calls it', (_, more, change, reason) => {
  const [base, head] = [side(), side(more)]
  const found = changes(base, head)
  expect(found.map((each) => [each.unique_id, each.change, each.affects])).toEqual([
    ['function.shop.area', change, ['model.shop.areas']],
  ])
  expect(found[0]?.reason).toMatch(reason)
  expect(
    planPreview('eu', base, head, { changes: found, impacts: spread(head, startsOf(found, base, head)) }).map(
      (step) => step.unique_id,
    ),
  ).toEqual(['function.shop.area', 'model.shop.areas'])
  expect(selectorsOf(head.project.manifest, ['function.shop.area'])).toEqual([
    'fqn:shop.area,package:shop,resource_type:function,file:area.sql',
  ])
})
