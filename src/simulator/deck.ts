import type { TrackSource, UploadedSource } from './card.ts'
import type { Doubts } from './doubts.ts'
import { FetchedTrack, type FetchListener, type SentRequest } from './fetched-track.ts'
import type { FindMedia } from './media-store.ts'
import { silence, type TrackAudio } from './track-audio.ts'

export interface TrackStart {
  readonly seconds: number
  /** 0 where it is not known. */
  readonly byte: number
}

export const beginning: TrackStart = { seconds: 0, byte: 0 }

interface DeckParts {
  readonly doubts: Doubts
  readonly media: FindMedia
  readonly arriving: () => void
  readonly changed: () => void
}

// Without it a card of empty tracks would go round without end in no time.
const shortestSilenceSeconds = 1
// What a player was seen to make of a track whose format is not that of its audio (yoto-protocol §2.6).
const misreadSeconds = 4

/** Gets the audio of the track in hand, and where that is a doubt, of the next one before its time. */
export class Deck {
  readonly #doubts: Doubts
  readonly #media: FindMedia
  readonly #listener: FetchListener
  #audio: TrackAudio | undefined
  #ahead: FetchedTrack | undefined
  #lastFetched: FetchedTrack | undefined
  #lastRequest: SentRequest | undefined

  constructor(parts: DeckParts) {
    this.#doubts = parts.doubts
    this.#media = parts.media
    this.#listener = {
      arriving: parts.arriving,
      changed: parts.changed,
      requested: (request) => {
        this.#lastRequest = request
      },
    }
  }

  /** Of the track in hand. */
  get audio(): TrackAudio | undefined {
    return this.#audio
  }

  get lastFetched(): FetchedTrack | undefined {
    return this.#lastFetched
  }

  get lastRequest(): SentRequest | undefined {
    return this.#lastRequest
  }

  /** Begins to get a track; what was being fetched is given up. */
  open(source: TrackSource | undefined, options: { from: TrackStart; followRedirects: boolean }): void {
    this.#audio?.close()
    if (source?.kind !== 'stream') {
      this.#dropAhead()
      const seconds = source === undefined ? 0 : this.#secondsOf(source)
      this.#audio = silence(Math.max(shortestSilenceSeconds, seconds))
      return
    }
    const fetched = this.#takeAhead(source.url, options.from) ?? this.#fetch(source.url, options)
    this.#lastFetched = fetched
    this.#audio = fetched
  }

  /** Fetches what comes next, once what plays has arrived whole. */
  lookAhead(next: TrackSource | undefined, followRedirects: boolean): void {
    if (!this.#doubts.lookAhead || this.#ahead !== undefined || next?.kind !== 'stream') return
    if (this.#audio?.finished !== true || this.#audio.failure !== undefined) return
    this.#ahead = this.#fetch(next.url, { from: beginning, followRedirects })
  }

  /** Breaks the transfer off, where there is one; returns the byte at which to ask for its rest. */
  interrupt(positionSeconds: number): number | undefined {
    if (!(this.#audio instanceof FetchedTrack)) return undefined
    this.#audio.close()
    return this.#audio.byteAt(positionSeconds)
  }

  clear(): void {
    this.#audio?.close()
    this.#audio = undefined
    this.#dropAhead()
  }

  /** As long as the audio is; of audio that the account has not, such as a bought card's, as long as the card says. */
  #secondsOf({ media, format, durationSeconds }: UploadedSource): number {
    const kept = media === undefined ? undefined : this.#media(media)
    if (kept === undefined) return durationSeconds
    return kept.format === format ? kept.seconds : misreadSeconds
  }

  #fetch(url: string, options: { from: TrackStart; followRedirects: boolean }): FetchedTrack {
    const { rangeOnResume, headBeforeGet } = this.#doubts
    const { seconds, byte } = options.from
    const fetched = new FetchedTrack(
      {
        url,
        from: { seconds, byte: rangeOnResume ? byte : 0 },
        followRedirects: options.followRedirects,
        headFirst: headBeforeGet,
      },
      this.#listener,
    )
    fetched.start()
    return fetched
  }

  #takeAhead(url: string, from: TrackStart): FetchedTrack | undefined {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead?.url === url && from.seconds === 0 && ahead.failure === undefined) return ahead
    ahead?.close()
    return undefined
  }

  #dropAhead(): void {
    this.#ahead?.close()
    this.#ahead = undefined
  }
}
