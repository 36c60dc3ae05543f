import type { PlayerEntity } from '../entity.ts'
import { truthOf } from '../template.ts'

/** Whether what plays comes from the network as it plays. */
export const streaming: PlayerEntity = {
  key: 'streaming',
  platform: 'binary_sensor',
  component: () => ({
    name: 'Streaming',
    icon: 'mdi:cloud-download-outline',
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: truthOf('streaming'),
  }),
}
