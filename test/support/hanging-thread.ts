import { rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import type { ThreadOptions } from '../../src/wiring/rule-thread.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A line by which the thread knows a text that it may hang at. */
export const slow = '# slow'

/** A clock on which nobody waits for files to stand still. */
class HastyClock extends VirtualClock {
  override sleep(): Promise<void> {
    return Promise.resolve()
  }
}

/**
 * The thread for large rule files as it is, but that it never ends with a slow one while it `hangs`. Of the time that
 * passes meanwhile it has `share`. `folder`: for what it is made of.
 */
export class HangingThread {
  readonly clock = new HastyClock('2026-11-21T12:03:00Z')
  share = 1
  readonly #folder: string
  readonly #mark: string
  #heard: (() => void) | null = null
  /** How often it was at a slow file while it hangs. */
  tries = 0
  readonly #hear = (worker: Worker) => {
    worker.on('message', ({ hangs }) => {
      if (hangs !== true) return
      this.tries += 1
      this.#heard?.()
    })
  }

  constructor(folder: string, mark = slow) {
    this.#folder = folder
    this.#mark = mark
    process.on('worker', this.#hear)
  }

  async options(): Promise<Required<Pick<ThreadOptions, 'script' | 'workedMs'>>> {
    const path = join(this.#folder, 'hanging.mjs')
    const own = new URL('../../src/wiring/rule-thread-script.ts', import.meta.url)
    await writeFile(path, scriptOver(own.href, this.#flag, this.#mark))
    return {
      script: pathToFileURL(path),
      workedMs: () => this.clock.now().getTime() * this.share,
    }
  }

  set hangs(hangs: boolean) {
    if (hangs) writeFileSync(this.#flag, '')
    else rmSync(this.#flag, { force: true })
  }

  /** Does what has the thread read, and lets the time of each of so many tries run out. */
  async outOfTime<Result>(act: () => Promise<Result>, tries = 1): Promise<Result> {
    let hung = this.#hung()
    const result = act()
    for (let left = tries; left > 0; left--) {
      await hung
      hung = left > 1 ? this.#hung() : hung
      await this.clock.advance(10_000)
    }
    return result
  }

  stop(): void {
    process.off('worker', this.#hear)
  }

  #hung(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = resolve
    })
  }

  get #flag(): string {
    return join(this.#folder, 'hangs')
  }
}

function scriptOver(own: string, flag: string, mark: string): string {
  return `
import { existsSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import ${JSON.stringify(own)}
parentPort.on('message', ({ source, sources = [source] }) => {
  for (const one of sources) {
    if (one?.refused !== undefined || !one?.text.includes(${JSON.stringify(mark)}) || !existsSync(${JSON.stringify(flag)})) continue
    parentPort.postMessage({ kind: 'at', file: one.file, hangs: true })
    for (;;);
  }
})
`
}
