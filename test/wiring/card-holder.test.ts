import { describe, expect, test } from 'vitest'
import { unknownPlayer } from '../../src/core/player.ts'
import { awaitHolder, holderOf } from '../../src/wiring/card-holder.ts'
import { houseWith } from '../support/house.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const card = { card_id: 'card0', player: null }

/** A hub with two players that are on. */
function household() {
  const { hub } = houseWith()
  hub.setPlayers(['anna', 'ben'].map((id) => ({ ...unknownPlayer(id, id), online: true })))
  const clock = new VirtualClock()
  return {
    hub,
    clock,
    holds: (player: string) => hub.patchPlayer(player, { card_id: 'card0' }, clock.now()),
  }
}

describe('who plays a card', () => {
  test('is the player it is bound to, or the only one that is on with it', () => {
    const { hub, holds } = household()
    expect(holderOf({ card_id: 'card0', player: 'carl' }, hub)).toBe('carl')
    expect(holderOf(card, hub)).toBeNull()
    holds('anna')
    expect(holderOf(card, hub)).toBe('anna')
    hub.amendPlayer('anna', { online: false })
    expect(holderOf(card, hub)).toBeNull()
    hub.amendPlayer('anna', { online: true })
    holds('ben')
    expect(holderOf(card, hub)).toBeNull()
    expect(holderOf({ card_id: null, player: null }, hub)).toBeNull()
  })

  test('is waited for, because its request comes before the news of its card', async () => {
    const { hub, clock, holds } = household()
    const found = awaitHolder(card, { hub, clock })
    await clock.advance(300)
    holds('ben')
    expect(await found).toBe('ben')
  })

  test('is nobody where no news comes within a second', async () => {
    const { hub, clock } = household()
    let found: string | null | undefined
    void awaitHolder(card, { hub, clock }).then((holder) => {
      found = holder
    })
    await clock.advance(999)
    expect(found).toBeUndefined()
    await clock.advance(1)
    expect(found).toBeNull()
  })

  test('is not waited for where two have it', async () => {
    const { hub, clock, holds } = household()
    holds('anna')
    holds('ben')
    expect(await awaitHolder(card, { hub, clock })).toBeNull()
  })
})
