import { type Clock, every } from '../core/clock.ts'
import type { PlayerPatch } from '../core/player.ts'
import { Recent } from '../core/recent.ts'
import type { Liveness } from './liveness.ts'
import type { Acknowledgement, ParsedMessage } from './parse.ts'
import { Questions } from './questions.ts'

interface PlayerWatchOptions {
  readonly liveness: Liveness
  readonly clock: Clock
  /** Sends a question in the background. */
  readonly ask: (question: Question) => void
  readonly onPatch: (patch: PlayerPatch) => void
}

/** What follows `command/` in the topic. */
export type Question = 'events/request' | 'status/request' | 'status'

/** One message and how it came. */
export interface Delivered {
  /** What follows the player's id in the topic. */
  readonly kind: string
  readonly message: ParsedMessage
  readonly text: string
  readonly isRetained: boolean
  /** It may have been delivered before. */
  readonly isRepeated: boolean
}

// A push of events lapses about 5 minutes after it was asked for, on a live socket (yoto-protocol §3.5).
const rearmMs = 240_000
const statusMs = 60_000
// Power source and Wi-Fi stand in the full status only.
const statusesPerFull = 2
const mostTries = 3
// A player that is there answers within 0.4 s.
const doubtMs = 1_500
// Longer ago than that, and the player's clock was set rather than the message late.
const latestSeconds = 30
const rememberedMessages = 32
// While something plays, everything is told about every 5 s.
const heartbeatsMissedMs = 12_000
const longestAnswerMs = 5_000

/** Listens to one player over one connection, and asks it whatever is due. */
export class PlayerWatch {
  readonly #options: PlayerWatchOptions
  readonly #events: Questions<'events/request'>
  readonly #status: Questions<'status/request' | 'status'>
  readonly #heard = new Recent<string, true>(rememberedMessages)
  #stops: (() => void)[] = []
  #cancelDoubt = () => {}
  #cancelMissed = () => {}
  #online: boolean | undefined
  #playback: PlayerPatch['playback']
  #card: string | null | undefined
  #streaming: boolean | null | undefined
  #newest_s = Number.NEGATIVE_INFINITY

  constructor(options: PlayerWatchOptions) {
    this.#options = options
    const { clock, ask, liveness } = options
    // One that is off is asked all the same, in case nobody says that it is back; once is enough.
    const tries = () => (this.#online === false ? 1 : mostTries)
    this.#events = new Questions({ clock, ask, tries, kinds: ['events/request'], onSilence: () => {} })
    const onSilence = (kind: Question) => {
      const isOff = kind === 'status/request' && liveness.silent()
      if (isOff && this.#online !== false) this.#say({ online: false })
    }
    this.#status = new Questions({ clock, ask, tries, kinds: ['status/request', 'status'], onSilence })
  }

  start(): void {
    const { clock } = this.#options
    let asked = 0
    const askStatus = () => {
      asked++
      void this.#status.want('status/request')
      if (asked % statusesPerFull === 0) void this.#status.want('status')
    }
    this.#stops = [
      every(clock, rearmMs, () => void this.#events.want('events/request')),
      every(clock, statusMs, askStatus),
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#cancelDoubt()
    this.#cancelMissed()
    this.#events.stop()
    this.#status.stop()
  }

  /** Asks for everything. Resolves when events and status are there, or have had their time. */
  async askAll(): Promise<void> {
    const answers = [this.#events.want('events/request'), this.#status.want('status/request')]
    void this.#status.want('status')
    await Promise.all(answers)
  }

  hear(delivered: Delivered): void {
    if (this.#isStale(delivered)) return
    const { kind, message, isRetained } = delivered
    const { liveness, clock } = this.#options
    const sign = liveness.hear({ kind, message, isRetained, nowMs: clock.now().getTime() })
    // A player that starts anew may have its clock set back.
    if (sign.restarted) this.#newest_s = message.saidAt_s ?? Number.NEGATIVE_INFINITY
    if (sign.shows === 'perhaps-off') {
      if (this.#online !== false) this.#doubt()
      return
    }
    if (sign.shows === 'there' && !isRetained) this.#cancelDoubt()
    const cameBack = this.#online === false && sign.shows === 'there'
    const isOnlyCard = differs(this.#card, message.patch.card_id) && message.patch.chapter_key === undefined
    const flipped = this.#flips(message.patch)
    const { online: _, ...facts } = message.patch
    this.#say(sign.shows === 'nothing' ? facts : { ...facts, online: sign.shows === 'there' })
    this.#answered(kind, message.ack)
    if (sign.restarted || cameBack) void this.askAll()
    else if (flipped) void this.#status.want('status/request')
    // It says what changed: the new card may well play a chapter whose key is that of the old card's.
    if (isOnlyCard || (kind === 'data/events' && this.#isUnasked(message.patch)))
      void this.#events.want('events/request')
    this.#expectHeartbeat(kind, message.patch)
  }

  /** Delivered twice, or overtaken by what the player said later. */
  #isStale({ kind, message, text, isRepeated }: Delivered): boolean {
    const key = `${kind} ${text}`
    if (isRepeated && this.#heard.has(key)) return true
    this.#heard.set(key, true)
    if (message.saidAt_s === undefined) return false
    const lateBy = this.#newest_s - message.saidAt_s
    if (lateBy > 0 && lateBy <= latestSeconds) return true
    this.#newest_s = message.saidAt_s
    return false
  }

  /** A word of the player settles it, and so does its silence. */
  #doubt(): void {
    const { clock } = this.#options
    this.#cancelDoubt()
    this.#cancelDoubt = clock.at(new Date(clock.now().getTime() + doubtMs), () =>
      this.#say({ online: false }),
    )
    void this.#events.want('events/request')
  }

  /** A new card changes the status, and nobody says so (yoto-protocol §3.5). */
  #flips(patch: PlayerPatch): boolean {
    const flipped = differs(this.#card, patch.card_id) || differs(this.#streaming, patch.streaming)
    if (patch.card_id !== undefined) this.#card = patch.card_id
    if (patch.streaming !== undefined) this.#streaming = patch.streaming
    return flipped
  }

  /** Everything at once from a player that does not play, unasked: it has started anew, and its first words were lost. */
  #isUnasked({ card_id, playback, volume_step, volume_max_step }: PlayerPatch): boolean {
    if (this.#playback === undefined || this.#playback === 'playing') return false
    if ([card_id, playback, volume_step, volume_max_step].includes(undefined)) return false
    return this.#options.clock.now().getTime() - this.#events.askedMs > longestAnswerMs
  }

  /** A player that plays and no longer says so has lapsed, whatever the reason. */
  #expectHeartbeat(kind: string, { playback }: PlayerPatch): void {
    if (kind !== 'data/events') return
    this.#playback = playback ?? this.#playback
    this.#cancelMissed()
    if (this.#playback !== 'playing') return
    const { clock } = this.#options
    const due = new Date(clock.now().getTime() + heartbeatsMissedMs)
    this.#cancelMissed = clock.at(due, () => void this.#events.want('events/request'))
  }

  #say(patch: PlayerPatch): void {
    this.#online = patch.online ?? this.#online
    this.#options.onPatch(patch)
  }

  /** Only the acknowledgement shows that events are pushed from now on: without it they may be those of an earlier request. */
  #answered(kind: string, ack: Acknowledgement | undefined): void {
    if (ack?.name === 'events') this.#events.answered('events/request')
    else if (kind === 'data/status') this.#status.answered('status/request')
    else if (kind === 'status/full') this.#status.answered('status')
    if (kind === 'data/status' || kind === 'status/full') this.#options.liveness.answered()
  }
}

function differs<Value>(before: Value | undefined, said: Value | undefined): boolean {
  return before !== undefined && said !== undefined && before !== said
}
