import { buttons } from '../../core/event.ts'
import type { StreamEntity } from '../entity.ts'

/** Presses that were read off a request of the stream's card by a player that nobody could name. */
export const streamButton: StreamEntity = {
  key: 'button',
  platform: 'event',
  component: ({ title, event }) => ({
    name: `${title} button`,
    icon: 'mdi:gesture-tap-button',
    device_class: 'button',
    event_types: [...buttons],
    state_topic: event,
    // Other events of the stream come under the same topic; an empty result is dropped without a word.
    value_template:
      "{{ dict(value_json, event_type=value_json.button) | to_json if value_json.event_type == 'button' else '' }}",
  }),
}
