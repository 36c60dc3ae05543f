import type { PlayerEntity } from '../entity.ts'

/** Play, pause, stop, next and previous, each a button. */
export const transport: readonly PlayerEntity[] = [
  control('play', { name: 'Play', icon: 'mdi:play' }),
  control('pause', { name: 'Pause', icon: 'mdi:pause' }),
  control('stop', { name: 'Stop', icon: 'mdi:stop' }),
  control('next', { name: 'Next', icon: 'mdi:skip-next' }),
  control('previous', { name: 'Previous', icon: 'mdi:skip-previous' }),
]

function control(action: string, looks: { name: string; icon: string }): PlayerEntity {
  return {
    key: action,
    platform: 'button',
    component: ({ setField }) => ({
      ...looks,
      command_topic: setField('playback'),
      payload_press: action,
    }),
  }
}
