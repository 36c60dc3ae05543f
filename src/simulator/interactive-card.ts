import type { CardBehaviour, Move } from './behaviour.ts'
import { type Card, placeOf, type Track, type TrackEvent } from './card.ts'
import type { Doubts } from './doubts.ts'

/**
 * A card whose tracks carry `events` (yoto-protocol §4.4). A button without a handler does nothing; a target
 * that is not on the card does nothing either, and ends the card where it follows a track.
 */
export function interactiveBehaviour(options: {
  card: Card
  linear: CardBehaviour
  doubts: Doubts
}): CardBehaviour {
  const { card, linear, doubts } = options
  const deaf = (track: Track | undefined) => doubts.ignoreEventsOnStreams && track?.audio.kind === 'stream'
  return {
    pressed(button, moment) {
      if (moment.stopped) return 0
      const track = card.tracks[moment.place]
      if (deaf(track)) return linear.pressed(button, moment)
      return follow(card, button === 'left' ? track?.onLhb : track?.onRhb, moment.place) ?? 'stay'
    },
    turned: linear.turned,
    ended(place) {
      const track = card.tracks[place]
      if (deaf(track) || track?.onEnd === undefined) return linear.ended(place)
      return follow(card, track.onEnd, place) ?? 'stop'
    },
  }
}

function follow(card: Card, event: TrackEvent | undefined, place: number): Move | undefined {
  switch (event?.cmd) {
    case 'goto':
      return placeOf(card, event.chapterKey, event.trackKey)
    case 'repeat':
      return place
    case 'stop':
      return 'stop'
    case undefined:
      return undefined
  }
}
