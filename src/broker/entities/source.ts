import type { PlayerEntity } from '../entity.ts'

// Yoto's words in lower case; Home Assistant would warn of any other, each time it comes.
const sources = ['card', 'remote', 'mqtt']

/** Where the card came from. */
export const source: PlayerEntity = {
  key: 'source',
  platform: 'sensor',
  component: () => ({
    name: 'Source',
    icon: 'mdi:import',
    device_class: 'enum',
    options: sources,
    entity_category: 'diagnostic',
    enabled_by_default: false,
    value_template: `{% set source = (value_json.source or '') | lower %}{{ source if source in ${JSON.stringify(sources)} else 'None' }}`,
  }),
}
