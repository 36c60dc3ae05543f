import type { BridgeEntity } from '../entity.ts'

const states = ['none', 'signed-out', 'pending', 'signed-in', 'sign-in-again']

/** Whether somebody is signed in to Yoto: `cloud.account` of bridge/info. */
export const bridgeAccount: BridgeEntity = {
  key: 'account',
  platform: 'sensor',
  commands: [],
  component: ({ info, state }) => ({
    name: 'Yoto account',
    icon: 'mdi:account-check-outline',
    device_class: 'enum',
    options: states,
    entity_category: 'diagnostic',
    state_topic: info,
    value_template: "{{ value_json.get('cloud', {}).get('account', 'None') }}",
    availability: [{ topic: state }],
  }),
}
