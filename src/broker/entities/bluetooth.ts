import type { PlayerEntity } from '../entity.ts'
import { truthOf } from '../template.ts'

/** Whether the player plays to Bluetooth headphones or a speaker. */
export const bluetooth: PlayerEntity = {
  key: 'bluetooth',
  platform: 'binary_sensor',
  component: () => ({
    name: 'Bluetooth audio',
    icon: 'mdi:bluetooth-audio',
    device_class: 'connectivity',
    entity_category: 'diagnostic',
    value_template: truthOf('bluetooth'),
  }),
}
