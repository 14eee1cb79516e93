import type { JsonObject } from '../dbt/manifest.ts'
import { type Finding, type Severity, sortFindings } from '../finding.ts'
import { columnRules } from '../rules/columns.ts'
import { rules } from '../rules/index.ts'
import { parserRules } from '../rules/parser.ts'
import type { RuleSetting } from '../rules/rule.ts'
import { type Config, defaultEnvironment, type Region } from './config.ts'

/** Every region of base with what it is at head; null when head has no such region. */
export type Twins = ReadonlyMap<Region, Region | null>

/** One difference between two configurations, said once however many regions it concerns. */
interface Difference {
  /** The keys that lead to it in the configuration; while one rule is looked at, those within the rule. */
  readonly path: readonly string[]
  readonly relaxes: boolean
  readonly message: string
}

const id = 'configuration-changed'

/**
 * What head changes in what pull requests are held to: a relaxation as a warning (or as base's configuration weighs this rule), with the line
 * that does it; what is stricter, or only another name, as a notice.
 */
export function configurationChanged(base: Config, head: Config, twins: Twins): Finding[] {
  const severity = base.rules.get(id)?.severity ?? 'warning'
  if (severity === 'off') return []
  const findings = differences(base, head, twins).map(({ path, relaxes, message }): Finding => {
    const location =
      head.file === null && base.file !== null ? { file: base.file, line: 1, column: 1 } : head.locate(path)
    return { rule: id, severity: relaxes ? severity : 'notice', ...location, message }
  })
  return sortFindings(findings)
}

function differences(base: Config, head: Config, twins: Twins): Difference[] {
  const found: Difference[] = []
  for (const [before, after] of twins) {
    if (after === null) {
      const message = `region '${before.name}' is removed; as long as this is not merged, it is still checked`
      found.push({ path: ['regions'], relaxes: true, message })
    } else found.push(...placeDifferences(before, after))
  }
  return [...found, ...envDifferences(base.envVars, head.envVars), ...ruleDifferences(base, head, twins)]
}

function envDifferences(before: readonly string[] | null, after: readonly string[] | null): Difference[] {
  const path = ['env_vars']
  const own = "dbt's own environment variables (DBT_…)"
  const said = (names: readonly string[] | null): string => (names === null ? own : names.join(', ') || 'none')
  const more = (after ?? ['DBT_…']).filter((name) => !(before ?? ['DBT_…']).includes(name))
  const isSame = more.length === 0 && (before?.length ?? -1) === (after?.length ?? -1)
  if (isSame) return []
  const message = `once this is merged, env_var sees ${said(after)} in a check, not ${said(before)}`
  return [{ path, relaxes: more.length > 0, message }]
}

function placeDifferences(before: Region, after: Region): Difference[] {
  const found: Difference[] = []
  const add = (key: string | null, relaxes: boolean, message: string) => {
    found.push({
      path: ['regions', after.name, ...(key === null ? [] : [key])],
      relaxes,
      message: `region '${after.name}' ${message}`,
    })
  }
  if (before.name !== after.name) add(null, false, `was called '${before.name}'`)
  if (before.project !== after.project) {
    add(
      'project',
      true,
      `now has the project '${after.project}' instead of '${before.project}', which no check of this region reads any more`,
    )
  }
  if (before.target !== after.target) {
    add(
      'target',
      true,
      `now has ${after.target === null ? "the profile's own target" : `the target '${after.target}'`} instead of ${before.target === null ? "the profile's own" : `'${before.target}'`}`,
    )
  }
  if (environmentOf(before) !== environmentOf(after)) {
    add(
      'environment',
      true,
      `is now deployed from the environment '${after.environment}' instead of '${before.environment}'`,
    )
  }
  for (const key of ['host', 'catalog'] as const) {
    const [old, now] = [before[key], after[key]]
    if (old?.toLowerCase() === now?.toLowerCase()) continue
    if (old === null) add(key, false, `may be deployed to the ${key} '${now}' alone once this is merged`)
    else if (now === null) add(key, true, `may be deployed to any ${key}, no longer to '${old}' alone`)
    else add(key, true, `may be deployed to the ${key} '${now}' instead of '${old}'`)
  }
  if (before.gdpr && !after.gdpr) add('gdpr', true, 'is no longer held to the GDPR rules')
  if (!before.gdpr && after.gdpr) add('gdpr', false, 'is held to the GDPR rules once this is merged')
  return found
}

/** A region's environment; null when it has the one of its name, which changes with the name. */
function environmentOf(region: Region): string | null {
  return region.environment === defaultEnvironment(region.name) ? null : region.environment
}

/** Rules are compared as every region has them; a difference that all regions share is said once. */
function ruleDifferences(base: Config, head: Config, twins: Twins): Difference[] {
  const pairs = [...twins].filter((pair): pair is [Region, Region] => pair[1] !== null)
  const said = new Map<string, { difference: Difference; regions: string[] }>()
  for (const [before, after] of pairs) {
    for (const rule of new Set([...before.rules.keys(), ...after.rules.keys()])) {
      const own = after.rules.get(rule) !== head.rules.get(rule)
      const path = own ? ['regions', after.name, 'rules', rule] : ['rules', rule]
      for (const difference of settingDifferences(rule, before.rules.get(rule), after.rules.get(rule))) {
        const key = own ? `${after.name} ${difference.message}` : difference.message
        const entry = said.get(key) ?? {
          difference: { ...difference, path: [...path, ...difference.path] },
          regions: [],
        }
        entry.regions.push(after.name)
        said.set(key, entry)
      }
    }
  }
  return [...said.values()].map(({ difference, regions }) => {
    const where =
      regions.length === base.regions.length && regions.length > 1
        ? 'in every region'
        : `in region ${regions.map((name) => `'${name}'`).join(', ')}`
    return { ...difference, message: `${where}, ${difference.message}` }
  })
}

const rank: Readonly<Record<Severity | 'off', number>> = { off: 0, notice: 1, warning: 2, error: 3 }

function settingDifferences(
  rule: string,
  before: RuleSetting | undefined,
  after: RuleSetting | undefined,
): Difference[] {
  const found: Difference[] = []
  const [old, now] = [severityOf(rule, before), severityOf(rule, after)]
  if (rank[old] !== rank[now]) {
    found.push({
      path: ['severity'],
      relaxes: rank[now] < rank[old],
      message: `rule '${rule}' goes from '${old}' to '${now}'`,
    })
  }
  found.push(...listDifferences(rule, 'allow', before?.allow ?? [], after?.allow ?? [], 'more'))
  const [oldOptions, newOptions] = [optionsOf(rule, before), optionsOf(rule, after)]
  for (const key of Object.keys(oldOptions)) {
    found.push(...listDifferences(rule, key, listOf(oldOptions[key]), listOf(newOptions[key]), 'fewer'))
  }
  return found
}

function listDifferences(
  rule: string,
  key: string,
  before: readonly string[],
  after: readonly string[],
  relaxing: 'more' | 'fewer',
): Difference[] {
  const added = after.filter((entry) => !before.includes(entry))
  const removed = before.filter((entry) => !after.includes(entry))
  return [
    ...added.map((entry) => ({
      path: [key, String(after.indexOf(entry))],
      relaxes: relaxing === 'more',
      message: `rule '${rule}' has '${entry}' added to '${key}'`,
    })),
    ...removed.map((entry) => ({
      path: [key],
      relaxes: relaxing === 'fewer',
      message: `rule '${rule}' has '${entry}' removed from '${key}'`,
    })),
  ]
}

function severityOf(rule: string, setting: RuleSetting | undefined): Severity | 'off' {
  return setting?.severity ?? ruleCalled(rule)?.severity ?? parserRules.get(rule)?.severity ?? 'warning'
}

function optionsOf(rule: string, setting: RuleSetting | undefined): JsonObject {
  return { ...ruleCalled(rule)?.defaults, ...setting?.options }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

function ruleCalled(id: string): { readonly severity: Severity; readonly defaults?: JsonObject } | undefined {
  return [...rules, ...columnRules].find((rule) => rule.id === id)
}
