import type { Deployment } from '../../src/report/deployment.ts'
import type { NodeResult } from '../../src/run/build.ts'
import type { PlannedNode } from '../../src/run/plan.ts'

/** A deploy that built `built` and left `pending`, unless `overrides` say otherwise. */
export function deployment({
  built = [],
  pending = [],
  ...overrides
}: Partial<Deployment> & { readonly built?: readonly string[] } = {}): Deployment {
  return {
    region: 'eu',
    environment: 'eu-production',
    target: 'prod',
    commit: '9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a392817060',
    conclusion: pending.length > 0 ? 'failure' : 'success',
    refused: null,
    planned: [...built, ...pending].map((id) => planned(id)),
    results: [...built.map((id) => result(id)), ...pending.map((id) => result(id, 'skipped', 'not reached'))],
    pendingBefore: [],
    pending,
    leftBehind: [],
    notes: [],
    elapsed: 12.34,
    ...overrides,
  }
}

export function planned(unique_id: string, because = 'it changed since 3f1d0c9'): PlannedNode {
  return { unique_id, fingerprint: 'f', parents: {}, relation: null, guards: [], action: 'run', because }
}

export function result(
  unique_id: string,
  status: NodeResult['status'] = 'success',
  message: string | null = null,
): NodeResult {
  return { unique_id, status, message, execution_time: status === 'skipped' ? 0 : 3.21 }
}

export const node = (name: string, type = 'model') => `${type}.eu_analytics.${name}`
export const metrics = node('customer_metrics')
export const cohorts = node('customer_cohorts')
const clean = node('customers_clean')
export const unique = node('unique_customer_metrics_customer_id.9bd135655a', 'test')
const missing =
  'The table or view `eu_prod`.`bronze`.`raw_sales_orders_eu` cannot be found (TABLE_OR_VIEW_NOT_FOUND): check its name, that what fills it has run, and that the service principal may see it'

/** One of four fails, and what reads it is skipped. */
export const failing: Deployment = deployment({
  conclusion: 'failure',
  planned: [
    planned(clean),
    planned(metrics, 'it failed in the run of 3f1d0c9'),
    planned(cohorts, 'it was skipped in the run of 3f1d0c9'),
    planned(unique, 'it tests customer_metrics'),
  ],
  results: [
    result(clean),
    result(metrics, 'error', missing),
    result(cohorts, 'skipped', 'its parent customer_metrics failed'),
    result(unique, 'skipped', 'not reached'),
  ],
  pendingBefore: [metrics, cohorts],
  pending: [metrics, cohorts, unique],
  leftBehind: [
    {
      unique_id: node('customer_churn'),
      action: 'drop-review',
      because:
        'customer_churn is no longer in the project; eu_prod.analytics.customer_churn stays until someone drops it',
    },
  ],
  notes: [
    "The region's ledger names 1a2b3c4, which is no longer in the repository, so it is not known to be older than 9c8b7a6.",
  ],
})
