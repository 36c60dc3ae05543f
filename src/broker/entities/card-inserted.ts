import { cardInsertions } from '../../core/player.ts'
import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

export const cardInserted: PlayerEntity = {
  key: 'card_inserted',
  platform: 'sensor',
  component: () => ({
    name: 'Card inserted',
    icon: 'mdi:card-plus-outline',
    device_class: 'enum',
    options: [...cardInsertions],
    value_template: plainOf('card_inserted'),
  }),
}
