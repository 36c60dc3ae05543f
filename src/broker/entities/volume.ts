import type { PlayerEntity } from '../entity.ts'

/** The player's own 16 steps. */
export const volume: PlayerEntity = {
  key: 'volume',
  platform: 'number',
  commands: ['volume_step'],
  component: ({ setField }) => ({
    name: 'Volume',
    icon: 'mdi:volume-high',
    min: 0,
    max: 16,
    step: 1,
    mode: 'slider',
    value_template: '{{ value_json.volume_step }}',
    command_topic: setField('volume_step'),
  }),
}
