import { type Clock, every } from '../core/clock.ts'
import type { Doubts } from './doubts.ts'
import { Timers } from './timers.ts'

/** The fields of `data/events` without `eventUtc`, in Yoto's names. */
export type EventFields = Readonly<Record<string, string | number | boolean>>

interface EventReportParts {
  readonly clock: Clock
  readonly doubts: Pick<Doubts, 'pushEnds' | 'mqttKeys'>
  /** Everything that could be reported now. */
  readonly read: () => EventFields
  readonly send: (topic: 'events' | 'data/events', payload: EventFields) => void
}

// Captured and reported times, yoto-protocol §3.2 and §3.5.
const dataDelayMs = 160
const heartbeatMs = 5_000
const pushWindowMs = 5 * 60_000
const lateKeysMs = 3_000

// They move by themselves and are only told along with something else.
const movingFields = new Set(['position', 'sleepTimerSeconds'])
const keyFields = ['chapterKey', 'chapterTitle', 'trackKey', 'trackTitle']

/**
 * Tells what changed on the legacy topic and, 0.16 s later, on `data/events`. The push has to be asked for,
 * by default every five minutes; a player that has just started was not asked.
 */
export class EventReports {
  readonly #parts: EventReportParts
  readonly #timers: Timers
  #armedUntilMs = 0
  #last: EventFields = {}
  #told: EventFields = {}
  #stopHeartbeat: (() => void) | undefined

  constructor(parts: EventReportParts) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
  }

  /** `events/request`: one full message, and the push from now on. */
  request(): void {
    const { pushEnds } = this.#parts.doubts
    this.#armedUntilMs = pushEnds ? this.#nowMs + pushWindowMs : Number.POSITIVE_INFINITY
    this.#sendLater('data/events', this.#full())
  }

  /** Everything on both topics, asked for or not, as after a start. */
  announce(): void {
    this.#sendBoth(this.#full())
  }

  /** Sends the fields that differ from what was said last, and those in `along`. */
  changed(along: readonly string[] = []): void {
    const now = this.#view()
    const differing = Object.keys(now).filter((key) => now[key] !== this.#last[key])
    this.#last = now
    const news = differing.filter((key) => !movingFields.has(key))
    if (news.length + along.length === 0) return
    const wanted = new Set([...news, ...along])
    if (wanted.has('volume') || wanted.has('volumeMax')) wanted.add('volume').add('volumeMax')
    if (keyFields.some((key) => wanted.has(key)) || wanted.has('playbackStatus')) wanted.add('position')
    const delta = Object.fromEntries(Object.entries(now).filter(([key]) => wanted.has(key)))
    // A timer that does not run has no seconds in a full message.
    const sleep = wanted.has('sleepTimerActive') ? { sleepTimerSeconds: now.sleepTimerSeconds ?? 0 } : {}
    if (Object.keys(delta).length > 0) this.#push({ ...delta, ...sleep })
  }

  /** A full message about every five seconds while something plays. */
  set playing(playing: boolean) {
    if (playing === (this.#stopHeartbeat !== undefined)) return
    this.#stopHeartbeat?.()
    this.#stopHeartbeat = playing
      ? every(this.#parts.clock, heartbeatMs, () => this.#push(this.#full()))
      : undefined
  }

  /** Forgets everything, as a player does that is switched off. */
  stop(): void {
    this.playing = false
    this.#timers.cancelAll()
    this.#armedUntilMs = 0
    this.#last = {}
    this.#told = {}
  }

  get #nowMs(): number {
    return this.#parts.clock.now().getTime()
  }

  #full(): EventFields {
    this.#last = this.#view()
    return this.#last
  }

  #push(fields: EventFields): void {
    if (this.#nowMs < this.#armedUntilMs) this.#sendBoth(fields)
  }

  #sendBoth(fields: EventFields): void {
    this.#parts.send('events', this.#stamped(fields))
    this.#sendLater('data/events', fields)
  }

  #sendLater(topic: 'data/events', fields: EventFields): void {
    const payload = this.#stamped(fields)
    this.#timers.after(dataDelayMs, () => this.#parts.send(topic, payload))
  }

  #stamped(fields: EventFields): EventFields {
    return { ...fields, eventUtc: Math.floor(this.#nowMs / 1000) }
  }

  /** What the player says it is doing, which under some doubts is not what it does. */
  #view(): EventFields {
    const now = this.#parts.read()
    const { mqttKeys } = this.#parts.doubts
    if (mqttKeys === 'prompt') return now
    const rest = Object.fromEntries(Object.entries(now).filter(([key]) => !keyFields.includes(key)))
    if (mqttKeys === 'missing') return rest
    this.#tellLate(keysOf(now))
    return { ...rest, ...this.#told }
  }

  #tellLate(keys: EventFields): void {
    if (keyFields.every((key) => keys[key] === this.#told[key])) return
    if (Object.keys(this.#told).length === 0 || Object.keys(keys).length === 0) {
      this.#told = keys
      return
    }
    this.#timers.after(lateKeysMs, () => {
      this.#told = keysOf(this.#parts.read())
      this.changed()
    })
  }
}

function keysOf(fields: EventFields): EventFields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keyFields.includes(key)))
}
