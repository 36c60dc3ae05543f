import type { BridgeEntity } from '../entity.ts'

/** How many players and streams there are: `counts` of bridge/info. */
export const bridgeCounts: readonly BridgeEntity[] = [
  count('players', { name: 'Players', icon: 'mdi:speaker-multiple' }),
  count('streams', { name: 'Streams', icon: 'mdi:playlist-music-outline' }),
]

function count(what: string, looks: { name: string; icon: string }): BridgeEntity {
  return {
    key: what,
    platform: 'sensor',
    component: ({ info, state }) => ({
      ...looks,
      state_class: 'measurement',
      entity_category: 'diagnostic',
      state_topic: info,
      value_template: `{{ value_json.counts.${what} }}`,
      availability: [{ topic: state }],
    }),
  }
}
