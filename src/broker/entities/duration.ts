import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** How long the track is. */
export const duration: PlayerEntity = {
  key: 'duration',
  platform: 'sensor',
  component: () => ({
    name: 'Track length',
    icon: 'mdi:timer-music-outline',
    device_class: 'duration',
    unit_of_measurement: 's',
    enabled_by_default: false,
    value_template: plainOf('duration_s'),
  }),
}
