import { expect, test } from 'vitest'
import { Mutator } from './mutate.ts'
import { PIECES, TARGETS } from './targets.ts'

const COUNTS: Readonly<Record<string, number>> = { jinja: 500, yaml: 800, configuration: 300, project: 12 }

test.each(TARGETS.map((target) => [target.name, target] as const))(
  '%s: whatever is written ends, in a result or in what is said of it',
  async (name, target) => {
    const mutator = new Mutator(1)
    for (let round = 0; round < (COUNTS[name] ?? 0); round++) {
      const input = mutator.input(target.seed(mutator), PIECES)
      await expect(Promise.resolve(input).then(target.run), JSON.stringify(input)).resolves.toBeUndefined()
    }
  },
)
