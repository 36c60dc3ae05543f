import type { JsonObject } from '../core/json.ts'
import type { PressedButton } from './behaviour.ts'
import type { Condition } from './condition.ts'
import type { Doubts } from './doubts.ts'
import type { SentRequest } from './fetched-track.ts'

export interface PlayerSpec {
  readonly deviceId: string
  readonly name: string
  readonly deviceFamily: 'mini' | 'v3'
  readonly deviceType: string
  readonly generation: string
  readonly formFactor: string
  /** Where the player's day begins and ends; the household's when absent. */
  readonly utcOffsetSeconds?: number
  readonly doubts?: Partial<Doubts>
}

/**
 * A player as somebody standing before it can use it. What a switched-off one is told has no effect. No act
 * waits for the clock: each resolves when what it causes at once has been sent.
 */
export interface SimulatedPlayer {
  readonly id: string
  readonly name: string
  readonly spec: PlayerSpec
  /** On, through with starting, and with the cloud. */
  readonly online: boolean
  /** @throws AppError `not_found` for a card that the cloud does not have. */
  insert(cardId: string): Promise<void>
  remove(): Promise<void>
  press(button: PressedButton): Promise<void>
  /**
   * Left: volume, the first step at once and each other 0.35 s after the one before; right: tracks. Backwards
   * when negative.
   */
  turn(knob: 'left' | 'right', steps: number): Promise<void>
  /** Off in good order, also in the middle of a track: it says so at once (yoto-protocol §3.8). */
  power(on: boolean): Promise<void>
  /** Its battery is empty, or its network gone: it says nothing, and its last will is told when it was missed for long enough. */
  die(): Promise<void>
  change(condition: Partial<Condition>): void
  pause(): Promise<void>
  resume(): Promise<void>
  snapshot(): PlayerSnapshot
  /** The whole `config` block that the cloud keeps of it. */
  readonly settings: JsonObject
  /** What the last request for audio brought, at most its first 8 MiB. */
  received(): Buffer
}

export interface PlayerSnapshot {
  readonly on: boolean
  readonly cardInSlot: string | null
  /** The card that plays or is paused. */
  readonly card: string | null
  readonly source: 'card' | 'remote' | null
  readonly chapterKey: string | null
  readonly trackKey: string | null
  readonly playback: 'playing' | 'paused' | 'stopped'
  readonly playing: boolean
  /** It plays, but waits for bytes. */
  readonly stalled: boolean
  readonly positionSeconds: number
  readonly lengthSeconds: number | null
  /** To what position of the track audio has arrived. */
  readonly arrivedSeconds: number
  /** 0 to 16. */
  readonly volume: number
  readonly volumeMax: number
  /** `off` or `0xRRGGBB`. */
  readonly nightlight: string
  /** The icon that it was told to show last. */
  readonly picture: string | null
  readonly sleepTimerSeconds: number
  /** Of the last request for audio. */
  readonly bytesReceived: number
  readonly sha256: string | null
  readonly lastRequest: SentRequest | null
  /** Why the last track could not be played to its end. */
  readonly problem: string | null
}
