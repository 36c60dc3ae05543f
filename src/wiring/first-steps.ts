import { FirstHeard } from '../cards/first-heard.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import type { House } from '../http/api/app.ts'
import { scope } from '../yoto/token.ts'
import { playsWithoutUs } from './card-desk.ts'
import type { AppInput, Parts } from './parts.ts'
import type { Started } from './started.ts'

interface Opening extends Pick<Parts, 'foundation' | 'household'> {
  readonly input: Pick<AppInput, 'clock'>
  readonly started: Started
}

/** Opens the memory of the first time that a player came for what our cards play. */
export async function openFirstHeard(opening: Opening): Promise<FirstHeard> {
  const { input, started, foundation, household } = opening
  const { hub, cards } = household
  const heard = new FirstHeard({
    // What simulated players fetch says nothing of the household's own.
    records: household.simulated ? memoryCollection() : foundation.storage.collection('first-steps'),
    address: foundation.address,
    cardOf(cardId) {
      const card = cards.published.byCard(cardId)
      return card && { title: card.title, audio: playsWithoutUs(card) ? 'uploaded' : 'streamed' }
    },
    cardIn: (player) => hub.player(player)?.card_id ?? null,
    clock: input.clock,
    log: foundation.log.for('cards'),
  })
  await heard.start()
  const stop = hub.subscribe('what is heard first', (change) => {
    if (change.kind === 'player') heard.told(change.player)
  })
  started.add('what is heard first', { stop })
  return heard
}

/** What the guide for the first steps tells, beside what others ask for too. */
export function firstStepsDesk({
  input,
  firstHeard,
}: Pick<Parts, 'input' | 'firstHeard'>): House['firstSteps'] {
  return {
    heard: () => firstHeard.soFar(),
    app: { redirect_uri: input.options.yoto.redirect_uri, scopes: scope.split(' ') },
  }
}
