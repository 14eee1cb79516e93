import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    reporters: ['default', './__tests__/tools/not-run.ts'],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
})
