import type { BridgeEntity } from '../entity.ts'

/**
 * How many problems wait for somebody: the length of the list `problems` of bridge/info. Their names are its attribute;
 * the words are not, because they change too often for what Home Assistant records.
 */
export const bridgeProblems: BridgeEntity = {
  key: 'problems',
  platform: 'sensor',
  component: ({ info, state }) => ({
    name: 'Problems',
    icon: 'mdi:alert-circle-outline',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    state_topic: info,
    value_template: "{{ value_json.get('problems', []) | count }}",
    json_attributes_topic: info,
    json_attributes_template: "{{ {'problem_names': value_json.get('problem_names', [])} | tojson }}",
    availability: [{ topic: state }],
  }),
}
