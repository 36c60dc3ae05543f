import { rm } from 'node:fs/promises'
import type { Clock } from '../core/clock.ts'
import { errnoOf, messageOf } from '../core/error.ts'
import { fewAtOnce } from '../core/few-at-once.ts'
import { lateAfter } from '../core/late.ts'
import type { Log } from '../core/log.ts'
import { Places } from '../core/places.ts'
import { Failures } from './failures.ts'
import { longestSpeechSeconds, SpeechFault, type SpeechProvider, tooLong } from './provider.ts'
import { SpeechFolder, type SpeechSource, speechKey } from './speech-folder.ts'
import { titleOf, wordsOf } from './words.ts'

/** What speech has to know of a file that can be played. */
export interface SpokenFile {
  readonly file: string
  readonly title: string
  /** SHA-256 of the content, in hex. */
  readonly hash: string
}

/** What there is of a text: it can be played, soon, or not. `again`: it is tried once more by itself. */
export type FoundSpeech<File> =
  | { readonly state: 'ready'; readonly file: File }
  | { readonly state: 'importing'; readonly progress: number }
  | { readonly state: 'refused'; readonly reason: string; readonly again?: true }

interface Preparing {
  readonly signal?: AbortSignal
  /** Called once, as soon as something is found to be missing that can be made. */
  readonly onBegin?: () => void
  /** Told after each how many are done, whatever came of them. */
  readonly onProgress?: (done: number, all: number) => void
}

/** What came of many texts. */
export interface Prepared {
  /** How many different ones there are. */
  readonly texts: number
  /** Those that were made now. */
  readonly made: number
  /** Those that can be played. */
  readonly ready: number
  readonly failed: readonly { readonly text: string; readonly reason: string }[]
  /** When one of them is tried again at the earliest; null where there is nothing to try. */
  readonly againAt: Date | null
}

interface SpeechParts<File> {
  /** Absolute, and of speech alone. */
  readonly folder: string
  /** Null where nobody speaks. */
  readonly provider: SpeechProvider | null
  readonly voice: string | null
  readonly language?: string | null
  /** Reads that folder. */
  readonly shelf: {
    find(
      name: string,
    ): Promise<
      | { readonly state: 'ready'; readonly file: File }
      | { readonly state: 'importing' | 'missing' }
      | { readonly state: 'refused'; readonly reason: string }
    >
  }
  /** Makes any sound a file of the profile, as loud as all others. */
  readonly toProfile: (sound: {
    readonly path: string
    readonly workFolder: string
    readonly signal: AbortSignal
  }) => Promise<
    | { readonly outcome: 'converted' | 'as_it_is'; readonly file: string; readonly seconds: number }
    | { readonly outcome: 'refused' | 'failed'; readonly reason: string }
  >
  /** Told why nothing can be said, and with null that it can again. */
  readonly troubled?: (reason: string | null) => void
  /** How many texts are said at the same time. */
  readonly atOnce?: number
  /** How long one text may take its provider, in milliseconds. */
  readonly limitMs?: number
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly log: Log
}

type Looked<File> =
  | Exclude<FoundSpeech<File>, { readonly state: 'importing' }>
  | { readonly state: 'importing'; readonly job: Promise<Outcome> }

type Outcome = { readonly made: true } | { readonly made: false; readonly reason: string }

const usuallyAtOnce = 2
const usualLimitMs = 120_000
/** Why nothing is said where nobody is to. */
export const noVoice = 'no voice is set up: set speech.provider to home_assistant, wyoming or espeak'

/** Says texts, each once: what was made stays in a folder, and is made anew where it is broken there. */
export class Speech<File extends SpokenFile> {
  readonly #parts: SpeechParts<File>
  readonly #folder: SpeechFolder
  readonly #places: Places
  readonly #jobs = new Map<string, Promise<Outcome>>()
  readonly #failures: Failures
  readonly #stopping = new AbortController()
  /** As they are shown, and as the shelf knows them, by key. */
  readonly #files = new Map<string, { readonly own: File; readonly shown: File }>()
  /** Sounds that were found to be damaged, and said to be. */
  readonly #broken = new Set<string>()

  constructor(parts: SpeechParts<File>) {
    this.#parts = parts
    this.#folder = new SpeechFolder(parts.folder)
    this.#places = new Places(parts.atOnce ?? usuallyAtOnce)
    const { clock, random, troubled } = parts
    this.#failures = new Failures({ clock, random, troubled })
  }

  /** Makes its folder ready. @throws Error where that cannot be written */
  async open(): Promise<void> {
    await this.#folder.open(this.#parts.clock.now())
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('speech was stopped'))
    await Promise.all(this.#jobs.values())
  }

  /** Whether anybody is to speak. */
  get hasVoice(): boolean {
    return this.#parts.provider !== null
  }

  /** What there is of the text now; what is missing is begun. Never rejects. */
  async find(text: string): Promise<FoundSpeech<File>> {
    const looked = await this.#look(text)
    return looked.state === 'importing' ? { state: 'importing', progress: 0 } : looked
  }

  /** How its folder knows a file that `find` gave. */
  ownFile(file: File): File {
    const [, key = ''] = shownName.exec(file.file) ?? []
    const known = this.#files.get(key)
    return known?.shown.hash === file.hash ? known.own : { ...file, file: `${key}.mp3` }
  }

  /** Whether `find` gave a file of this name. */
  isOwn({ file }: Pick<File, 'file'>): boolean {
    return shownName.test(file)
  }

  /**
   * Makes those that are missing, a few at a time, and waits for them. Never rejects; an aborted signal ends it at once, and
   * what is under way by then goes on.
   */
  async prepare(
    texts: readonly string[],
    { signal, onBegin, onProgress }: Preparing = {},
  ): Promise<Prepared> {
    const distinct = [...new Set(texts)]
    const failed: { text: string; reason: string }[] = []
    let [made, ready, done] = [0, 0, 0]
    let isBegun = false
    await fewAtOnce(distinct, this.#parts.atOnce ?? usuallyAtOnce, async (text) => {
      if (signal?.aborted || this.#stopping.signal.aborted) return
      const looked = await this.#look(text)
      if (looked.state === 'importing' && !isBegun) {
        isBegun = true
        onBegin?.()
      }
      const outcome = looked.state === 'importing' ? await unlessAborted(looked.job, signal) : null
      if (signal?.aborted) return
      if (looked.state === 'ready' || outcome?.made === true) ready += 1
      if (outcome?.made === true) made += 1
      if (looked.state === 'refused') failed.push({ text, reason: looked.reason })
      else if (outcome?.made === false) failed.push({ text, reason: outcome.reason })
      done += 1
      onProgress?.(done, distinct.length)
    })
    // What could not be said is no longer wanted.
    if (failed.length === 0 && signal?.aborted !== true) this.#failures.calm()
    return {
      texts: distinct.length,
      made,
      ready,
      failed,
      againAt: this.#failures.againAt(this.#keysOf(failed.map(({ text }) => text))),
    }
  }

  /** Whoever spoke is another one now, or may be: what failed is tried again at once. */
  tryAgain(): void {
    this.#failures.forget()
  }

  /** Drops what none of these texts needs any more and none has needed for thirty days. Rejects as the disk does. */
  async tidy(texts: readonly string[]): Promise<number> {
    return this.#folder.tidy(new Set(this.#keysOf(texts)), this.#parts.clock.now())
  }

  #sourceOf(words: string, { id }: SpeechProvider): SpeechSource {
    const { voice, language = null } = this.#parts
    return { words, provider: id, voice, language }
  }

  async #look(text: string): Promise<Looked<File>> {
    const read = wordsOf(text)
    if ('fault' in read) return { state: 'refused', reason: read.fault }
    const { provider } = this.#parts
    if (provider === null) return { state: 'refused', reason: noVoice }
    const source = this.#sourceOf(read.words, provider)
    const key = speechKey(source)
    const file = this.#jobs.has(key) ? null : await this.#ready(key, read.words).catch(() => null)
    if (file !== null) return { state: 'ready', file }
    const failure = this.#jobs.has(key) ? undefined : this.#failures.waiting(key)
    if (failure !== undefined)
      return { state: 'refused', reason: `${failure.reason}; it is tried again`, again: true }
    return { state: 'importing', job: this.#jobs.get(key) ?? this.#begin(key, source, provider) }
  }

  /** The finished sound; null where there is none, or one that is not as it was made. */
  async #ready(key: string, words: string): Promise<File | null> {
    const name = `${key}.mp3`
    const found = await this.#parts.shelf.find(name)
    if (found.state === 'missing') return null
    const known = this.#files.get(key)
    if (found.state === 'ready' && known?.own === found.file) return known.shown
    if (found.state !== 'ready' || found.file.hash !== (await this.#folder.hashOf(key))) {
      if (!this.#broken.has(key))
        this.#parts.log.warn('a sound of speech is not as it was made; it is made again', { file: name })
      this.#broken.add(key)
      return null
    }
    const shown = { ...found.file, file: `speech:${name}`, title: titleOf(words) }
    this.#files.set(key, { own: found.file, shown })
    return shown
  }

  #begin(key: string, source: SpeechSource, provider: SpeechProvider): Promise<Outcome> {
    const { signal } = this.#stopping
    const failed = (error: unknown) => this.#failed(key, source, error)
    const job = this.#places
      .take(signal, async () => {
        // Somebody before it in the row may have found out that nobody can speak.
        const failure = this.#failures.waiting(key)
        if (failure !== undefined) return { made: false as const, reason: failure.reason }
        return this.#make(key, source, provider).then(() => this.#well(key), failed)
      })
      .catch(failed)
      .finally(() => this.#jobs.delete(key))
    this.#jobs.set(key, job)
    return job
  }

  async #make(key: string, source: SpeechSource, provider: SpeechProvider): Promise<void> {
    const { toProfile, limitMs = usualLimitMs } = this.#parts
    const { words, voice, language } = source
    const { signal } = this.#stopping
    const tooSlow = lateAfter(limitMs)
    const speaking = { voice, language, signal: AbortSignal.any([signal, tooSlow]) }
    const bytes = await provider.speak(words, speaking).catch((error: unknown) => {
      signal.throwIfAborted()
      if (!tooSlow.aborted) throw error
      throw new SpeechFault('provider', `the voice took longer than ${limitMs / 1000} seconds`)
    })
    const path = await this.#folder.put(bytes)
    try {
      const { workFolder } = this.#folder
      const sound = await toProfile({ path, workFolder, signal })
      if ('reason' in sound)
        throw sound.outcome === 'failed'
          ? new SpeechFault('provider', sound.reason)
          : new SpeechFault('text', `what ${source.provider} gave cannot be played: ${sound.reason}`)
      try {
        if (sound.seconds > longestSpeechSeconds) throw tooLong()
        await this.#folder.keep(key, sound.file, source)
      } finally {
        await rm(sound.file, { force: true })
      }
    } finally {
      await rm(path, { force: true })
    }
  }

  #well(key: string): Outcome {
    this.#broken.delete(key)
    this.#failures.well(key)
    return { made: true }
  }

  #failed(key: string, { words }: SpeechSource, error: unknown): Outcome {
    const reason = reasonOf(error)
    if (this.#stopping.signal.aborted) return { made: false, reason }
    if (error instanceof SpeechFault && error.of === 'text') {
      this.#failures.ofText(key, reason)
      this.#parts.log.warn('a text could not be said; it is tried again', { text: titleOf(words), reason })
    } else this.#failures.ofAll(reason)
    return { made: false, reason }
  }

  /** The sounds that these texts have; those that nobody can say have none. */
  #keysOf(texts: readonly string[]): readonly string[] {
    const { provider } = this.#parts
    return texts.flatMap((text) => {
      const read = wordsOf(text)
      return 'fault' in read || provider === null ? [] : [speechKey(this.#sourceOf(read.words, provider))]
    })
  }
}

const shownName = /^speech:([0-9a-f]{64})\.mp3$/

/** Null as soon as the signal is aborted. */
function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | null> {
  if (signal === undefined) return work
  return new Promise((resolve) => {
    const leave = () => resolve(null)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    void work.then((result) => {
      signal.removeEventListener('abort', leave)
      resolve(result)
    })
  })
}

/** For people, without paths of this machine. */
function reasonOf(error: unknown): string {
  const code = errnoOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full'
  return code === undefined ? messageOf(error) : `the folder of speech cannot be written: ${code}`
}
