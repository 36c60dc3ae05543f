import type { StreamEntity } from '../entity.ts'

/** The title of the item that is due, whether or not a player has the stream's card in it. */
export const streamNowPlaying: StreamEntity = {
  key: 'now_playing',
  platform: 'sensor',
  component: ({ title, state }) => ({
    name: `${title} now playing`,
    icon: 'mdi:music-note',
    state_topic: state,
    value_template: "{{ (value_json.now_playing or 'None')[:255] }}",
  }),
}
