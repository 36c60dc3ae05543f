import type { Clock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Doubts } from './doubts.ts'
import { EventReports } from './event-reports.ts'
import { eventFieldsOf, type PlayerState, statusFactsOf } from './player-view.ts'
import { StatusReports } from './status-reports.ts'
import { Timers } from './timers.ts'

/** How a player reaches the cloud; messages arrive in the order they were given. */
export type Publish = (message: { topic: string; payload: JsonObject; retain: boolean }) => Promise<void>

interface VoiceParts {
  readonly deviceId: string
  readonly clock: Clock
  readonly doubts: Doubts
  readonly publish: Publish
  readonly state: () => PlayerState
}

const eventsAfterStartMs = 2_000
// A keepalive of 60 s, and half of it in patience, as MQTT has it; how long a player's is, nobody knows.
const missedAfterMs = 90_000
const lateAnswerMs = 6_000
const overtakenAnswerMs = 800

/** Everything that one player says to the cloud: presence, status, events, and answers to commands. */
export class Voice {
  readonly #parts: VoiceParts
  readonly #events: EventReports
  readonly #status: StatusReports
  readonly #timers: Timers
  #sent: Promise<void> = Promise.resolve()
  #connectedMs = 0
  #answers = 0
  #willIsDue = false
  #cancelWill = () => {}

  constructor(parts: VoiceParts) {
    const { clock, doubts, state } = parts
    this.#parts = parts
    const send = (topic: string, payload: JsonObject) => this.#publish(topic, payload)
    this.#events = new EventReports({ clock, doubts, read: () => eventFieldsOf(state()), send })
    const facts = () => statusFactsOf(state())
    this.#status = new StatusReports({ clock, doubts, facts, send })
    this.#timers = new Timers(clock)
  }

  /** Resolves when what was said so far is with every listener. */
  get sent(): Promise<void> {
    return this.#sent
  }

  /** Says that the player is there, and from now on how its battery does. */
  start(): void {
    this.#status.start()
    if (this.#parts.doubts.startsSilently) return
    // A new connection ends the old one, and with it comes its last will.
    if (this.#willIsDue) this.#tellWill()
    this.#connectedMs = this.#nowMs
    this.#publishPresence('online')
  }

  /** As `stop`, and nobody says goodbye. The will was written when the player connected, and names that time. */
  die(): void {
    this.stop()
    this.#willIsDue = true
    const { clock } = this.#parts
    this.#cancelWill = clock.at(new Date(this.#nowMs + missedAfterMs), () => this.#tellWill())
  }

  /** The end of the cloud. */
  close(): void {
    this.stop()
    this.#cancelWill()
  }

  /** Nothing more is said of what goes on. */
  stop(): void {
    this.#timers.cancelAll()
    this.#status.stop()
    this.#events.stop()
  }

  /** Tells everything, asked for or not, as after a start. */
  announceStart(): void {
    if (!this.#parts.doubts.startsSilently) this.#status.announceStart()
    this.#timers.after(eventsAfterStartMs, () => this.#events.announce())
  }

  announceShutDown(): void {
    this.#status.announceEnd()
    this.#publishPresence('offline')
  }

  announceReboot(): void {
    this.#publishPresence('offline')
  }

  /** Tells what changed, with the fields in `along`, to those who asked for it. */
  changed(along: readonly string[] = []): void {
    this.#events.changed(along)
  }

  /** While something plays, everything is told again every few seconds. */
  set playing(playing: boolean) {
    this.#events.playing = playing
  }

  answerEvents(): void {
    this.#events.request()
  }

  answerStatus(topic: 'data/status' | 'status/full'): void {
    this.#status.answer(topic)
  }

  /** Questions are answered at once, whatever the doubts. */
  acknowledge(answer: JsonObject, isQuestion: boolean): void {
    const { answersLate, answersInDisorder } = this.#parts.doubts
    const waitMs = answersLate
      ? lateAnswerMs
      : answersInDisorder && this.#answers++ % 2 === 0
        ? overtakenAnswerMs
        : 0
    if (isQuestion || waitMs === 0) this.#publish('response', answer)
    else this.#timers.after(waitMs, () => this.#publish('response', answer))
  }

  #tellWill(): void {
    this.#cancelWill()
    this.#willIsDue = false
    this.#publishPresence('offline', this.#connectedMs)
  }

  #publishPresence(state: 'online' | 'offline', ts = this.#nowMs): void {
    this.#publish('presence', { state, ts }, true)
  }

  get #nowMs(): number {
    return this.#parts.clock.now().getTime()
  }

  #publish(topic: string, payload: JsonObject, retain = false): void {
    const { deviceId, publish } = this.#parts
    this.#sent = publish({ topic: `device/${deviceId}/${topic}`, payload, retain })
  }
}
