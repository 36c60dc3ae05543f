import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** How bright the room is, on a scale of the player's own: nobody has shown that it is lux. */
export const lightSensor: PlayerEntity = {
  key: 'light_sensor',
  platform: 'sensor',
  needs: 'light-sensor',
  component: () => ({
    name: 'Light sensor',
    icon: 'mdi:brightness-5',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: plainOf('light_sensor_raw'),
  }),
}
