import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SecondTries } from './test/support/second-tries.ts'

const processors = availableParallelism()
// On a machine that others use too; each is named at the end, and is a defect of the test or of the product. What a
// property has found once is true, however the next try turns out.
const again = { count: 1, condition: /^(?!Property failed)/ }

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    tags: [
      {
        name: 'slow',
        description:
          'Not for each change: properties with many runs, hostile input, kills, each doubt about players, every look of the panel.',
      },
    ],
    // Each file that loads the product for itself would take a third of the time; what a file changes, it puts back.
    isolate: false,
    // They wait for programs and sockets half of the time.
    maxWorkers: Math.max(processors, Math.min(2 * processors, 8)),
    execArgv: ['--import', './test/support/typescript-threads.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: process.env.CI === undefined ? 0 : again,
    reporters: ['default', 'json', new SecondTries()],
    outputFile: { json: 'node_modules/.cache/test-results.json' },
  },
})
