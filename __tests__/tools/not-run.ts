import type { Reporter, TestModule } from 'vitest/node'
import { notRun } from './optional.ts'

/** At the end of a run, says by name which suites were left out and what they need. */
export default class NotRunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const suites = modules.flatMap((module) => [...module.children.allSuites()].map((suite) => suite.name))
    const left = suites.filter((name) => notRun.test(name)).sort()
    if (left.length === 0) return
    console.log(`not run (${left.length}); DBT_REGIONS_TEST_ALL=1 runs them:`)
    for (const name of left) console.log(`  ${name}`)
  }
}
