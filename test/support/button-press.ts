import type { PlayerEvent } from '../../src/core/event.ts'

type Press = Extract<PlayerEvent, { readonly type: 'button' }>

/** A press of the right button of player `y1` on the card of stream `bedroom`, with what the test says instead. */
export function buttonPress(more: Partial<Press> = {}): Press {
  return {
    type: 'button',
    button: 'right',
    confidence: 0.9,
    via: 'mqtt',
    player: 'y1',
    stream: 'bedroom',
    card_id: '4Dem0',
    chapter_key: '02',
    track_key: '02',
    at: '2026-11-21T10:00:00+00:00',
    ...more,
  }
}
