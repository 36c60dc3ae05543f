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
// What an answer brings may come so long after its acknowledgement.
const longestAnswerMs = 5_000
// Answers to this one take 0.2 s, and whatever changes until it is heard is not told.
const firstPatienceMs = 800
// Positions are whole seconds, and messages take their time; whoever starts anew does not play for longer.
const behindToleranceSeconds = 2
// A player whose sound breaks off now and then looks like one that starts anew, and must not be asked without end.
const suspectedAgainMs = 15_000

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
  /** Where it played, and when it said so. */
  #position: { readonly seconds: number; readonly atMs: number } | undefined
  #suspectedMs = Number.NEGATIVE_INFINITY
  #card: string | null | undefined
  #streaming: boolean | null | undefined
  #newest_s = Number.NEGATIVE_INFINITY

  constructor(options: PlayerWatchOptions) {
    this.#options = options
    const { clock, ask, liveness } = options
    // One that is off is asked all the same, in case nobody says that it is back; once is enough.
    const tries = () => (this.#online === false ? 1 : mostTries)
    this.#events = new Questions({
      clock,
      ask,
      tries,
      firstPatienceMs,
      kinds: ['events/request'],
      onSilence: () => {},
    })
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
    const { liveness } = this.#options
    const sign = liveness.hear({ kind, message, isRetained, nowMs: this.#nowMs })
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
    if (sign.restarted || cameBack) this.#askAnew()
    else if (flipped) void this.#status.want('status/request')
    // It says what changed: the new card may well play a chapter whose key is that of the old card's.
    const isUnasked = kind === 'data/events' && this.#isUnasked(message.patch)
    if (isUnasked) this.#suspectedMs = this.#nowMs
    if (isOnlyCard || isUnasked) void this.#events.want('events/request')
    this.#expectHeartbeat(kind, message.patch)
  }

  #askAnew(): void {
    this.#events.askAnew()
    this.#status.askAnew()
    void this.askAll()
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

  /**
   * Everything at once, unasked: it has started anew, and its first words were lost. A player that plays says
   * everything now and then; that it was away shows in the position, which stood still meanwhile.
   */
  #isUnasked({ card_id, playback, volume_step, volume_max_step, position_s }: PlayerPatch): boolean {
    if ([card_id, playback, volume_step, volume_max_step].includes(undefined)) return false
    const goesOn = playback === 'playing' && this.#playback === 'playing'
    if (goesOn && !this.#isBehind(position_s)) return false
    if (this.#nowMs - this.#suspectedMs < suspectedAgainMs) return false
    return !this.#events.isUnderWay && this.#nowMs - this.#events.answeredMs > longestAnswerMs
  }

  #isBehind(position_s: PlayerPatch['position_s']): boolean {
    const before = this.#position
    if (before === undefined || typeof position_s !== 'number') return false
    const expected_s = before.seconds + (this.#nowMs - before.atMs) / 1000
    return expected_s - position_s > behindToleranceSeconds
  }

  /** A player that plays and no longer says so has lapsed, whatever the reason. */
  #expectHeartbeat(kind: string, patch: PlayerPatch): void {
    if (kind !== 'data/events') return
    this.#playback = patch.playback ?? this.#playback
    this.#keepPosition(patch)
    this.#cancelMissed()
    if (this.#playback !== 'playing') return
    const due = new Date(this.#nowMs + heartbeatsMissedMs)
    this.#cancelMissed = this.#options.clock.at(due, () => void this.#events.want('events/request'))
  }

  /** What begins or goes on without a word of where it does leaves that open. */
  #keepPosition({ playback, track_key, position_s }: PlayerPatch): void {
    if ([playback, track_key, position_s].every((each) => each === undefined)) return
    this.#position = typeof position_s === 'number' ? { seconds: position_s, atMs: this.#nowMs } : undefined
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
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
