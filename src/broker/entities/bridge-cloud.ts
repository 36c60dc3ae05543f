import type { BridgeEntity } from '../entity.ts'

/** Whether Yoto's cloud is connected: `cloud_connected` of bridge/info. */
export const bridgeCloud: BridgeEntity = {
  key: 'cloud',
  platform: 'binary_sensor',
  component: ({ info, state }) => ({
    name: 'Yoto cloud',
    device_class: 'connectivity',
    entity_category: 'diagnostic',
    state_topic: info,
    value_template: "{{ {true: 'ON', false: 'OFF'}.get(value_json.get('cloud_connected'), 'None') }}",
    availability: [{ topic: state }],
  }),
}
