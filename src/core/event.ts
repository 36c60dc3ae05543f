/**
 * What happened to a player, as it is published and as rules see it. `player` is null for a request of a
 * stream whose listener nobody could name.
 */
export const buttons = ['left', 'right', 'next', 'previous'] as const
export type Button = (typeof buttons)[number]

interface Occurrence {
  readonly player: string | null
  /** ISO 8601 with offset. */
  readonly at: string
  /** The stream that the card in the player carries, where it is a card of ours. */
  readonly stream?: string
  /**
   * A command of ours has made the player do it. Absent where a hand did, Yoto's own app or the player by itself, and
   * where that cannot be told apart. Never on a `button`, nor on what no command brings.
   */
  readonly commanded?: true
}

interface OnCard {
  readonly card_id: string | null
  readonly chapter_key: string | null
  readonly track_key: string | null
}

export type PlayerEvent = Occurrence &
  (
    | { readonly type: 'online' | 'offline' }
    | { readonly type: 'card_inserted'; readonly card_id: string; readonly source: string | null }
    | { readonly type: 'card_removed'; readonly card_id: string }
    | ({
        readonly type: 'playback_started' | 'playback_paused' | 'playback_resumed' | 'playback_stopped'
        readonly position_s: number | null
      } & OnCard)
    | ({ readonly type: 'track_started' } & OnCard)
    | ({ readonly type: 'track_ended' /** It played to its end. */; readonly natural: boolean } & OnCard)
    | ({
        readonly type: 'button'
        readonly button: Button
        /** 0 to 1: how sure the inference is; Yoto itself reports no presses. */
        readonly confidence: number
        readonly via: 'http' | 'mqtt'
      } & OnCard)
    | {
        readonly type: 'volume_changed'
        readonly volume_step: number
        readonly volume_percent: number | null
      }
    | { readonly type: 'day_started' | 'night_started' }
    | { readonly type: 'sleep_timer_started'; readonly sleep_timer_s: number }
    | { readonly type: 'sleep_timer_ended' }
    | { readonly type: 'battery_low'; readonly battery_percent: number }
    | { readonly type: 'headphones_on' | 'headphones_off' }
    | { readonly type: 'stream_requested'; readonly stream: string; readonly card_id: string | null }
    | {
        readonly type: 'story_choice'
        readonly story: string
        /** `left`, `right`, or `silence` where nobody pressed. */
        readonly choice: string
        /** The scene that asked. */
        readonly scene?: string
        /** The scene that follows. */
        readonly leads_to?: string
      }
  )

export type PlayerEventType = PlayerEvent['type']

/** All event types, in the order of the published contract. */
export const playerEventTypes = [
  'card_inserted',
  'card_removed',
  'playback_started',
  'playback_paused',
  'playback_resumed',
  'playback_stopped',
  'track_started',
  'track_ended',
  'button',
  'volume_changed',
  'online',
  'offline',
  'day_started',
  'night_started',
  'sleep_timer_started',
  'sleep_timer_ended',
  'battery_low',
  'headphones_on',
  'headphones_off',
  'story_choice',
  'stream_requested',
] as const satisfies readonly PlayerEventType[]
