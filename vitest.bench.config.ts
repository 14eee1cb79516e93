import { defineConfig } from 'vitest/config'

/** Measurements on the stand-in workspaces, which are no tests. */
export default defineConfig({
  test: { include: ['__tests__/bench/deploy.ts'], globalSetup: ['__tests__/workspace/global-setup.ts'] },
})
