import type { StreamEntity } from '../entity.ts'

/** Which rule, slot or person has made the stream what it is. */
export const streamWhy: StreamEntity = {
  key: 'why',
  platform: 'sensor',
  component: ({ title, state }) => ({
    name: `${title} why`,
    icon: 'mdi:help-circle-outline',
    state_topic: state,
    value_template: "{{ (value_json.reason or 'None')[:255] }}",
  }),
}
