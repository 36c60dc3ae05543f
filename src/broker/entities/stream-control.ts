import type { StreamEntity } from '../entity.ts'

/** Skips the item that is due, or begins the stream again. */
export const streamControls: readonly StreamEntity[] = [
  control('skip', 'mdi:skip-next'),
  control('restart', 'mdi:restart'),
]

function control(key: 'skip' | 'restart', icon: string): StreamEntity {
  return {
    key,
    platform: 'button',
    component: ({ title, set }) => ({
      name: `${title} ${key}`,
      icon,
      command_topic: set,
      payload_press: JSON.stringify({ [key]: true }),
    }),
  }
}
