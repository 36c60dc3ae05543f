import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { trackNumber } from '../core/card-plan.ts'
import { messageOf } from '../core/error.ts'
import { fewAtOnce } from '../core/few-at-once.ts'
import type { Log } from '../core/log.ts'
import type { Problems } from './problems.ts'
import type { StoryCards } from './story-cards.ts'
import type { TrackCards } from './track-cards.ts'

interface OutdatedCardsInput {
  readonly cards: Pick<PublishedCards, 'list' | 'oldAddressOf'>
  readonly storyCards: Pick<StoryCards, 'newTitle'>
  readonly trackCards: Pick<TrackCards, 'newTitles' | 'missingFiles'>
  readonly problems: Pick<Problems, 'set'>
  readonly log: Log
}

const lookedAtOnce = 4
// As much as people read.
const mostCards = 5
const mostFacts = 3

/** Says which published cards have something written on them that is otherwise by now. The account is not asked. */
export class OutdatedCards {
  readonly #input: OutdatedCardsInput
  #last: Promise<void> = Promise.resolve()
  /** A look that has not begun: it will see all that has changed until then. */
  #waiting: Promise<void> | null = null

  constructor(input: OutdatedCardsInput) {
    this.#input = input
  }

  /** What stands on the card and is otherwise by now, in words; without its tracks where their source cannot be read. */
  async of(card: PublishedCard): Promise<readonly string[]> {
    const { cards, storyCards } = this.#input
    const address = cards.oldAddressOf(card)
    const title = storyCards.newTitle(card)
    const [titles, missing] = await this.#tracksOf(card)
    return [
      ...(address === null
        ? []
        : [`it fetches what it plays from ${address.old}, and this program is at ${address.now} by now`]),
      ...(title === null ? [] : [`it is called "${card.title}", and its story "${title.title}" by now`]),
      ...[...titles].map(
        ([place, title]) =>
          `track ${trackNumber(place)} is called "${card.tracks?.[place]?.title}" on the card, and "${title}" by now`,
      ),
      ...[...missing].map(
        ([place, file]) => `the file "${file}" of track ${trackNumber(place)} is not in the library any more`,
      ),
    ]
  }

  async #tracksOf(
    card: PublishedCard,
  ): Promise<readonly [titles: ReadonlyMap<number, string>, missing: ReadonlyMap<number, string>]> {
    const { trackCards, log } = this.#input
    try {
      return [await trackCards.newTitles(card), await trackCards.missingFiles(card)]
    } catch (error) {
      log.debug('nobody knows now what the tracks of a card are called', {
        card: card.card_id,
        error: messageOf(error),
      })
      return [new Map(), new Map()]
    }
  }

  /** Looks at all cards, and has the problems say what was found. Never rejects. */
  look(): Promise<void> {
    this.#waiting ??= this.#last.then(async () => {
      this.#waiting = null
      await this.#look().catch((error) =>
        this.#input.log.warn('nobody knows now which cards are outdated', { error: messageOf(error) }),
      )
    })
    this.#last = this.#waiting
    return this.#last
  }

  async #look(): Promise<void> {
    const { cards, problems } = this.#input
    const all = await fewAtOnce(cards.list(), lookedAtOnce, async (card) => ({
      card,
      facts: await this.of(card),
    }))
    const outdated = all.filter(({ facts }) => facts.length > 0)
    problems.set('outdated_cards', outdated.length === 0 ? null : wordsOf(outdated))
  }
}

interface Outdated {
  readonly card: PublishedCard
  readonly facts: readonly string[]
}

function wordsOf(outdated: readonly Outdated[]): string {
  const named = outdated.map(
    ({ card, facts }) => `card "${card.title}" (${card.card_id}): ${fewOf(facts, mostFacts).join(', ')}`,
  )
  const what = outdated.length === 1 ? 'a published card is' : `${outdated.length} published cards are`
  return `${what} outdated: ${fewOf(named, mostCards).join('; ')}. ${wayOut}`
}

const wayOut =
  'POST /api/cards/{card_id}/publish writes a card anew, as "card publish-again <card id>" does on the command line; one whose file is gone needs that file again, or other tracks'

function fewOf(all: readonly string[], most: number): readonly string[] {
  return all.length <= most ? all : [...all.slice(0, most), `and ${all.length - most} more`]
}
