import type { Place } from '../../src/report/place.ts'
import type {
  AffectedExposure,
  LineageNode,
  NodeChange,
  RegionReport,
  Report,
  ReportedFinding,
} from '../../src/report/report.ts'

export const base = '3f1d0c9a7b5e42d68c1a90f7e6b4d2c18a5f3e70'
export const head = '9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a392817060'

export const place: Place = {
  repository: 'https://github.com/acme/analytics',
  head,
  run: { id: 7001, attempt: 1, at: 1_790_000_000 },
  id: 'default',
  regions: ['eu', 'us'],
}

/** A pull request on the two regional projects: the segments' boundaries move and customer_metrics gets a column. */
export function sample(): Report {
  return {
    version: 1,
    base,
    head,
    conclusion: 'failure',
    regions: [regionOf('eu'), regionOf('us')],
    configuration: [],
  }
}

export function regionOf(region: string, overrides: Partial<RegionReport> = {}): RegionReport {
  const project = `dbt_projects/${region}_analytics_dbt`
  return {
    name: region,
    project,
    environment: `${region}-production`,
    target: 'prod',
    changes: [cohorts(region), metrics(region)],
    findings: region === 'eu' ? [...euFindings(project), ref(project)] : [ref(project)],
    plan: [
      { unique_id: id(region, 'customer_metrics'), action: 'run', because: 'its SQL is not what is deployed' },
      { unique_id: id(region, 'customer_cohorts'), action: 'run', because: 'its SQL is not what is deployed' },
      {
        unique_id: id(region, 'unique_customer_cohorts_customer_id.9bd135655a', 'test'),
        action: 'run',
        because: 'it tests customer_cohorts',
      },
      ...(region === 'eu'
        ? [
            {
              unique_id: id(region, 'customer_churn'),
              action: 'drop-review',
              because: 'it is not in the project any more',
            } as const,
          ]
        : []),
    ],
    lineage: lineageOf(region),
    coverage: { models: 2, analysed: 2, columns: 14, resolved: 14, unresolved: [] },
    leftPending: null,
    twins: [],
    ...overrides,
  }
}

export function id(region: string, name: string, type = 'model'): string {
  return `${type}.${region}_analytics.${name}`
}

export function change(name: string, overrides: Partial<NodeChange> = {}): NodeChange {
  return {
    unique_id: id('us', name),
    name,
    resource_type: 'model',
    state: 'modified',
    change: 'rows',
    all: ['rows'],
    columns: [],
    reason: 'its filter changed',
    affects: [],
    exposures: [],
    file: `dbt_projects/us_analytics_dbt/models/gold/${name}.sql`,
    line: 1,
    ...overrides,
  }
}

export function finding(overrides: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    rule: 'unresolved-ref',
    severity: 'error',
    new: true,
    file: 'dbt_projects/us_analytics_dbt/models/gold/customer_cohorts.sql',
    line: 4,
    column: 8,
    message: "'customer_cohorts' refs 'custmer_metrics', which does not exist; did you mean 'customer_metrics'?",
    ...overrides,
  }
}

function cohorts(region: string): NodeChange {
  const owner = `${region.toUpperCase()} Marketing, marketing-${region}@acme.example`
  const exposures: AffectedExposure[] = [
    {
      unique_id: id(region, 'cohort_dashboard', 'exposure'),
      name: 'cohort_dashboard',
      label: `Customer cohorts (${region.toUpperCase()})`,
      type: 'dashboard',
      owner,
      url: `https://bi.acme.example/${region}/cohorts`,
    },
  ]
  return change('customer_cohorts', {
    unique_id: id(region, 'customer_cohorts'),
    change: 'column',
    all: ['column'],
    columns: ['segment'],
    reason: 'the boundary of High Value moved from 10000 to 12000',
    affects: exposures.map((it) => it.unique_id),
    exposures,
    file: `dbt_projects/${region}_analytics_dbt/models/gold/customer_cohorts.sql`,
  })
}

function metrics(region: string): NodeChange {
  return change('customer_metrics', {
    unique_id: id(region, 'customer_metrics'),
    change: 'additive',
    all: ['additive'],
    columns: ['last_order_channel'],
    reason: 'a column was added at the end',
    affects: [id(region, 'customer_cohorts'), id(region, 'cohort_dashboard', 'exposure')],
    exposures: cohorts(region).exposures,
    file: `dbt_projects/${region}_analytics_dbt/models/silver/customer_metrics.sql`,
  })
}

function ref(project: string): ReportedFinding {
  return finding({ file: `${project}/models/gold/customer_cohorts.sql` })
}

function euFindings(project: string): ReportedFinding[] {
  return [
    finding({
      rule: 'gdpr-unclassified-column',
      file: `${project}/models/silver/silver.yml`,
      line: 31,
      column: 9,
      message: "column 'last_order_channel' of 'customer_metrics' has no class; give it meta.gdpr.class",
      severity: 'warning',
    }),
    finding({
      rule: 'gdpr-contract',
      file: `${project}/models/bronze/sources.yml`,
      line: 12,
      column: 7,
      message: "source 'bronze.raw_sales_orders_eu' declares no retention in meta.gdpr",
      new: false,
    }),
  ]
}

function lineageOf(region: string): RegionReport['lineage'] {
  const node = (
    type: LineageNode['resource_type'],
    name: string,
    layer: LineageNode['layer'],
    state: LineageNode['state'],
  ) => ({
    unique_id: id(region, name, type),
    name,
    resource_type: type,
    layer,
    state,
  })
  const nodes = [
    node('source', `bronze.raw_customer_data_${region}`, 'bronze', 'context'),
    node('source', `bronze.raw_sales_orders_${region}`, 'bronze', 'context'),
    node('model', 'customer_metrics', 'silver', 'modified'),
    node('model', 'customer_cohorts', 'gold', 'modified'),
    {
      ...node('exposure', 'cohort_dashboard', 'exposure', 'affected'),
      name: `Customer cohorts (${region.toUpperCase()})`,
    },
  ]
  const [customers, orders, metrics, cohorts, dashboard] = nodes.map((it) => it.unique_id)
  const edges = [
    [customers, metrics],
    [orders, metrics],
    [metrics, cohorts],
    [cohorts, dashboard],
  ].map(([from = '', to = '']) => [from, to] as const)
  return { nodes, edges }
}
