import type { StreamEntity } from '../entity.ts'

// Home Assistant holds no longer states. What begins as an object or stands in quotes is read as JSON.
const selectable = /^(?![{\s]|".*"$)[^\p{Cc}]{1,255}(?<!\s)$/u

/** What the stream plays, of the playlists of the rules; unknown where its files come from elsewhere. */
export const streamPlaylist: StreamEntity = {
  key: 'playlist',
  platform: 'select',
  isThere: ({ playlists }) => optionsOf(playlists).length > 0,
  component: ({ title, state, set, playlists }) => ({
    name: `${title} playlist`,
    icon: 'mdi:playlist-music',
    options: optionsOf(playlists),
    // Home Assistant would keep the last playlist where the stream plays something else now, and warn each time.
    value_template: `{{ value_json.playlist if value_json.playlist in ${JSON.stringify(optionsOf(playlists))} else 'None' }}`,
    state_topic: state,
    command_topic: set,
  }),
}

function optionsOf(playlists: readonly string[]): readonly string[] {
  return playlists.filter((name) => selectable.test(name))
}
