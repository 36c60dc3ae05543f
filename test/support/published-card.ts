import type { PublishedCardView } from '../../src/http/api/cards.ts'

/** A card of the stream `bedroom`, as it is once it is published. */
export function publishedCard(card_id: string, title: string): PublishedCardView {
  return {
    card_id,
    title,
    story: null,
    stream: 'bedroom',
    tracks: null,
    icon: null,
    cover_url: null,
    kind: 'queue',
    slots: 'interactive',
    confirm: 'request',
    player: null,
    distrusted: null,
    old_keys_end_at: null,
    audio: 'streamed',
    uploading: null,
  }
}
