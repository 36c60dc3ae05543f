import { expect, test } from 'vitest'
import { type Moment, stoppedCardIn } from '../../src/core/moment.ts'
import { applyPatch, type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import { eventsBetween } from '../../src/core/transition.ts'

const plays = (card_id: string): PlayerPatch => ({ card_id, playback: 'playing' })
const silent: PlayerPatch = { card_id: null, playback: 'stopped' }
const slot = (card_inserted: 'none' | 'physical' | 'remote'): PlayerPatch => ({ card_inserted })

/** Which cards came and went, as a player says one thing after the other. */
function cardsIn(...said: readonly PlayerPatch[]): string[] {
  const at = new Date('2026-11-21T10:00:00Z')
  let before: Moment = { state: unknownPlayer('y1', 'Nursery'), at }
  return said.flatMap((patch) => {
    const state = applyPatch(before.state, patch)
    const after = { state, at, stoppedCard: stoppedCardIn(state, before) }
    const events = eventsBetween(before, after, { layout: null, stream: null, commanded: false })
    before = after
    return events.flatMap((event) =>
      event.type === 'card_inserted' || event.type === 'card_removed'
        ? [`${event.type === 'card_inserted' ? 'in' : 'out'} ${event.card_id}`]
        : [],
    )
  })
}

test('a card that has come to its end still lies there, and begins again without having come', () => {
  const said = [plays('aaa'), slot('physical'), silent, slot('physical'), plays('aaa')]
  expect(cardsIn(...said)).toEqual(['in aaa'])
})

test('it is taken out when the status says that the slot is empty', () => {
  expect(cardsIn(plays('aaa'), slot('physical'), silent)).toEqual(['in aaa'])
  expect(cardsIn(plays('aaa'), slot('physical'), silent, slot('none'))).toEqual(['in aaa', 'out aaa'])
  const later = [silent, slot('physical'), slot('physical'), slot('none'), slot('none')]
  expect(cardsIn(plays('aaa'), slot('physical'), ...later)).toEqual(['in aaa', 'out aaa'])
})

test('another one in its place is out and in, whether the player named nothing in between or not', () => {
  const swapped = ['in aaa', 'out aaa', 'in bbb']
  expect(cardsIn(plays('aaa'), slot('physical'), plays('bbb'))).toEqual(swapped)
  expect(cardsIn(plays('aaa'), slot('physical'), silent, plays('bbb'))).toEqual(swapped)
  expect(cardsIn(plays('aaa'), slot('physical'), silent, slot('none'), plays('bbb'))).toEqual(swapped)
})

test('a card that lies in no slot, or of which no status has told yet, is gone when it is not named any more', () => {
  expect(cardsIn(plays('aaa'), silent)).toEqual(['in aaa', 'out aaa'])
  expect(cardsIn(plays('aaa'), slot('remote'), silent)).toEqual(['in aaa', 'out aaa'])
})
