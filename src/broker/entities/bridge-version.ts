import type { BridgeEntity } from '../entity.ts'

export const bridgeVersion: BridgeEntity = {
  key: 'version',
  platform: 'sensor',
  component: ({ info, state }) => ({
    name: 'Version',
    icon: 'mdi:tag-outline',
    entity_category: 'diagnostic',
    state_topic: info,
    value_template: '{{ value_json.version }}',
    availability: [{ topic: state }],
  }),
}
