import { playbackStates } from '../../core/player.ts'
import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

export const playback: PlayerEntity = {
  key: 'playback',
  platform: 'sensor',
  component: () => ({
    name: 'Playback',
    icon: 'mdi:play-pause',
    device_class: 'enum',
    options: [...playbackStates],
    value_template: plainOf('playback'),
  }),
}
