import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError } from '../core/error.ts'
import type { Formatted } from '../language/format.ts'
import { formatRules } from './format-rules.ts'

// What is shorter takes a few milliseconds, less than a thread needs to begin.
const shortText = 1024
const mostMs = 10_000
const mostWaiting = 4

const script = new URL(`formatting${extname(import.meta.url)}`, import.meta.url)

/** Formats texts without holding up who listens: what takes long is done in a thread, one text after the other. */
export class FormatThread {
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** @throws AppError `busy` while many wait, `too_large` where it takes longer than ten seconds. */
  async format(text: string): Promise<Formatted> {
    if (text.length <= shortText) return formatRules({ file: 'text', text })
    if (this.#waiting >= mostWaiting)
      throw new AppError('busy', 'other texts are being formatted: try again in a moment')
    this.#waiting += 1
    const formatted = this.#turn
      .then(() => inThread(text))
      .finally(() => {
        this.#waiting -= 1
      })
    this.#turn = formatted.catch(() => undefined)
    return formatted
  }
}

async function inThread(text: string): Promise<Formatted> {
  const worker = new Worker(script, {
    workerData: text,
    name: 'format',
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  worker.unref()
  const late = AbortSignal.timeout(mostMs)
  try {
    return await new Promise<Formatted>((resolve, reject) => {
      worker.once('message', (formatted: Formatted) => resolve(formatted))
      worker.once('error', reject)
      worker.once('exit', () => reject(new AppError('too_large', 'the text could not be formatted')))
      late.addEventListener('abort', () =>
        reject(new AppError('too_large', `the text takes longer than ${mostMs / 1000} s to format`)),
      )
    })
  } finally {
    await worker.terminate()
  }
}
