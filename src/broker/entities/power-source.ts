import { powerSources } from '../../core/player.ts'
import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

export const powerSource: PlayerEntity = {
  key: 'power_source',
  platform: 'sensor',
  component: () => ({
    name: 'Power source',
    icon: 'mdi:power-plug',
    device_class: 'enum',
    options: [...powerSources],
    entity_category: 'diagnostic',
    value_template: plainOf('power_source'),
  }),
}
