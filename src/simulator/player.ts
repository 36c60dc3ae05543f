import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PressedButton } from './behaviour.ts'
import { placeOf, readCard } from './card.ts'
import { acknowledgement, type Commanded, isQuestion, obey, type PlayRequest } from './commands.ts'
import { type Doubts, noDoubts } from './doubts.ts'
import { type EventFields, EventReports } from './event-reports.ts'
import type { JsonObject } from './json.ts'
import { Playback } from './playback.ts'
import { ResumePoints } from './resume-points.ts'
import { PlayerSettings } from './settings.ts'
import type { CardShelf, StoredCard } from './shelf.ts'
import type { PlayerSnapshot, PlayerSpec, SimulatedPlayer } from './simulated-player.ts'
import { SleepTimer } from './sleep-timer.ts'
import type { StatusFacts } from './status.ts'
import { StatusReports } from './status-reports.ts'
import { Timers } from './timers.ts'

/** How a player reaches the cloud; messages arrive in the order they were given. */
export type Publish = (message: { topic: string; payload: JsonObject; retain: boolean }) => Promise<void>

export interface PlayerParts {
  readonly spec: PlayerSpec
  readonly clock: Clock
  readonly log: Log
  readonly shelf: Pick<CardShelf, 'get'>
  readonly publish: Publish
}

const bootMs = 3_000
const eventsAfterStartMs = 2_000
const longOnMs = 3_600_000
const minuteMs = 60_000
const firstVolume = 8

/** Power, slot, knobs and the link to the cloud of one player. */
export class Player implements SimulatedPlayer, Commanded {
  readonly spec: PlayerSpec
  readonly #parts: PlayerParts
  readonly #clock: Clock
  readonly #doubts: Doubts
  readonly #playback: Playback
  readonly #events: EventReports
  readonly #status: StatusReports
  readonly #resumePoints: ResumePoints
  readonly #settings: PlayerSettings
  readonly #sleepTimer: SleepTimer
  readonly #timers: Timers
  #name: string
  #on = false
  /** On, and through with starting. */
  #awake = false
  #onSinceMs = 0
  #slot: string | undefined
  #volume = firstVolume
  #nightlight = 'off'
  #sent: Promise<void> = Promise.resolve()
  #commands: Promise<void> = Promise.resolve()

  constructor(parts: PlayerParts) {
    const { clock, log } = parts
    this.spec = parts.spec
    this.#parts = parts
    this.#clock = clock
    this.#name = parts.spec.name
    const doubts = { ...noDoubts, ...parts.spec.doubts }
    this.#doubts = doubts
    this.#settings = new PlayerSettings(clock, parts.spec.utcOffsetSeconds ?? 0)
    this.#sleepTimer = new SleepTimer(clock, () => this.#fallAsleep())
    this.#timers = new Timers(clock)
    this.#resumePoints = new ResumePoints(clock)
    this.#playback = new Playback({
      clock,
      log,
      doubts,
      repeatAll: () => this.#settings.repeatAll,
      changed: ({ jumped }) => this.#playbackChanged(jumped),
      over: (card) => this.#resumePoints.forget(card.cardId),
    })
    const send = (topic: string, payload: JsonObject) => this.#publish(topic, payload)
    this.#events = new EventReports({ clock, doubts, read: () => this.#eventFields(), send })
    const facts = () => this.statusFacts()
    this.#status = new StatusReports({ clock, losesReplies: doubts.losesStatusReplies, facts, send })
  }

  /** Puts up a player that has been on for an hour. */
  start(): Promise<void> {
    this.#on = true
    this.#onSinceMs = this.#nowMs - longOnMs
    this.#wake()
    return this.#sent
  }

  stop(): void {
    this.#on = false
    this.#rest()
  }

  get id(): string {
    return this.spec.deviceId
  }

  get name(): string {
    return this.#name
  }

  get online(): boolean {
    return this.#awake
  }

  get settings(): JsonObject {
    return this.#settings.values
  }

  /** Takes the whole `config` block as it was written over REST. */
  configure(settings: JsonObject, name: string | undefined): void {
    this.#settings.replace(settings)
    this.#name = name ?? this.#name
    this.#applyCap()
  }

  async insert(cardId: string): Promise<void> {
    const stored = await this.#parts.shelf.get(cardId)
    if (stored === undefined) throw new AppError('not_found', `the simulated cloud has no card "${cardId}"`)
    this.#takeOut()
    this.#slot = cardId
    this.#playSlot(stored)
    return this.#sent
  }

  async remove(): Promise<void> {
    this.#takeOut()
    return this.#sent
  }

  async press(button: PressedButton): Promise<void> {
    if (!this.#awake) return
    if (this.#playback.card !== undefined) this.#playback.press(button)
    else if (this.#slot !== undefined) this.#playSlot(await this.#parts.shelf.get(this.#slot))
    return this.#sent
  }

  async turn(knob: 'left' | 'right', steps: number): Promise<void> {
    if (!this.#awake) return
    if (knob === 'right') this.#playback.turn(steps)
    else for (let step = 0; step < Math.abs(steps); step++) this.#setVolume(this.#volume + Math.sign(steps))
    return this.#sent
  }

  async power(on: boolean): Promise<void> {
    if (on === this.#on) return
    this.#on = on
    if (on) this.#boot()
    else this.#shutDown()
    return this.#sent
  }

  async pause(): Promise<void> {
    this.#playback.pause()
    return this.#sent
  }

  async resume(): Promise<void> {
    this.#playback.resume()
    return this.#sent
  }

  snapshot(): PlayerSnapshot {
    return {
      on: this.#on,
      cardInSlot: this.#slot ?? null,
      ...this.#playback.snapshot(),
      volume: this.#volume,
      volumeMax: this.#settings.volumeMax,
      nightlight: this.#nightlight,
      sleepTimerSeconds: this.#sleepTimer.seconds,
    }
  }

  received(): Buffer {
    return this.#playback.received()
  }

  /** Takes a message on `device/<id>/command/<name>`. One command is done before the next begins. */
  command(name: string, text: string): Promise<void> {
    const done = this.#commands.then(async () => {
      if (!this.#awake) return
      const refused = this.#doubts.refusesCommands && !isQuestion(name)
      const answer = refused ? acknowledgement(name, text, false) : await obey(this, name, text)
      this.#publish('response', answer)
    })
    // One that fails must not hold up those behind it.
    this.#commands = done.catch(() => {})
    return done
  }

  statusFacts(): StatusFacts {
    const { card, source, playback } = this.#playback.snapshot()
    return {
      family: this.spec.deviceFamily,
      onSinceMs: this.#onSinceMs,
      nowMs: this.#nowMs,
      utcOffsetSeconds: this.spec.utcOffsetSeconds ?? 0,
      activeCard: card ?? 'none',
      cardInserted: source === 'remote' ? 2 : this.#slot === undefined ? 0 : 1,
      playback,
      volumeStep: this.#volume,
      nightlightMode: this.#nightlight,
      day: this.#settings.day,
      settings: this.#settings.values,
    }
  }

  requestEvents(): boolean {
    this.#events.request()
    return true
  }

  requestStatus(topic: 'data/status' | 'status/full'): boolean {
    this.#status.answer(topic)
    return true
  }

  setVolumePercent(percent: number): boolean {
    this.#setVolume(Math.round((percent * 16) / 100))
    return true
  }

  setLight(hex: string): boolean {
    // A Mini has no light (yoto-protocol §2.2).
    if (this.spec.deviceFamily === 'mini') return false
    this.#nightlight = hex === '000000' ? 'off' : `0x${hex}`
    return true
  }

  setSleepTimer(seconds: number): boolean {
    this.#sleepTimer.set(seconds)
    this.#events.changed(['sleepTimerActive'])
    return true
  }

  reboot(): boolean {
    // Later, so that the acknowledgement goes out first.
    this.#timers.after(1, () => {
      this.#keepPlace()
      this.#rest()
      this.#publishPresence('offline')
      this.#boot()
    })
    return true
  }

  async play(request: PlayRequest): Promise<boolean> {
    const stored = await this.#parts.shelf.get(request.cardId)
    if (stored === undefined) return false
    const card = readCard(stored)
    const place = request.chapterKey === undefined ? 0 : placeOf(card, request.chapterKey, request.trackKey)
    if (place === undefined) return false
    this.#keepPlace()
    const from = { seconds: request.secondsIn, byte: 0 }
    this.#playback.start({ card, source: 'remote', place, from, anyButtonStop: request.anyButtonStop })
    return true
  }

  pausePlayback(): boolean {
    return this.#playback.pause()
  }

  resumePlayback(): boolean {
    return this.#playback.resume()
  }

  stopPlayback(): boolean {
    this.#keepPlace()
    return this.#playback.stop()
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }

  #boot(): void {
    this.#onSinceMs = this.#nowMs
    this.#timers.after(bootMs, () => {
      this.#wake()
      this.#status.announceStart()
      this.#timers.after(eventsAfterStartMs, () => this.#events.announce())
      if (this.#slot !== undefined) this.#playAgain(this.#slot)
    })
  }

  #shutDown(): void {
    const wasAwake = this.#awake
    this.#keepPlace()
    this.#rest()
    if (!wasAwake) return
    this.#status.announceEnd()
    this.#publishPresence('offline')
  }

  #wake(): void {
    this.#awake = true
    this.#publishPresence('online')
    this.#status.start()
    this.#applyCap()
    this.#eachMinute()
  }

  /** Everything that goes on ends, and nothing is said about it. */
  #rest(): void {
    this.#awake = false
    this.#playback.unload()
    this.#sleepTimer.stop()
    this.#timers.cancelAll()
    this.#status.stop()
    this.#events.stop()
  }

  #eachMinute(): void {
    this.#timers.after(minuteMs - (this.#nowMs % minuteMs), () => {
      this.#eachMinute()
      this.#applyCap()
    })
  }

  /** The cap changes with the settings and when day turns to night. */
  #applyCap(): void {
    this.#volume = Math.min(this.#volume, this.#settings.volumeMax)
    if (this.#awake) this.#events.changed()
  }

  #setVolume(step: number): void {
    this.#volume = Math.max(0, Math.min(step, this.#settings.volumeMax))
    this.#events.changed()
  }

  #fallAsleep(): void {
    if (!this.#playback.pause()) this.#events.changed()
  }

  #takeOut(): void {
    this.#slot = undefined
    if (this.#playback.source !== 'card') return
    this.#keepPlace()
    this.#playback.unload()
  }

  #playSlot(stored: StoredCard | undefined): void {
    if (!this.#awake || stored === undefined) return
    this.#keepPlace()
    const card = readCard(stored)
    const start = this.#resumePoints.find(card)
    this.#playback.start({ card, source: 'card', ...start, anyButtonStop: false })
  }

  #playAgain(cardId: string): void {
    this.#parts.shelf.get(cardId).then(
      (stored) => {
        if (this.#slot === cardId) this.#playSlot(stored)
      },
      (error) => this.#parts.log.error('a card cannot be read', { card: cardId, reason: messageOf(error) }),
    )
  }

  #keepPlace(): void {
    const { card, place, status, positionSeconds, byte } = this.#playback
    if (card !== undefined && status !== 'stopped')
      this.#resumePoints.keep(card, place, { seconds: positionSeconds, byte })
  }

  #playbackChanged(jumped: boolean): void {
    if (!this.#awake) return
    this.#events.changed(jumped ? ['position'] : [])
    this.#events.playing = this.#playback.status === 'playing'
  }

  #eventFields(): EventFields {
    const { card, playback } = this.#playback.snapshot()
    return {
      ...this.#playback.eventFields(),
      cardId: card ?? 'none',
      repeatAll: this.#settings.repeatAll,
      volume: this.#volume,
      volumeMax: this.#settings.volumeMax,
      playbackStatus: playback,
      playbackWait: false,
      sleepTimerActive: this.#sleepTimer.active,
      ...(this.#sleepTimer.active ? { sleepTimerSeconds: this.#sleepTimer.seconds } : {}),
    }
  }

  #publishPresence(state: 'online' | 'offline'): void {
    this.#publish('presence', { state, ts: this.#nowMs }, true)
  }

  #publish(topic: string, payload: JsonObject, retain = false): void {
    this.#sent = this.#parts.publish({ topic: `device/${this.id}/${topic}`, payload, retain })
  }
}
