import type { PlayerEntity } from '../entity.ts'

/**
 * The picture of the card. Home Assistant writes an error for a message without an address, so the topic keeps the
 * last address there was, and it is the state that says whether there is a picture now.
 */
export const cover: PlayerEntity = {
  key: 'cover',
  platform: 'image',
  component: ({ own, state, availability, bridgeState }) => ({
    name: 'Cover',
    icon: 'mdi:image',
    url_topic: own('cover'),
    availability: [
      { topic: bridgeState },
      { topic: availability },
      {
        topic: state,
        value_template: "{{ 'online' if (value_json.cover_url or '')[:4] == 'http' else 'offline' }}",
      },
    ],
    availability_mode: 'all',
  }),
}
