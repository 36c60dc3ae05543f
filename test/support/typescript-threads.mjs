// Node before 22.18 runs no TypeScript. vitest does so in its own thread; those that the product starts need this.
import { register } from 'node:module'

if (process.features.typescript === undefined || process.features.typescript === false)
  register('./typescript-hooks.mjs', import.meta.url)
