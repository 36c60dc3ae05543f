import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** Off at first, and on a topic that speaks seldom, so that Home Assistant does not write down every second. */
export const position: PlayerEntity = {
  key: 'position',
  platform: 'sensor',
  component: ({ own }) => ({
    name: 'Position',
    icon: 'mdi:progress-clock',
    device_class: 'duration',
    unit_of_measurement: 's',
    enabled_by_default: false,
    state_topic: own('position'),
    value_template: plainOf('position_s'),
  }),
}
