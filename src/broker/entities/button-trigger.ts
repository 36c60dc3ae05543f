import { type Button, buttons } from '../../core/event.ts'
import type { PlayerEntity } from '../entity.ts'

/** Device triggers, so that an automation can begin with "left pressed" without naming an entity. */
export const buttonTriggers: readonly PlayerEntity[] = buttons.map(trigger)

function trigger(pressed: Button): PlayerEntity {
  return {
    key: `button_${pressed}`,
    platform: 'device_automation',
    component: ({ event }) => ({
      automation_type: 'trigger',
      // A type that Home Assistant has words for in every language: "<subtype>" pressed.
      type: 'button_short_press',
      subtype: pressed,
      topic: event,
      value_template: "{{ value_json.get('button', '') }}",
      payload: pressed,
    }),
  }
}
