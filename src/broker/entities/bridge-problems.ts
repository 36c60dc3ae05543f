import type { BridgeEntity } from '../entity.ts'

/** How many problems wait for somebody: the length of the list `problems` of bridge/info. */
export const bridgeProblems: BridgeEntity = {
  key: 'problems',
  platform: 'sensor',
  commands: [],
  component: ({ info, state }) => ({
    name: 'Problems',
    icon: 'mdi:alert-circle-outline',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    state_topic: info,
    value_template: "{{ value_json.get('problems', []) | count }}",
    availability: [{ topic: state }],
  }),
}
