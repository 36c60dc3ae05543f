import type { StreamEntity } from '../entity.ts'

/** On while the stream plays nothing, whatever it holds. */
export const streamClosed: StreamEntity = {
  key: 'closed',
  platform: 'switch',
  component: ({ title, state, set }) => ({
    name: `${title} closed`,
    icon: 'mdi:lock-outline',
    state_topic: state,
    value_template: "{{ 'ON' if value_json.closed else 'OFF' }}",
    state_on: 'ON',
    state_off: 'OFF',
    command_topic: set,
    payload_on: '{"closed": true}',
    payload_off: '{"closed": false}',
  }),
}
