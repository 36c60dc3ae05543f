import type { PlayerEntity } from '../entity.ts'
import { textOf } from '../template.ts'

/** A sensor, not an `update`: Yoto does not say which version is the newest. */
export const firmware: PlayerEntity = {
  key: 'firmware',
  platform: 'sensor',
  component: () => ({
    name: 'Firmware',
    icon: 'mdi:chip',
    entity_category: 'diagnostic',
    value_template: textOf('firmware'),
  }),
}
