import type { BridgeEntity } from '../entity.ts'

const states = ['not_set_up', 'signed_out', 'pending', 'signed_in', 'sign_in_again']

/** Whether somebody is signed in to Yoto: `cloud.account` of bridge/info. */
export const bridgeAccount: BridgeEntity = {
  key: 'account',
  platform: 'sensor',
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
