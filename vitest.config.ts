import { defineConfig } from 'vitest/config'

const gate = process.env.CI === 'true'

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    globalSetup: ['__tests__/workspace/global-setup.ts'],
    testTimeout: 30_000,
    maxWorkers: 2,
    reporters: gate
      ? ['default', ['json', { outputFile: 'coverage/tests.json' }]]
      : ['default', './__tests__/tools/not-run.ts'],
  },
})
