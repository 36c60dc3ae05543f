import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

export const wifi: PlayerEntity = {
  key: 'wifi',
  platform: 'sensor',
  component: () => ({
    device_class: 'signal_strength',
    unit_of_measurement: 'dBm',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: plainOf('wifi_dbm'),
  }),
}
