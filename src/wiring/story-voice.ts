import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Story, spokenIn } from '../core/story.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { noEngine } from '../speech/home-assistant.ts'
import type { Prepared } from '../speech/speech.ts'
import type { HouseSpeech } from './speech.ts'

interface StoryVoiceParts {
  readonly book: {
    readonly current: Pick<RuleSet, 'stories'>
    onChange(changed: (ruleSet: Pick<RuleSet, 'stories'>) => void): () => void
  }
  readonly speech: Pick<HouseSpeech, 'hasVoice' | 'prepare' | 'tidy'>
  readonly clock: Clock
  readonly log: Log
}

/** Has everything said beforehand that stories have no file for, in the background, and again where that has failed. */
export class StoryVoice {
  readonly #parts: StoryVoiceParts
  readonly #stopping = new AbortController()
  #texts: readonly string[] = []
  #under: { readonly stop: AbortController; readonly done: Promise<void> } | null = null
  #forget: () => void = () => undefined
  #cancelRetry: () => void = () => undefined
  #saidUnvoiced = 0
  #saidFailed = ''

  constructor(parts: StoryVoiceParts) {
    this.#parts = parts
  }

  start(): void {
    const { book } = this.#parts
    this.#forget = book.onChange((ruleSet) => this.#changed(ruleSet))
    this.#changed(book.current)
  }

  async stop(): Promise<void> {
    this.#forget()
    this.#cancelRetry()
    this.#stopping.abort()
    this.#under?.stop.abort()
    await this.#under?.done
  }

  #changed({ stories = new Map() }: Pick<RuleSet, 'stories'>): void {
    const texts = textsIn(stories.values())
    const isSame =
      texts.length === this.#texts.length && texts.every((text, index) => text === this.#texts[index])
    if (isSame) return
    this.#texts = texts
    if (this.#parts.speech.hasVoice) this.#prepare()
    else this.#sayUnvoiced()
  }

  /** No error: whoever has not set up a voice may be about to record them. */
  #sayUnvoiced(): void {
    const count = this.#texts.length
    if (count === 0 || count === this.#saidUnvoiced) return
    this.#saidUnvoiced = count
    this.#parts.log.info(
      `${counted(count)} of stories ${count === 1 ? 'has' : 'have'} no audio: set speech.provider to espeak, wyoming or home_assistant and a voice says them, or record them and name the files with play`,
    )
  }

  #prepare({ isRetry = false } = {}): void {
    this.#cancelRetry()
    const before = this.#under
    before?.stop.abort()
    const stop = new AbortController()
    const done = (async () => {
      await before?.done
      if (!stop.signal.aborted) await this.#say(this.#texts, { signal: stop.signal, isRetry })
    })().catch((error: unknown) => {
      this.#parts.log.error('the texts of stories could not be said', { error: messageOf(error) })
    })
    this.#under = { stop, done }
  }

  async #say(texts: readonly string[], { signal, isRetry }: Saying): Promise<void> {
    const { speech, clock, log } = this.#parts
    const prepared = await speech.prepare(texts, {
      signal,
      onBegin: () => {
        if (!isRetry) log.info(`${counted(texts.length)} of stories: those that are missing are made`)
      },
    })
    if (signal.aborted) return
    const { ready, made, failed, againAt } = prepared
    if (made > 0 || (failed.length > 0 && !isRetry)) log.info(`${ready} of ${counted(texts.length)} made`)
    this.#tellFailed(failed)
    if (againAt !== null) this.#cancelRetry = clock.at(againAt, () => this.#prepare({ isRetry: true }))
    await speech.tidy(texts).catch((error: unknown) => {
      log.warn('what no story says any more could not be removed', { error: messageOf(error) })
    })
  }

  /** Once, as long as it stays like that. */
  #tellFailed(failed: Prepared['failed']): void {
    const [first] = failed
    const said = first === undefined ? '' : `${failed.length} ${first.reason}`
    // As where no voice is set up: nothing is broken.
    const level = first?.reason === noEngine ? 'info' : 'warn'
    if (first !== undefined && said !== this.#saidFailed)
      this.#parts.log[level](`${counted(failed.length)} of stories cannot be heard`, {
        text: first.text,
        reason: first.reason,
      })
    this.#saidFailed = said
  }
}

interface Saying {
  readonly signal: AbortSignal
  /** Somebody was told before. */
  readonly isRetry: boolean
}

/** What stories say that no file has, each once. */
export function textsIn(stories: Iterable<Pick<Story, 'scenes'>>): readonly string[] {
  return [...new Set([...stories].flatMap(({ scenes }) => [...scenes.values()].flatMap(spokenIn)))]
}

function counted(count: number): string {
  return `${count.toLocaleString('en')} text${count === 1 ? '' : 's'}`
}
