import type { PlayerEntity } from '../entity.ts'

export const battery: PlayerEntity = {
  key: 'battery',
  platform: 'sensor',
  commands: [],
  component: () => ({
    name: 'Battery',
    device_class: 'battery',
    unit_of_measurement: '%',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    value_template: '{{ value_json.battery_percent }}',
  }),
}
