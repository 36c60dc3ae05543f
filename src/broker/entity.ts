import type { Input } from '../core/input.ts'
import type { Ability } from '../core/models.ts'
import type { BridgeTopics, InputTopics, PlayerTopics, StreamTopics } from './topic.ts'

/** Platforms of Home Assistant's MQTT discovery that we use. There is none for media players. */
export type Platform =
  | 'sensor'
  | 'binary_sensor'
  | 'number'
  | 'button'
  | 'select'
  | 'switch'
  | 'text'
  | 'light'
  | 'image'
  | 'event'
  | 'device_automation'

/** Keys of one discovery component, written out in full. */
export type ComponentKeys = Readonly<Record<string, unknown>>

/**
 * One entity of Home Assistant: all there is to know about it, and nothing of the others. Its unique id, its
 * entity id and, unless it says otherwise, its state topic and availability come from its device.
 */
export interface Entity<Topics> {
  /** Never changes once released: it is part of the unique id. */
  readonly key: string
  readonly platform: Platform
  /** Absent: always. */
  isThere?(topics: Topics): boolean
  /** What its platform needs beyond that, with the value template that picks its value from the state. */
  component(topics: Topics): ComponentKeys
}

export interface PlayerEntity extends Entity<PlayerTopics & { readonly bridgeState: string }> {
  /** What a player must have for it; absent: every player has it. */
  readonly needs?: Ability
}
export type BridgeEntity = Entity<BridgeTopics & { readonly isStartedAgain: boolean }>

/** All streams share the bridge's device, so the names of their entities begin with the stream's title. */
export type StreamEntity = Entity<
  StreamTopics & { readonly title: string; readonly playlists: readonly string[] }
>

/** All inputs share the bridge's device, too. `input` is how it is described; its value is not to be relied on. */
export type InputEntity = Entity<InputTopics & { readonly title: string; readonly input: Input }>
