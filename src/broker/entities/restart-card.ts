import type { PlayerEntity } from '../entity.ts'

/** The card from its first track; `reboot` is for the player itself. */
export const restartCard: PlayerEntity = {
  key: 'restart',
  platform: 'button',
  component: ({ setField }) => ({
    name: 'Card from the start',
    icon: 'mdi:skip-backward',
    command_topic: setField('restart'),
  }),
}
