import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** The highest step that the player allows now: that of the day, or of the night. */
export const volumeLimit: PlayerEntity = {
  key: 'volume_limit',
  platform: 'sensor',
  component: () => ({
    name: 'Volume limit',
    icon: 'mdi:volume-equal',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: plainOf('volume_max_step'),
  }),
}
