import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { load } from 'js-yaml'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import schema from '../../schemas/gdpr.schema.json' with { type: 'json' }

const strict = { allErrors: true, strict: true, strictTypes: true, strictRequired: false } as const
const ajv = new Ajv2020(strict).addSchema(schema, 'gdpr')

/** What a contract, or a column's part of it, is rejected for; empty when it is valid. */
function problems(contract: unknown, part: 'gdpr' | 'gdpr#/$defs/column' = 'gdpr'): string[] {
  if (ajv.validate(part, contract)) return []
  const errors = ajv.errors?.filter(({ keyword }) => keyword !== 'if') ?? []
  return errors.map(({ instancePath, message }) => `${instancePath} ${message}`.trim()).sort()
}

interface Contract {
  readonly retention?: { readonly column?: string }
  readonly erasure?: { readonly key?: string }
}
interface Described {
  readonly name: string
  readonly config?: { readonly meta?: { readonly gdpr?: Contract } }
}
interface Dataset extends Described {
  readonly columns: readonly Described[]
}
interface Properties {
  readonly models?: readonly Dataset[]
  readonly sources?: readonly { readonly tables: readonly Dataset[] }[]
}

const folder = new URL('../../dbt_projects/eu_analytics_dbt/models/', import.meta.url)
const datasets = globSync('**/*.yml', { cwd: folder, absolute: true }).flatMap((file) => {
  // The project's own YAML, held to dbt by the tests beside this one.
  const { models = [], sources = [] } = load(readFileSync(file, 'utf8')) as Properties
  return [...models, ...sources.flatMap(({ tables }) => tables)]
})

describe('the EU project', () => {
  it('is found', () => {
    const names = ['customer_cohorts', 'customer_metrics', 'raw_customer_data_eu', 'raw_sales_orders_eu']
    expect(datasets.map(({ name }) => name).sort()).toEqual(names)
  })

  it.each(datasets)('$name has a valid contract about columns that it has', ({ config, columns }) => {
    const contract = config?.meta?.gdpr
    expect(problems(contract)).toEqual([])
    const names = columns.map(({ name }) => name)
    expect(names).toContain(contract?.erasure?.key)
    expect([undefined, ...names]).toContain(contract?.retention?.column)
  })

  it.each(datasets)('$name has valid classes', ({ columns }) => {
    const classes = columns.map((column) => column.config?.meta?.gdpr).filter((it) => it !== undefined)
    expect(classes.length).toBeGreaterThan(3)
    for (const it of classes) expect(problems(it, 'gdpr#/$defs/column')).toEqual([])
  })
})

const contract = {
  personal_data: true,
  subjects: ['customers'],
  lawful_basis: 'contract',
  purposes: ['customer_analytics'],
  special_category: 'none',
  retention: { period: 'P36M', column: 'updated_at' },
  erasure: { strategy: 'delete_by_key', key: 'customer_id' },
}

describe('a contract', () => {
  const valid: [string, unknown][] = [
    ['the least that personal data needs', contract],
    ['data that is not personal', { personal_data: false }],
    ['a reviewed decision', { personal_data: false, declassified: { by: 'DPO', reason: 'groups of 50 and more' } }],
    [
      'a special category with its condition',
      { ...contract, special_category: 'health', art9_condition: 'health_care' },
    ],
    ['a transfer', { ...contract, transfers: [{ country: 'CH', safeguard: 'adequacy_decision' }] }],
    ['rows that must be kept', { ...contract, erasure: { strategy: 'exempt', reason: 'tax law' } }],
    ...['P10Y', 'P1Y6M', 'P6W', 'P30D'].map((period): [string, unknown] => [
      `the period ${period}`,
      { ...contract, retention: { period } },
    ]),
  ]
  it.each(valid)('may be %s', (_, example) => {
    expect(problems(example)).toEqual([])
  })

  it.each([
    ['empty', {}, ["must have required property 'personal_data'"]],
    [
      'bare',
      { personal_data: true },
      ['erasure', 'lawful_basis', 'purposes', 'retention', 'special_category', 'subjects'].map(
        (it) => `must have required property '${it}'`,
      ),
    ],
    ['text for a boolean', { personal_data: 'yes' }, ['/personal_data must be boolean']],
    ['a misspelt key', { ...contract, purpose: ['x'] }, ['must NOT have additional properties']],
    [
      'an unknown basis',
      { ...contract, lawful_basis: 'interest' },
      ['/lawful_basis must be equal to one of the allowed values'],
    ],
    ['no subject', { ...contract, subjects: [] }, ['/subjects must NOT have fewer than 1 items']],
    [
      'a special category alone',
      { ...contract, special_category: 'health' },
      ["must have required property 'art9_condition'"],
    ],
    [
      'a deletion without a key',
      { ...contract, erasure: { strategy: 'delete_by_key' } },
      ["/erasure must have required property 'key'"],
    ],
    [
      'an exemption without a reason',
      { ...contract, erasure: { strategy: 'exempt' } },
      ["/erasure must have required property 'reason'"],
    ],
    [
      'a decision by nobody',
      { personal_data: false, declassified: { reason: 'x' } },
      ["/declassified must have required property 'by'"],
    ],
  ])('may not be: %s', (_, broken, expected) => {
    expect(problems(broken)).toEqual(expected)
  })

  it.each(['36 months', 'P', 'P1M1W', 'PT5H', 'p1y', ''])('may not keep data for %j', (period) => {
    expect(problems({ ...contract, retention: { period } })).toMatchObject([
      expect.stringContaining('/retention/period'),
    ])
  })
})

describe('a column', () => {
  it.each([
    [{ class: 'secret' }, '/class must be equal to one of the allowed values'],
    [{}, "must have required property 'class'"],
    [{ class: 'none', because: 'x' }, 'must NOT have additional properties'],
  ])('may not say %j', (broken, expected) => {
    expect(problems(broken, 'gdpr#/$defs/column')).toEqual([expected])
  })
})
