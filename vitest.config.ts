import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SecondTries } from './test/support/second-tries.ts'

// Tests of the whole product hear real clocks, and a machine that others use too may stall for longer than they
// wait. What a property has found once is true, however the next try turns out.
const again = { count: 1, condition: /^(?!Property failed)/ }

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest would leave one processor to others; where there are two that is half of all.
    maxWorkers: availableParallelism(),
    execArgv: ['--import', './test/support/typescript-threads.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: process.env.CI === undefined ? 0 : again,
    reporters: ['default', 'json', new SecondTries()],
    outputFile: { json: 'node_modules/.cache/test-results.json' },
  },
})
