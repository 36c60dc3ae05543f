import { parentPort, workerData } from 'node:worker_threads'
import { formatYaml } from '../language/format.ts'

// What runs in the thread: one text, one answer.
if (typeof workerData === 'string') parentPort?.postMessage(formatYaml({ file: 'text', text: workerData }))
