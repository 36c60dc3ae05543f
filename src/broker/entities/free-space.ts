import type { PlayerEntity } from '../entity.ts'
import { calculatedFrom } from '../template.ts'

/** What is left of the player's own memory, in megabytes of a million bytes. */
export const freeSpace: PlayerEntity = {
  key: 'free_space',
  platform: 'sensor',
  component: () => ({
    name: 'Free space',
    icon: 'mdi:harddisk',
    device_class: 'data_size',
    unit_of_measurement: 'MB',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: calculatedFrom('free_disk_kib', '(value_json.free_disk_kib * 1.024 / 1000) | round(1)'),
  }),
}
