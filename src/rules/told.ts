import picomatch from 'picomatch'
import type { JsonObject } from '../dbt/manifest.ts'
import type { Finding, Severity } from '../finding.ts'
import type { Rule, RuleSetting, RuleSettings, Violation } from './rule.ts'

/** Whose rules are run: a region, or what stands for one in a test. */
export interface Ruled {
  readonly name: string
  readonly gdpr: boolean
  readonly rules: RuleSettings
}

const unset: RuleSetting = { allow: [], options: {} }

/** What a region's configuration says of a rule. */
export function settingOf(rule: string, region: Ruled): RuleSetting {
  return region.rules.get(rule) ?? unset
}

/** What a rule yields, as findings at a region's severity and without what it allows; the rule is not asked where it is off. */
export function* told(
  rule: Pick<Rule, 'id' | 'severity' | 'gdpr' | 'defaults'>,
  region: Ruled,
  check: (options: JsonObject) => Iterable<Violation>,
): Generator<Finding> {
  const setting = settingOf(rule.id, region)
  const severity = setting.severity ?? rule.severity
  if (severity === 'off' || (rule.gdpr && !region.gdpr)) return
  const allowed = allowance(setting)
  for (const violation of check({ ...rule.defaults, ...setting.options })) {
    if (!allowed(violation.location.file, violation)) yield finding(rule.id, severity, violation)
  }
}

function finding(rule: string, severity: Severity, { unique_id, location, message }: Violation): Finding {
  return { rule, severity, ...(unique_id !== undefined && { unique_id }), ...location, message }
}

/** Whether an allow-list names a file, a resource or a column. */
export function allowance({
  allow,
}: RuleSetting): (file: string, about: Pick<Violation, 'unique_id' | 'columnName'>) => boolean {
  if (allow.length === 0) return () => false
  const matches = picomatch([...allow], { dot: true })
  return (file, { unique_id, columnName }) =>
    matches(file) ||
    (unique_id !== undefined &&
      (matches(unique_id) || (columnName !== undefined && matches(`${unique_id}.${columnName}`))))
}
