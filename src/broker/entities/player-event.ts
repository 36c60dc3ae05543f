import type { PlayerEventType } from '../../core/event.ts'
import type { PlayerEntity } from '../entity.ts'

/**
 * What happens to a player, beside presses, in three groups. All events of a player share one topic; each entity lets
 * through the types on its list, and of the others nothing: Home Assistant drops an empty result without a word,
 * where a type that is not on the list costs a warning each time.
 */
export const playerEvents: readonly PlayerEntity[] = [
  group('playback_event', {
    name: 'Playback event',
    icon: 'mdi:playlist-play',
    types: [
      'playback_started',
      'playback_paused',
      'playback_resumed',
      'playback_stopped',
      'track_started',
      'track_ended',
    ],
  }),
  group('card_event', {
    name: 'Card event',
    icon: 'mdi:cards-playing-outline',
    types: ['card_inserted', 'card_removed', 'story_choice', 'stream_requested'],
  }),
  group('surroundings_event', {
    name: 'Surroundings event',
    icon: 'mdi:home-switch-outline',
    types: [
      'online',
      'offline',
      'volume_changed',
      'day_started',
      'night_started',
      'sleep_timer_started',
      'sleep_timer_ended',
      'battery_low',
      'headphones_on',
      'headphones_off',
    ],
  }),
]

function group(
  key: string,
  { types, ...looks }: { types: readonly PlayerEventType[]; name: string; icon: string },
): PlayerEntity {
  const list = JSON.stringify(types)
  return {
    key,
    platform: 'event',
    component: ({ event, bridgeState }) => ({
      ...looks,
      event_types: types,
      state_topic: event,
      value_template: `{{ value if value_json.event_type in ${list} else '' }}`,
      // With the player's own availability nobody would see it go offline.
      ...(types.includes('offline') ? { availability: [{ topic: bridgeState }] } : {}),
    }),
  }
}
