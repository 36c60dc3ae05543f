import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SecondTries } from './test/support/second-tries.ts'

// Tests of the whole product hear real clocks, and a machine that others use too may stall for longer than they
// wait. What a property has found once is true, however the next try turns out.
const again = { count: 1, condition: /^(?!Property failed)/ }

/**
 * Two kinds of tests: `quick` ones, which every change passes, and those in `*.slow.test.ts`: properties with many runs,
 * hostile input, kills, each doubt about players, every look of the panel.
 */
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: ['**/*.slow.test.ts'] } },
      { extends: true, test: { name: 'slow', include: ['test/**/*.slow.test.ts'] } },
    ],
    // Each file that loads the product for itself would take a third of the time; what a file changes, it puts back.
    isolate: false,
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
