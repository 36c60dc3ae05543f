import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/**
 * The player's own 16 steps, whatever its limit is now: a number above `max` would be an error in Home Assistant's log,
 * and when night falls the limit and the volume under it do not come in one message. A step above the limit is sent
 * as the limit, and the player's answer moves the slider back.
 */
export const volume: PlayerEntity = {
  key: 'volume',
  platform: 'number',
  component: ({ setField }) => ({
    name: 'Volume',
    icon: 'mdi:volume-high',
    min: 0,
    max: 16,
    step: 1,
    mode: 'slider',
    value_template: plainOf('volume_step'),
    command_topic: setField('volume_step'),
  }),
}
