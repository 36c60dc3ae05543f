import type { CardBehaviour, Moment, Move } from './behaviour.ts'
import type { Card } from './card.ts'

const restartAfterSeconds = 3

/**
 * Chapters and tracks in their order. That a right press skips and a left one goes back is an assumption:
 * what knobs and buttons really do here is untested (yoto-protocol §4.2). So are the restart within a track
 * and the end of the card where a skip finds nothing more.
 */
export function linearBehaviour(card: Card, repeatAll: () => boolean): CardBehaviour {
  const skipTo = (target: number, moment: Moment): Move => {
    if (card.disableTrackNav) return 'stay'
    const to = Math.max(0, target)
    const elsewhere = card.tracks[to]?.chapterKey !== card.tracks[moment.place]?.chapterKey
    if (elsewhere && card.disableChapterNav) return 'stay'
    return to < card.tracks.length ? to : afterLast(repeatAll())
  }
  return {
    pressed(button, moment) {
      if (moment.stopped) return startAgain(card, button === 'right' ? moment.place + 1 : moment.place)
      if (button === 'right') return skipTo(moment.place + 1, moment)
      const restarts = moment.positionSeconds > restartAfterSeconds
      return skipTo(restarts ? moment.place : moment.place - 1, moment)
    },
    turned: (steps, moment) => (steps === 0 ? 'stay' : skipTo(moment.place + steps, moment)),
    ended(place) {
      if (card.autoadvance === 'none') return 'stop'
      if (card.autoadvance === 'repeat') return place
      return place + 1 < card.tracks.length ? place + 1 : afterLast(repeatAll())
    },
  }
}

function startAgain(card: Card, place: number): Move {
  return place < card.tracks.length ? place : 0
}

function afterLast(repeatAll: boolean): Move {
  return repeatAll ? 0 : 'stop'
}
