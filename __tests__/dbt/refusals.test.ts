import { expect, it } from 'vitest'
import { graphOf } from '../../src/graph/graph.ts'
import { findingsOf } from '../../src/rules/index.ts'
import { parsed } from './project.ts'
import { refusals } from './refusals.ts'

it.each(refusals)('what dbt refuses is told where it stands: $name', ({ files, places }) => {
  const project = parsed(files)
  const findings = findingsOf(project, graphOf(project.manifest), { name: '', gdpr: false, rules: new Map() })
  const told = findings.filter(({ severity }) => severity !== 'notice').map(({ file, line }) => `${file}:${line}`)
  expect([...new Set(told)].sort()).toEqual(places)
})

it('tells all of it at once, in words', () => {
  const { findings } = parsed({
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodel-paths: models\nrequire-dbt-version: "<1.12.0"\nmodel: {}\n',
    'models/a.sql': "{{ config(enabled='yes') }} select 1",
    'models/a.yml':
      'models:\n  - name: a\n    description: [x]\n    config: {meta: x}\n    columns:\n      - name: id\n        tags: {pii: true}\nexposures:\n  - name: board\n    type: board\n',
  })
  expect(findings.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([
    "dbt_project.yml:3: 'model-paths' is a list, not 'models'",
    'dbt_project.yml:4: require-dbt-version does not allow dbt-core 1.12.5, as which projects are read here: it needs <1.12.0',
    "dbt_project.yml:5: 'model' is no key of a dbt_project.yml; remove it, or put it under vars or meta",
    "models/a.sql:1: config() of the model 'a': 'enabled' is true or false, not 'yes'",
    "models/a.yml:3: the model 'a': 'description' is a text, not a list",
    "models/a.yml:4: the model 'a': 'config.meta' is a mapping, not 'x'",
    "models/a.yml:7: the model 'a': 'columns[].tags' is a list, not a mapping",
    "models/a.yml:9: the exposure 'board' needs 'owner'; add it: owner: …",
    "models/a.yml:10: the exposure 'board': 'type' is one of dashboard, notebook, analysis, ml, application, not 'board'",
  ])
})
