import type { PlayerEntity } from '../entity.ts'
import { plainOf } from '../template.ts'

/** Switched off at first: it changes with every word of the player. */
export const lastSeen: PlayerEntity = {
  key: 'last_seen',
  platform: 'sensor',
  component: ({ bridgeState }) => ({
    name: 'Last seen',
    icon: 'mdi:clock-check-outline',
    device_class: 'timestamp',
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: plainOf('last_seen_at'),
    // It is asked for when the player is away.
    availability: [{ topic: bridgeState }],
  }),
}
