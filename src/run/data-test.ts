import type { DataTest, Json } from '../dbt/manifest.ts'
import { type Compiler, exactly } from './compiler.ts'
import type { Warehouse } from './warehouse.ts'

export interface TestOutcome {
  readonly status: 'success' | 'warn' | 'fail'
  readonly message: string | null
}

/**
 * Runs a data test and counts its failures; the failing rows stay in the warehouse.
 * https://docs.getdbt.com/reference/resource-configs/severity
 */
export async function runDataTest(warehouse: Warehouse, compiler: Compiler, test: DataTest): Promise<TestOutcome> {
  const code = exactly(compiler.code(test.unique_id, { incremental: false }))
  const { config } = test
  const failCalc = text(config.fail_calc, 'count(*)')
  const [warnIf, errorIf] = [text(config.warn_if, '!= 0'), text(config.error_if, '!= 0')]
  const limit = config.limit === null || config.limit === undefined ? '' : ` limit ${config.limit}`
  const [counted] = await warehouse.query(
    `select ${failCalc} as failures, ${failCalc} ${warnIf} as should_warn, ${failCalc} ${errorIf} as should_error
     from (${code}\n${limit}) as dbt_internal_test`,
  )
  const said = (condition: string) => `Got ${counted?.failures} result(s), configured to fail if ${condition}`
  const isError = text(config.severity, 'error').toLowerCase() === 'error'
  if (isError && counted?.should_error === true) return { status: 'fail', message: said(errorIf) }
  if (counted?.should_warn === true) return { status: 'warn', message: said(warnIf).replace('to fail', 'to warn') }
  return { status: 'success', message: null }
}

function text(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}
