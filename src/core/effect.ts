import type { Also } from './collection.ts'
import type { HoldWish } from './hold.ts'
import type { JsonObject } from './json.ts'
import type { AskedValue } from './kept-values.ts'
import type { Light } from './player.ts'
import type { QueueMutation } from './queue.ts'
import type { MeantFor } from './queue-tag.ts'
import type { ResumePoint } from './resume-point.ts'

/**
 * Everything that may be asked for, by rules, Home Assistant, the panel or REST alike. One exhaustive
 * `perform` carries effects out; a dry run is the same engine with another `perform`.
 */
export type Effect =
  | {
      readonly kind: 'mutate-queue'
      readonly stream: string
      readonly mutation: QueueMutation
      /** Of the files it brings: what is longer than an item may be comes in parts, as the chapters of books always do. */
      readonly split?: boolean
      /** Only while the stream is in one of these states. */
      readonly meantFor?: MeantFor
    }
  /** Content is named, not listed: a playlist is read at the moment its turn comes, so wishes keep their order. */
  | {
      readonly kind: 'fill-queue'
      readonly stream: string
      /** `now`: behind the current item, and on to it. `replace-next`: in place of all that comes behind it. */
      readonly how: 'replace' | 'append' | 'insert-next' | 'now' | 'replace-next'
      /** A playlist's id or a file's name. */
      readonly content: string
      /** Its files in another order. */
      readonly shuffle?: boolean
      /** From its file of this number on, counted from 1; after they were shuffled. */
      readonly from?: number
      /** At most so many files of it. */
      readonly limit?: number
      /** With `replace`: closes or opens the stream in the same step. */
      readonly closed?: boolean
      /** With `replace`: content without a file empties the queue, as the clock has it; else it is refused. */
      readonly orEmpty?: boolean
      /** With `replace`: who may bring back what was there before. */
      readonly keep?: string
      /** How long it holds against the stream's schedule, see `QueueMutation`. */
      readonly hold?: HoldWish | null
      /** With `replace`: where it was left the last time. */
      readonly resume?: ResumePoint
      /** With `replace`: a queue that is just that already stays at its place. */
      readonly goesOn?: boolean
      /** With `replace`: who hears an item of the old queue live hears that to its end. */
      readonly letsEnd?: boolean
      /** Only while the stream is in one of these states. */
      readonly meantFor?: MeantFor
    }
  | { readonly kind: 'delete-stream'; readonly stream: string; readonly meantFor?: MeantFor }
  | { readonly kind: 'command'; readonly player: string; readonly command: PlayerCommand }
  /** Has a player play the card of a stream, from the beginning of what is due there. */
  | { readonly kind: 'start-stream'; readonly stream: string; readonly player: string }
  /**
   * Has a player play the card of a story: from its beginning, or another scene with everything as it is at the start; or
   * where the player was in it. `end`: stops the player that plays it, and the story is over.
   */
  | {
      readonly kind: 'tell-story'
      readonly story: string
      readonly player: string
      readonly how: 'start' | 'resume' | 'end'
      readonly scene?: string
    }
  /** Has a player come to its end by itself: a story by its scene of bedtime, all else with the track. */
  | { readonly kind: 'let-end'; readonly player: string }
  /** Has the players that hear another item of the stream by a queue card go on to the current one; starts none. */
  | { readonly kind: 'send-on'; readonly stream: string }
  /** Puts a volume back at a time (ISO 8601), if it is then still as it was left. In steps of 0 to 16. */
  | {
      readonly kind: 'return-volume'
      readonly player: string
      readonly step: number
      readonly left: number
      readonly at: string
    }
  | { readonly kind: 'publish'; readonly topic: string; readonly payload: string; readonly retain: boolean }
  /** An action of Home Assistant, such as `light.turn_on`. `target`: `{entity_id: …}`, `{area_id: …}` and so on. */
  | { readonly kind: 'ha'; readonly action: string; readonly target: JsonObject; readonly data: JsonObject }
  /** A request to a program of the household or beyond it, such as Node-RED. */
  | ({ readonly kind: 'webhook' } & WebhookCall)
  | { readonly kind: 'log'; readonly message: string }
  /** What is worked out from a value, such as one more, is worked out when its turn comes, so that nothing is lost. */
  | { readonly kind: 'set-var' | 'set-input'; readonly name: string; readonly value: AskedValue }

export const webhookMethods = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const

export interface WebhookCall {
  /** Begins with http:// or https://. It may hold secrets: it is said nowhere. */
  readonly url: string
  readonly method: (typeof webhookMethods)[number]
  readonly headers: Readonly<Record<string, string>>
  /** Null where nothing is sent. */
  readonly body: string | null
  /** What the body is, unless a header says so. */
  readonly type: 'json' | 'text'
}

export const bluetoothActions = ['on', 'off', 'connect', 'disconnect', 'delete-bonds', 'state'] as const
export type BluetoothAction = (typeof bluetoothActions)[number]
export const bluetoothRoles = ['source', 'speaker'] as const
export type BluetoothRole = (typeof bluetoothRoles)[number]

/** What a player can be told. Volumes are limited by the player's own cap before they are sent. */
export type PlayerCommand =
  | { readonly type: 'play' | 'pause' | 'stop' | 'next' | 'previous' | 'restart' | 'refresh' | 'reboot' }
  /** 0 to 16. */
  | { readonly type: 'volume-step'; readonly step: number }
  /** 0 to 100. */
  | { readonly type: 'volume-percent'; readonly percent: number }
  | { readonly type: 'seek'; readonly position_s: number }
  | {
      readonly type: 'card'
      readonly card_id: string
      readonly chapter_key?: string
      readonly track_key?: string
      readonly seconds_in?: number
    }
  /** 0 ends the timer. */
  | { readonly type: 'sleep-timer'; readonly seconds: number }
  /** Ends with the track or the chapter that plays. */
  | { readonly type: 'sleep-timer'; readonly until: 'track' | 'chapter' }
  /** `#rrggbb` or `off`. */
  | { readonly type: 'nightlight'; readonly light: string }
  /**
   * Of the player's own Bluetooth. `role`, with `on`: whether it sends its sound to a loudspeaker or is one itself.
   * `name` and `mac`, with `on`: the other side, where one is chosen.
   */
  | {
      readonly type: 'bluetooth'
      readonly action: BluetoothAction
      readonly role?: BluetoothRole
      readonly name?: string
      readonly mac?: string
    }
  /** Shows an icon for so many seconds. `uri`: its path, as Yoto has it. */
  | { readonly type: 'picture'; readonly uri: string; readonly seconds?: number; readonly animated?: boolean }
  /** Kept by the cloud: a player that is off has them when it is back. At least one. */
  | { readonly type: 'settings'; readonly settings: PlayerSettings }

/** Settings of a player that can be changed; those that are absent stay as they are. Volumes are steps of 0 to 16. */
export interface PlayerSettings {
  readonly volume_max_step_day?: number
  readonly volume_max_step_night?: number
  readonly ambient_day?: Light
  readonly ambient_night?: Light
}

/**
 * Carries an effect out, or throws an AppError that says why it could not. `because` is for people. `also`: stored together
 * with what a queue, a var or an input becomes, or neither is.
 */
export type Perform = (effect: Effect, because: string, also?: Also) => Promise<void>
