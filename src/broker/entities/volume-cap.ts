import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** The limits that parents set for day and night, in steps. */
export const volumeCaps: readonly PlayerEntity[] = [
  cap('volume_max_step_day', 'Maximum volume by day'),
  cap('volume_max_step_night', 'Maximum volume at night'),
]

function cap(field: 'volume_max_step_day' | 'volume_max_step_night', name: string): PlayerEntity {
  return {
    key: field,
    platform: 'number',
    component: ({ setField }) => ({
      name,
      icon: 'mdi:volume-equal',
      entity_category: 'config',
      min: 0,
      max: 16,
      step: 1,
      mode: 'slider',
      value_template: plainOf(field),
      command_topic: setField(field),
    }),
  }
}
