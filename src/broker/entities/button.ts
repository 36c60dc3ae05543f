import { buttons } from '../../core/event.ts'
import type { PlayerEntity } from '../entity.ts'

/**
 * Presses of the player's knobs. All events of a player share one topic; the template lets only presses through,
 * under the button's name. Home Assistant drops an empty result without a word in its log, where an event type
 * that is not on the list costs a warning each time.
 */
export const button: PlayerEntity = {
  key: 'button',
  platform: 'event',
  component: ({ event }) => ({
    icon: 'mdi:gesture-tap-button',
    device_class: 'button',
    event_types: [...buttons],
    state_topic: event,
    value_template:
      "{{ dict(value_json, event_type=value_json.button) | to_json if value_json.event_type == 'button' else '' }}",
  }),
}
