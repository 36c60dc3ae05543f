import { dayModes } from '../../core/player.ts'
import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** Whether it is day or night for the player: its volume limit and its light follow it. */
export const dayMode: PlayerEntity = {
  key: 'day_mode',
  platform: 'sensor',
  component: () => ({
    name: 'Day mode',
    icon: 'mdi:theme-light-dark',
    device_class: 'enum',
    options: [...dayModes],
    entity_category: 'diagnostic',
    value_template: plainOf('day_mode'),
  }),
}
