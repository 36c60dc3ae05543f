import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { CardBehaviour, Moment, Move, PressedButton } from './behaviour.ts'
import type { Card, Track, TrackSource } from './card.ts'
import { beginning, Deck, type TrackStart } from './deck.ts'
import type { Doubts } from './doubts.ts'
import { interactiveBehaviour } from './interactive-card.ts'
import { linearBehaviour } from './linear-card.ts'
import type { FindMedia } from './media-store.ts'
import { roundingSeconds } from './track-audio.ts'

interface PlaybackParts {
  readonly clock: Clock
  readonly log: Log
  readonly doubts: Doubts
  /** The account's own audio. */
  readonly media: FindMedia
  readonly repeatAll: () => boolean
  /** Called after every change that is worth telling; `jumped` when the position did not just move on. */
  readonly changed: (change: { jumped: boolean }) => void
  /** Called when a card came to its end. */
  readonly over: (card: Card) => void
}

/** `card` for one in the slot, `remote` for one that was started by command. */
type CardSource = 'card' | 'remote'

interface Start {
  readonly card: Card
  readonly source: CardSource
  readonly place: number
  readonly from: TrackStart
  readonly anyButtonStop: boolean
}

const tickMs = 250
const maxTries = 3

/**
 * Plays a card: which track, where in it, and whether it moves. Position follows the clock and never passes
 * what has arrived; where bytes are missing it waits for them.
 */
export class Playback {
  readonly #parts: PlaybackParts
  readonly #deck: Deck
  #start: Start | undefined
  #behaviour: CardBehaviour | undefined
  #place = 0
  #status: 'playing' | 'paused' | 'stopped' = 'stopped'
  #positionSeconds = 0
  #sinceMs = 0
  #droppedByte: number | undefined
  #tries = 0
  #problem: string | undefined
  #cancelWake = () => {}

  constructor(parts: PlaybackParts) {
    this.#parts = parts
    this.#deck = new Deck({
      doubts: parts.doubts,
      media: parts.media,
      arriving: () => this.#settle(),
      changed: () => {
        parts.changed({ jumped: false })
        this.#step()
      },
    })
  }

  /** Plays a card, in place of the one before. */
  start(start: Start): void {
    this.#start = start
    const linear = linearBehaviour(start.card, this.#parts.repeatAll)
    const { doubts } = this.#parts
    this.#behaviour = start.card.interactive
      ? interactiveBehaviour({ card: start.card, linear, doubts })
      : linear
    this.#begin(start.place, start.from)
  }

  /** Stops, and forgets the card. */
  unload(): void {
    this.#halt()
    this.#start = undefined
    this.#behaviour = undefined
    this.#parts.changed({ jumped: false })
  }

  /** False when nothing plays that could stop. */
  stop(): boolean {
    if (this.#status === 'stopped') return false
    this.#halt()
    if (this.#start?.source === 'remote') this.#start = undefined
    this.#parts.changed({ jumped: false })
    return true
  }

  pause(): boolean {
    if (this.#status !== 'playing') return false
    this.#settle()
    this.#status = 'paused'
    this.#cancelWake()
    if (this.#parts.doubts.rangeOnResume) this.#droppedByte = this.#deck.interrupt(this.#positionSeconds)
    this.#parts.changed({ jumped: true })
    return true
  }

  resume(): boolean {
    if (this.#status !== 'paused') return false
    this.#status = 'playing'
    this.#sinceMs = this.#nowMs
    if (this.#droppedByte !== undefined)
      this.#open({ seconds: this.#positionSeconds, byte: this.#droppedByte })
    this.#parts.changed({ jumped: true })
    this.#step()
    return true
  }

  press(button: PressedButton): void {
    if (this.#start === undefined) return
    if (this.#start.anyButtonStop && this.#status !== 'stopped') {
      this.stop()
      return
    }
    this.#follow(this.#behaviour?.pressed(button, this.#moment()) ?? 'stay')
  }

  turn(steps: number): void {
    if (this.#start === undefined || this.#status === 'stopped') return
    this.#follow(this.#behaviour?.turned(steps, this.#moment()) ?? 'stay')
  }

  get status(): 'playing' | 'paused' | 'stopped' {
    return this.#status
  }

  /** The card in hand; it may have stopped. */
  get card(): Card | undefined {
    return this.#start?.card
  }

  get source(): CardSource | undefined {
    return this.#start?.source
  }

  get place(): number {
    return this.#place
  }

  get positionSeconds(): number {
    this.#settle()
    return this.#positionSeconds
  }

  /** The byte at which playback is, where the audio is fetched; else 0. */
  get byte(): number {
    return this.#droppedByte ?? this.#deck.audio?.byteAt(this.#positionSeconds) ?? 0
  }

  /** The track that plays or is paused. */
  get track(): Track | undefined {
    return this.#status === 'stopped' ? undefined : this.#start?.card.tracks[this.#place]
  }

  /** It plays, but waits for bytes. */
  get stalled(): boolean {
    if (this.#status !== 'playing' || this.#deck.audio === undefined) return false
    return (
      !this.#deck.audio.finished && this.positionSeconds >= this.#deck.audio.arrivedSeconds - roundingSeconds
    )
  }

  /** What it plays from. */
  get deck(): Pick<Deck, 'audio' | 'lastFetched' | 'lastRequest'> {
    return this.#deck
  }

  /** Why the last track could not be played to its end. */
  get problem(): string | undefined {
    return this.#problem
  }

  get #nowMs(): number {
    return this.#parts.clock.now().getTime()
  }

  #moment(): Moment {
    const stopped = this.#status === 'stopped'
    return { place: this.#place, positionSeconds: this.positionSeconds, stopped }
  }

  #follow(move: Move): void {
    if (move === 'stay') return
    if (move !== 'stop') this.#begin(move, beginning)
    else {
      if (this.card !== undefined) this.#parts.over(this.card)
      this.stop()
    }
  }

  #begin(place: number, from: TrackStart): void {
    this.#place = place
    this.#status = 'playing'
    this.#positionSeconds = from.seconds
    this.#sinceMs = this.#nowMs
    this.#tries = 0
    this.#problem = undefined
    this.#open(from)
    this.#parts.changed({ jumped: true })
    this.#arm()
  }

  #open(from: TrackStart): void {
    this.#droppedByte = undefined
    this.#deck.open(this.#sourceAt(this.#place), { from, followRedirects: this.#followRedirects })
  }

  #sourceAt(place: number): TrackSource | undefined {
    return this.card?.tracks[place]?.audio
  }

  get #followRedirects(): boolean {
    return this.card?.skipRedirects !== true
  }

  #lookAhead(): void {
    const next = this.#behaviour?.ended(this.#place)
    if (typeof next === 'number') this.#deck.lookAhead(this.#sourceAt(next), this.#followRedirects)
  }

  /** Moves the position on by the time that has passed. */
  #settle(): void {
    const nowMs = this.#nowMs
    const elapsedSeconds = (nowMs - this.#sinceMs) / 1000
    this.#sinceMs = nowMs
    if (this.#status !== 'playing' || this.#deck.audio === undefined) return
    // Ahead of what has arrived only where a track began in its middle and is read from its start.
    const reachable = Math.max(this.#positionSeconds, this.#deck.audio.arrivedSeconds)
    this.#positionSeconds = Math.min(this.#positionSeconds + elapsedSeconds, reachable)
    this.#deck.audio.playedTo(this.#positionSeconds)
  }

  #step(): void {
    this.#settle()
    if (this.#status !== 'playing' || this.#deck.audio === undefined) return
    this.#lookAhead()
    const { finished, arrivedSeconds, failure } = this.#deck.audio
    if (!finished || this.#positionSeconds < arrivedSeconds - roundingSeconds) this.#arm()
    else if (failure !== undefined) this.#broken(failure)
    else {
      const place = this.#place
      this.#follow(this.#behaviour?.ended(place) ?? 'stop')
    }
  }

  #broken(failure: string): void {
    const track = this.track
    const detail = { card: this.card?.cardId, chapter: track?.chapterKey, track: track?.trackKey, failure }
    if (this.#parts.doubts.retryAfterBreak && this.#tries < maxTries) {
      this.#tries++
      this.#parts.log.info('a track broke off and is fetched again', { ...detail, try: this.#tries })
      this.#open({ seconds: this.#positionSeconds, byte: this.byte })
      this.#arm()
      return
    }
    this.#problem = failure
    this.#parts.log.warn('a track cannot be played', detail)
    this.stop()
  }

  #halt(): void {
    this.#settle()
    this.#cancelWake()
    this.#deck.clear()
    this.#droppedByte = undefined
    this.#status = 'stopped'
  }

  #arm(): void {
    this.#cancelWake()
    if (this.#status !== 'playing' || this.#deck.audio === undefined) return
    const { finished, arrivedSeconds } = this.#deck.audio
    const leftMs = finished ? Math.ceil((arrivedSeconds - this.#positionSeconds) * 1000) : tickMs
    const wakeAt = new Date(this.#nowMs + Math.max(1, leftMs))
    this.#cancelWake = this.#parts.clock.at(wakeAt, () => this.#step())
  }
}
