import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { waitForLanguage } from '../homeassistant/core-location.ts'
import type { Access } from '../homeassistant/session.ts'
import { type Language, languages, type Options } from '../options/schema.ts'

interface HouseLanguageOptions {
  readonly options: Pick<Options, 'language'>
  /** Null where there is no way to Home Assistant. */
  readonly access: Access | null
  /** Under `language`: what Home Assistant said the last time. */
  readonly kept: Collection<string>
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly log: Log
}

const key = 'language'

/**
 * The language in which the product speaks: as the options say, else as Home Assistant says, else English. It starts with
 * what Home Assistant said the last time and asks it again until it answers: it may start after us.
 */
export class HouseLanguage {
  readonly #options: HouseLanguageOptions
  readonly #stopping = new AbortController()
  #current: Language = 'en'
  #watch: Promise<void> = Promise.resolve()

  constructor(options: HouseLanguageOptions) {
    this.#options = options
  }

  get current(): Language {
    return this.#current
  }

  async start(): Promise<void> {
    const { options, access, kept, clock, random, log } = this.#options
    this.#current = options.language ?? 'en'
    if (options.language !== null || access === null) return
    this.#current = languageIn(await kept.get(key))
    const { signal } = this.#stopping
    this.#watch = waitForLanguage({ access, clock, random, signal })
      .then((found) => this.#take(found))
      .catch((error) => {
        if (!signal.aborted)
          log.error('the language of Home Assistant could not be kept; it is asked again at the next start', {
            error: messageOf(error),
          })
      })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#watch
  }

  async #take(found: string | null): Promise<void> {
    this.#current = languageIn(found ?? undefined)
    await this.#options.kept.set(key, this.#current)
  }
}

/** What is heard where there is nothing to play, in every language; in English without an ending. */
export async function readClips(shipped: string): Promise<Record<Language, Buffer>> {
  const read = (ending: string) => readFile(join(shipped, 'audio', 'clips', `nothing-here-yet${ending}.mp3`))
  const [en, de, fr, es] = await Promise.all([read(''), read('-de'), read('-fr'), read('-es')])
  return { en, de, fr, es }
}

/** Of `de-AT` it is `de`; English where we do not speak it. */
function languageIn(tag: string | undefined): Language {
  const [main = ''] = (tag ?? '').toLowerCase().split(/[-_]/)
  return languages.find((language) => language === main) ?? 'en'
}
