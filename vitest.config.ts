import { defineConfig } from 'vitest/config'
import { SecondTries } from './test/support/second-tries.ts'

// Tests of the whole product hear real clocks, and a machine that others use too may stall for longer than they
// wait. What a property has found once is true, however the next try turns out.
const again = { count: 1, condition: /^(?!Property failed)/ }

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    execArgv: ['--import', './test/support/typescript-threads.mjs'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    retry: process.env.CI === undefined ? 0 : again,
    reporters: ['default', 'json', new SecondTries()],
    outputFile: { json: 'node_modules/.cache/test-results.json' },
  },
})
