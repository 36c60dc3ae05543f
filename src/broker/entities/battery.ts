import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** Without a name of ours, like others whose device class says what they are: Home Assistant has one in every language. */
export const battery: PlayerEntity = {
  key: 'battery',
  platform: 'sensor',
  component: () => ({
    device_class: 'battery',
    unit_of_measurement: '%',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    value_template: plainOf('battery_percent'),
  }),
}
