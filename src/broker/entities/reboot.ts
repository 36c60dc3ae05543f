import type { PlayerEntity } from '../entity.ts'

/** Restarts the player itself; the card from its beginning is the field `restart`. */
export const reboot: PlayerEntity = {
  key: 'reboot',
  platform: 'button',
  component: ({ setField }) => ({
    device_class: 'restart',
    entity_category: 'config',
    command_topic: setField('reboot'),
  }),
}
