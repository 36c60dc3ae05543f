import type { PlayerEntity } from '../entity.ts'

/** Asks the player for its state. */
export const refresh: PlayerEntity = {
  key: 'refresh',
  platform: 'button',
  component: ({ setField }) => ({
    name: 'Refresh',
    icon: 'mdi:refresh',
    entity_category: 'diagnostic',
    command_topic: setField('refresh'),
  }),
}
