import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Report } from '../language/report.ts'
import { type Loaded, loadYaml, type Source } from '../language/source.ts'
import { assembled, type TreePart } from './yaml-parts.ts'

// Below this, reading takes a few milliseconds, and a thread would only make it longer.
const smallBytes = 16 * 1024
const longestMs = 10_000

const usualScript = new URL(`yaml-reading${extname(import.meta.url)}`, import.meta.url)

interface ThreadOptions {
  readonly clock: Clock
  readonly log: Log
  /** What runs in the thread, in place of its own. */
  readonly script?: URL
}

/** Reads the YAML of large files in a thread of its own, one after the other, so that nothing that plays waits for it. */
export class YamlThread {
  readonly #options: ThreadOptions
  #turn: Promise<unknown> = Promise.resolve()
  readonly #workers = new Set<Worker>()
  #isOver = false

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  /** Never rejects: what is wrong is a diagnostic, also that it takes too long. */
  load(source: Source): Loaded | Promise<Loaded> {
    if (source.text.length <= smallBytes) return loadYaml(source)
    const loading = this.#turn.then(() => this.#load(source))
    this.#turn = loading
    return loading
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all([...this.#workers].map((worker) => worker.terminate()))
    await this.#turn
  }

  async #load(source: Source): Promise<Loaded> {
    if (this.#isOver) return refused(source, 'it was not read, because the product was ending')
    const { log } = this.#options
    let worker: Worker
    try {
      worker = this.#start(source)
    } catch (error) {
      log.warn('there is no thread to read a large rule file in; what plays may wait for it', {
        file: source.file,
        error: messageOf(error),
      })
      return loadYaml(source)
    }
    this.#workers.add(worker)
    try {
      const answer = await this.#answerOf(worker, source)
      if (answer === 'late')
        return refused(source, `reading it took more than ${longestMs / 1000} s; split it into several files`)
      if (!('error' in answer)) return answer
      log.warn('the thread that reads a large rule file has ended', {
        file: source.file,
        error: answer.error,
      })
      return refused(source, 'reading it took more than there is memory for; split it into several files')
    } finally {
      this.#workers.delete(worker)
      await worker.terminate()
    }
  }

  #start(source: Source): Worker {
    const worker = new Worker(this.#options.script ?? usualScript, {
      workerData: source,
      name: 'rule-files',
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    worker.unref()
    return worker
  }

  #answerOf(worker: Worker, source: Source): Promise<Loaded | 'late' | { readonly error: string }> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      const parts: TreePart[] = []
      const late = clock.at(new Date(clock.now().getTime() + longestMs), () => finish('late'))
      const finish = (answer: Loaded | 'late' | { readonly error: string }) => {
        late()
        resolve(answer)
      }
      worker.on('message', (part: TreePart) => {
        parts.push(part)
        if (part.kind === 'end') finish(assembled(source, parts))
        // Others have their turn before the next part is taken.
        else setImmediate(() => worker.postMessage('next'))
      })
      worker.on('error', (error) => finish({ error: messageOf(error) }))
      worker.on('exit', () => finish({ error: 'it ended' }))
    })
  }
}

function refused(source: Source, message: string): Loaded {
  const report = new Report(source)
  report.add({ start: 0, end: 1 }, 'error', 'yaml/too-big', message)
  return { source, root: null, diagnostics: report.diagnostics }
}
