import { basename, relative, sep } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { type Clock, every } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { deepestFolder, foldersWithoutRules } from './rule-folder.ts'

interface WatchInput {
  /** The config folder. */
  readonly folder: string
  /** Takes what was changed. Never called while it is at it. */
  readonly look: () => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

// An editor that saves tells of it several times.
const togetherMs = 50
// Folders of other machines say nothing of what happens in them.
const lookAgainMs = 60_000

/** Has rule files looked at when one was written, renamed or deleted, and every minute; until it is stopped. */
export class RuleWatch {
  readonly #input: WatchInput
  #watcher: FSWatcher | null = null
  #cancelMinute: () => void = () => undefined
  #cancelSoon: (() => void) | null = null
  #looking: Promise<void> | null = null
  #isAskedAgain = false

  constructor(input: WatchInput) {
    this.#input = input
  }

  start(): void {
    const { folder, clock, log } = this.#input
    this.#cancelMinute = every(clock, lookAgainMs, () => this.#look())
    this.#watcher = watch(folder, {
      ignoreInitial: true,
      depth: deepestFolder,
      ignorePermissionErrors: true,
      ignored: (path, facts) => {
        const inner = relative(folder, path).split(sep)
        const isFile = facts?.isFile() === true
        return (
          path !== folder &&
          (inner[0] === 'plugins' ? isNoPlugin(inner, isFile) : isNoRule(basename(path), isFile))
        )
      },
    })
    this.#watcher.on('all', () => this.#soon())
    this.#watcher.on('error', (error) =>
      log.warn('rule files are looked at every minute alone: they could not be watched', {
        error: messageOf(error),
      }),
    )
  }

  async stop(): Promise<void> {
    this.#cancelMinute()
    this.#cancelSoon?.()
    this.#isAskedAgain = false
    await this.#watcher?.close()
    await this.#looking
  }

  #soon(): void {
    const { clock } = this.#input
    this.#cancelSoon?.()
    this.#cancelSoon = clock.at(new Date(clock.now().getTime() + togetherMs), () => this.#look())
  }

  #look(): void {
    if (this.#looking !== null) {
      this.#isAskedAgain = true
      return
    }
    this.#looking = this.#input
      .look()
      .catch((error) =>
        this.#input.log.error('rule files could not be read again; the earlier ones run', {
          error: messageOf(error),
        }),
      )
      .then(() => {
        this.#looking = null
        if (!this.#isAskedAgain) return
        this.#isAskedAgain = false
        this.#look()
      })
  }
}

/** Plug-ins and what they are told lie directly in their folder. */
function isNoPlugin([, name, deeper]: readonly string[], isFile: boolean): boolean {
  if (name === undefined) return false
  return deeper !== undefined || name.startsWith('.') || (isFile && !/\.(m?js|yaml)$/.test(name))
}

function isNoRule(name: string, isFile: boolean): boolean {
  if (name.startsWith('.') || foldersWithoutRules.has(name)) return true
  return isFile && !/\.(ya?ml|ics)$/.test(name)
}
