// The thread that reads the YAML of a large file, and hands its tree over part by part, each when it is asked for.
import { parentPort, workerData } from 'node:worker_threads'
import { loadYaml, type Source } from '../language/source.ts'
import { partsOf } from './yaml-parts.ts'

const parts = partsOf(loadYaml(workerData as Source))

const send = () => {
  const { value: part, done } = parts.next()
  if (done !== true) parentPort?.postMessage(part)
}

parentPort?.on('message', send)
send()
