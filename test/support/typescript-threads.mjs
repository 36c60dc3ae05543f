// Node before 22.18 runs no TypeScript. vitest does so in its own thread; those that the product starts need this.
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const runsTypeScript = Boolean(process.features.typescript)

if (!isMainThread && !runsTypeScript) register('./typescript-hooks.mjs', import.meta.url)
