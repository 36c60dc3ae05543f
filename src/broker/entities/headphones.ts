import type { PlayerEntity } from '../entity.ts'
import { truthOf } from '../template.ts'

export const headphones: PlayerEntity = {
  key: 'headphones',
  platform: 'binary_sensor',
  component: () => ({
    name: 'Headphones',
    icon: 'mdi:headphones',
    device_class: 'plug',
    entity_category: 'diagnostic',
    value_template: truthOf('headphones'),
  }),
}
