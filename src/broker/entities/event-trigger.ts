import type { PlayerEventType } from '../../core/event.ts'
import type { PlayerEntity } from '../entity.ts'

/** What and how, as people read it: Home Assistant shows types that it has no words for as `"<subtype>" <type>`. */
const words: Readonly<Record<Exclude<PlayerEventType, 'button'>, readonly [string, string]>> = {
  card_inserted: ['card', 'inserted'],
  card_removed: ['card', 'removed'],
  playback_started: ['playback', 'started'],
  playback_paused: ['playback', 'paused'],
  playback_resumed: ['playback', 'resumed'],
  playback_stopped: ['playback', 'stopped'],
  track_started: ['track', 'started'],
  track_ended: ['track', 'ended'],
  volume_changed: ['volume', 'changed'],
  online: ['player', 'online'],
  offline: ['player', 'offline'],
  day_started: ['day', 'started'],
  night_started: ['night', 'started'],
  sleep_timer_started: ['sleep timer', 'started'],
  sleep_timer_ended: ['sleep timer', 'ended'],
  battery_low: ['battery', 'low'],
  headphones_on: ['headphones', 'plugged in'],
  headphones_off: ['headphones', 'unplugged'],
  story_choice: ['story', 'choice made'],
  stream_requested: ['stream', 'requested'],
}

/** Device triggers for every event but presses, which have their own. Automations keep type and subtype: neither may change. */
export const eventTriggers: readonly PlayerEntity[] = Object.entries(words).map(([event, [subtype, type]]) =>
  trigger(event, { subtype, type }),
)

function trigger(eventType: string, shown: { subtype: string; type: string }): PlayerEntity {
  return {
    key: `trigger_${eventType}`,
    platform: 'device_automation',
    component: ({ event }) => ({
      automation_type: 'trigger',
      ...shown,
      topic: event,
      value_template: '{{ value_json.event_type }}',
      payload: eventType,
    }),
  }
}
