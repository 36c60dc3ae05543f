import { playbackStates } from '../../core/player.ts'
import type { PlayerEntity } from '../entity.ts'

export const playback: PlayerEntity = {
  key: 'playback',
  platform: 'sensor',
  commands: [],
  component: () => ({
    name: 'Playback',
    icon: 'mdi:play-pause',
    device_class: 'enum',
    options: [...playbackStates],
    value_template: '{{ value_json.playback }}',
  }),
}
