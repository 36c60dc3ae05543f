import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** Of the player itself; only some of them measure it. */
export const temperature: PlayerEntity = {
  key: 'temperature',
  platform: 'sensor',
  needs: 'temperature',
  component: () => ({
    device_class: 'temperature',
    unit_of_measurement: '°C',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    value_template: plainOf('temperature_c'),
  }),
}
