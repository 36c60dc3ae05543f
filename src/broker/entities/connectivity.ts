import type { PlayerEntity } from '../entity.ts'

/** Listens to the bridge alone: with the player's availability it would be unavailable where it should be off. */
export const connectivity: PlayerEntity = {
  key: 'online',
  platform: 'binary_sensor',
  component: ({ bridgeState }) => ({
    device_class: 'connectivity',
    entity_category: 'diagnostic',
    value_template: "{{ 'ON' if value_json.online else 'OFF' }}",
    availability: [{ topic: bridgeState }],
  }),
}
