import type { PlayerEntity } from '../entity.ts'
import { truthOf } from '../template.ts'

export const charging: PlayerEntity = {
  key: 'charging',
  platform: 'binary_sensor',
  component: () => ({
    device_class: 'battery_charging',
    entity_category: 'diagnostic',
    value_template: truthOf('charging'),
  }),
}
