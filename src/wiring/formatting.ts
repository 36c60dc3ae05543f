import { parentPort, workerData } from 'node:worker_threads'
import { formatRules } from './format-rules.ts'

// What runs in the thread: one text, one answer.
if (typeof workerData === 'string')
  parentPort?.postMessage(await formatRules({ file: 'text', text: workerData }))
