import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { PressedButton } from './behaviour.ts'
import { CardSlot } from './card-slot.ts'
import type { CardStore } from './card-store.ts'
import { type Condition, usualCondition } from './condition.ts'
import { type Doubts, usualDoubts } from './doubts.ts'
import type { FindMedia } from './media-store.ts'
import { Playback } from './playback.ts'
import { type PlayerState, snapshotOf, statusFactsOf } from './player-view.ts'
import { RemoteControl } from './remote-control.ts'
import { ResumePoints } from './resume-points.ts'
import { PlayerSettings } from './settings.ts'
import { factoryShortcuts } from './shortcuts.ts'
import type { PlayerSnapshot, PlayerSpec, SimulatedPlayer } from './simulated-player.ts'
import { SleepTimer } from './sleep-timer.ts'
import type { StatusFacts } from './status.ts'
import { Timers } from './timers.ts'
import { type Publish, Voice } from './voice.ts'
import { Volume } from './volume.ts'

interface PlayerParts {
  readonly spec: PlayerSpec
  readonly clock: Clock
  readonly log: Log
  readonly cards: Pick<CardStore, 'get'>
  readonly media: FindMedia
  readonly publish: Publish
}

const bootMs = 3_000
const longOnMs = 3_600_000

/** One player: its power, its knobs and its slot, and what they move. */
export class Player implements SimulatedPlayer {
  readonly spec: PlayerSpec
  readonly remote: RemoteControl
  /** Apart from its settings: a write of those leaves them alone. */
  shortcuts: JsonObject = factoryShortcuts
  readonly #parts: PlayerParts
  readonly #playback: Playback
  readonly #slot: CardSlot
  readonly #voice: Voice
  readonly #volume: Volume
  readonly #resumePoints: ResumePoints
  readonly #settings: PlayerSettings
  readonly #sleepTimer: SleepTimer
  readonly #timers: Timers
  #name: string
  #condition: Condition
  #on = false
  /** On, and through with starting. */
  #awake = false
  #onSinceMs = 0

  constructor(parts: PlayerParts) {
    const { spec, clock, log, cards, media, publish } = parts
    const doubts = { ...usualDoubts, ...spec.doubts }
    const awake = () => this.#awake
    this.spec = spec
    this.#parts = parts
    this.#name = spec.name
    this.#condition = usualCondition(spec.deviceFamily)
    this.#timers = new Timers(clock)
    this.#settings = new PlayerSettings(clock, spec.utcOffsetSeconds ?? 0)
    const settings = this.#settings
    this.#sleepTimer = new SleepTimer(clock, () => this.#fallAsleep())
    this.#volume = new Volume({ clock, cap: () => settings.volumeMax, changed: () => this.#changed() })
    const resumePoints = new ResumePoints(clock)
    this.#resumePoints = resumePoints
    this.#playback = new Playback({
      clock,
      log,
      doubts,
      media,
      repeatAll: () => settings.repeatAll,
      changed: ({ jumped }) => this.#playbackChanged(jumped),
      over: (card) => resumePoints.forget(card.cardId),
    })
    const playback = this.#playback
    this.#slot = new CardSlot({ cards, playback, resumePoints, awake })
    this.#voice = new Voice({ deviceId: spec.deviceId, clock, doubts, publish, state: () => this.#state })
    this.remote = this.#remoteFor(doubts)
  }

  /** Puts up a player that has been on for an hour. */
  start(): Promise<void> {
    this.#on = true
    this.#onSinceMs = this.#nowMs - longOnMs
    this.#wake()
    return this.#voice.sent
  }

  stop(): void {
    this.#on = false
    this.#rest()
    this.#voice.close()
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
    this.#volume.applyCap()
  }

  async insert(cardId: string): Promise<void> {
    await this.#slot.insert(cardId)
    return this.#voice.sent
  }

  async remove(): Promise<void> {
    this.#slot.takeOut()
    return this.#voice.sent
  }

  async press(button: PressedButton): Promise<void> {
    if (!this.#awake) return
    if (this.#playback.card !== undefined) this.#playback.press(button)
    else await this.#slot.play()
    return this.#voice.sent
  }

  async turn(knob: 'left' | 'right', steps: number): Promise<void> {
    if (!this.#awake) return
    if (knob === 'right') this.#playback.turn(steps)
    else this.#volume.turn(steps)
    return this.#voice.sent
  }

  async power(on: boolean): Promise<void> {
    if (on === this.#on) return
    this.#on = on
    if (on) this.#boot()
    else this.#shutDown()
    return this.#voice.sent
  }

  async die(): Promise<void> {
    if (!this.#on) return
    this.#on = false
    const wasAwake = this.#awake
    this.#rest()
    if (wasAwake) this.#voice.die()
  }

  change(condition: Partial<Condition>): void {
    this.#condition = { ...this.#condition, ...condition }
  }

  async pause(): Promise<void> {
    this.#playback.pause()
    return this.#voice.sent
  }

  async resume(): Promise<void> {
    this.#playback.resume()
    return this.#voice.sent
  }

  snapshot(): PlayerSnapshot {
    return snapshotOf(this.#state)
  }

  statusFacts(): StatusFacts {
    return statusFactsOf(this.#state)
  }

  received(): Buffer {
    return this.#playback.deck.lastFetched?.received() ?? Buffer.alloc(0)
  }

  #remoteFor(doubts: Doubts): RemoteControl {
    return new RemoteControl({
      hasLight: this.spec.deviceFamily !== 'mini',
      doubts,
      cards: this.#parts.cards,
      playback: this.#playback,
      resumePoints: this.#resumePoints,
      volume: this.#volume,
      sleepTimer: this.#sleepTimer,
      voice: this.#voice,
      awake: () => this.#awake,
      reboot: () => this.#reboot(),
    })
  }

  get #state(): PlayerState {
    return {
      spec: this.spec,
      on: this.#on,
      onSinceMs: this.#onSinceMs,
      nowMs: this.#nowMs,
      slot: this.#slot.cardId,
      nightlight: this.remote.nightlight,
      hasBluetoothSound: this.remote.hasBluetoothSound,
      picture: this.remote.picture,
      volumeStep: this.#volume.step,
      playback: this.#playback,
      settings: this.#settings,
      sleepTimer: this.#sleepTimer,
      condition: this.#condition,
    }
  }

  get #nowMs(): number {
    return this.#parts.clock.now().getTime()
  }

  #boot(): void {
    this.#onSinceMs = this.#nowMs
    this.#timers.after(bootMs, () => {
      this.#wake()
      this.#voice.announceStart()
      this.#slot.play().catch((error) => {
        const card = this.#slot.cardId
        this.#parts.log.error('a card cannot be read', { card, reason: messageOf(error) })
      })
    })
  }

  #reboot(): void {
    // Later, so that the acknowledgement goes out first.
    this.#timers.after(1, () => {
      this.#rest()
      this.#voice.announceReboot()
      this.#boot()
    })
  }

  #shutDown(): void {
    const wasAwake = this.#awake
    this.#rest()
    if (wasAwake) this.#voice.announceShutDown()
  }

  #wake(): void {
    this.#awake = true
    this.#voice.start()
    this.#volume.start()
  }

  /** Everything that goes on ends, and nothing is said about it; where it played is kept. */
  #rest(): void {
    this.#resumePoints.keep(this.#playback)
    this.#awake = false
    this.#playback.unload()
    this.#volume.stop()
    this.#sleepTimer.stop()
    this.#timers.cancelAll()
    this.#voice.stop()
  }

  #fallAsleep(): void {
    if (!this.#playback.pause()) this.#changed()
  }

  #playbackChanged(jumped: boolean): void {
    this.#changed(jumped ? ['position'] : [])
    if (this.#awake) this.#voice.playing = this.#playback.status === 'playing'
  }

  #changed(along: readonly string[] = []): void {
    if (this.#awake) this.#voice.changed(along)
  }
}
