import type { BridgeEntity } from '../entity.ts'

/** Off when the product is gone, so it must not depend on the product being there. */
export const bridgeConnection: BridgeEntity = {
  key: 'connection',
  platform: 'binary_sensor',
  component: ({ state }) => ({
    name: 'Connection',
    device_class: 'connectivity',
    entity_category: 'diagnostic',
    state_topic: state,
    payload_on: 'online',
    payload_off: 'offline',
  }),
}
