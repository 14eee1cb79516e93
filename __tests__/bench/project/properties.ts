import type { Chance } from './chance.ts'
import type { Column, Model } from './model.ts'

const STEADY = ['created_at', 'updated_at']

/** Models' properties as a YAML file: descriptions, tests on keys, statuses and references, types where a contract asks for them. */
export function modelProperties(models: readonly Model[], statuses: readonly string[], chance: Chance): string {
  return ['version: 2', '', 'models:', ...models.flatMap((model) => properties(model, statuses, chance)), ''].join('\n')
}

function properties(model: Model, statuses: readonly string[], chance: Chance): string[] {
  const { name, area, layer, key } = model
  const lines = [
    `  - name: ${name}`,
    '    description: >',
    `      One row for each ${words(key.replace(/_id$/, ''))} in the ${layer} layer of ${words(area)}.`,
    `      {{ doc('${area}_freshness') }}`,
  ]
  const config = [
    ...(chance.happens(0.3) ? [`      tags: [${chance.one(['nightly', 'hourly', 'core', 'finance'])}]`] : []),
    ...(chance.happens(0.2)
      ? ['      meta:', `        owner: ${area}`, `        sla_hours: ${chance.one([4, 8, 24])}`]
      : []),
    ...(model.contract ? ['      contract: {enforced: true}'] : []),
  ]
  if (config.length > 0) lines.push('    config:', ...config)
  const described = model.contract
    ? model.columns
    : chance.some(
        model.columns.filter(({ name }) => name !== key && !STEADY.includes(name)),
        chance.whole(4, 7),
      )
  const keyed = model.columns.filter((column) => column.name === key && !described.includes(column))
  lines.push('    columns:')
  for (const column of [...keyed, ...described])
    lines.push(...columnProperties(column, model, chance), ...testsOf(column, model, statuses, chance))
  return lines
}

function columnProperties(column: Column, { key, contract }: Model, chance: Chance): string[] {
  const { name, type } = column
  const text =
    name === key
      ? "The key: {{ doc('key') }}"
      : `The ${words(name)} as the source has it${chance.happens(0.3) ? ', in UTC' : ''}.`
  const typed = contract || chance.happens(0.4) ? [`        data_type: ${type}`] : []
  return [`      - name: ${name}`, `        description: "${text}"`, ...typed]
}

function testsOf({ name, type }: Column, model: Model, statuses: readonly string[], chance: Chance): string[] {
  const tests: string[] = []
  if (name === model.key) tests.push('unique', 'not_null')
  if (name === 'status' && chance.happens(0.7))
    tests.push(`accepted_values: {arguments: {values: [${statuses.join(', ')}]}}`)
  const parent = [...model.foreign].find(([, column]) => column === name)?.[0]
  if (parent && chance.happens(0.6))
    tests.push(
      `relationships: {arguments: {to: ref('${parent}'), field: ${name}}, config: {severity: warn, where: "${name} > 0"}}`,
    )
  if ((type === 'bigint' || type === 'decimal(18, 2)') && name !== model.key && chance.happens(0.2))
    tests.push(`at_least: {arguments: {least: ${chance.whole(0, 3)}}, config: {tags: [range]}}`)
  return tests.length === 0 ? [] : ['        data_tests:', ...tests.map((test) => `          - ${test}`)]
}

function words(name: string): string {
  return name.replaceAll('_', ' ')
}
