import type { CardChange } from '../cards/change.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard, StoryOnCard } from '../cards/record.ts'
import type { CardPlan } from '../core/card-plan.ts'
import { type Clock, every } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Story, StoryRun } from '../core/story.ts'
import { Turns } from '../core/turns.ts'
import { didYouMean } from '../language/names.ts'
import { chosenRun } from '../stories/card/chosen-run.ts'
import { storyCardPlan } from '../stories/card/plan.ts'
import type { StoryShelf } from '../stories/card/shelf.ts'
import { compiled } from '../stories/compiled.ts'
import type { StoryVersions } from '../stories/versions.ts'
import type { CloudLink } from './cloud-link.ts'
import type { Problems } from './problems.ts'

/** What the card of a story holds that it tells by itself; null where its version is not kept. */
export function planOfStoryCard(
  { title, key, story }: PublishedCard,
  { shelf, urlOf }: { readonly shelf: StoryShelf; readonly urlOf: (key: string, file: string) => string },
): CardPlan | null {
  const version = story?.version ?? null
  const card = version === null ? null : shelf.card(version)
  if (version === null || card === null) return null
  return storyCardPlan(card, { title, urlOf: (chapter) => urlOf(key, shelf.nameOf(version, chapter)) })
}

interface StoryCardsInput {
  readonly stories: () => ReadonlyMap<string, Story>
  readonly versions: StoryVersions
  readonly cards: PublishedCards
  readonly problems: Problems
  readonly log: Log
}

export interface StoryCardRequest extends Omit<CardChange, 'story' | 'title'> {
  readonly title?: string
  readonly story: string
  /** In place of what the story itself says. */
  readonly run?: StoryRun
}

/** The cards of the account that tell stories. */
export class StoryCards {
  readonly #input: StoryCardsInput
  readonly #troubled = new Set<string>()
  /** Two at once would publish the same twice. */
  readonly #turns = new Turns<string>()

  constructor(input: StoryCardsInput) {
    this.#input = input
  }

  /**
   * Makes a card that tells the story.
   * @throws AppError `not_found` where there is no such story, `unprocessable` where no card can hold it as it is asked
   * for, and those of the account
   */
  async publish({ story: id, run, title, ...wishes }: StoryCardRequest): Promise<PublishedCard> {
    const story = this.#story(id)
    const onCard = await this.#onCard(story, run)
    return this.#input.cards.publish({
      ...wishes,
      ...this.#request(story, onCard),
      title: title ?? story.title,
    })
  }

  /** Sees to it that the account has a card that tells the story as it would be run. */
  async ensure(story: Story): Promise<PublishedCard> {
    return this.#input.cards.ensure({
      ...this.#request(story, await this.#onCard(story)),
      title: story.title,
    })
  }

  /** Gives the cards of stories that were written anew what they are now. Never rejects. */
  settle(): Promise<void> {
    return this.#turns.take('', () => this.#settle())
  }

  async #settle(): Promise<void> {
    for (const card of this.#input.cards.list()) {
      const { story: onCard, card_id } = card
      const story = onCard === null ? undefined : this.#input.stories().get(onCard.id)
      if (onCard === null || story === undefined || card_id === null) continue
      await this.#bringUp(card_id, onCard, story).then(
        () => this.#trouble(card, null),
        (error) => this.#trouble(card, messageOf(error)),
      )
    }
  }

  async #bringUp(cardId: string, onCard: StoryOnCard, story: Story): Promise<void> {
    const { versions, cards, log } = this.#input
    if (onCard.run === 'live' || versions.of(story) === onCard.version) return
    const next = await this.#onCard(story, 'card')
    // Players hold on to the card as it was.
    if (onCard.version !== null) await versions.touch(onCard.version)
    await cards.change(cardId, { story: next })
    log.info('the card of a story has its new version', { card: cardId, story: story.id })
  }

  #trouble({ card_id, title }: PublishedCard, reason: string | null): void {
    const name = `card/${card_id}/story`
    if (reason === null && !this.#troubled.delete(name)) return
    if (reason !== null) this.#troubled.add(name)
    const text = `card "${title}" tells its story as it was before it was changed: ${reason}; tried again every hour`
    this.#input.problems.set(name, reason === null ? null : text)
  }

  #request({ id }: Story, story: StoryOnCard) {
    return { kind: 'story', stream: null, story: { ...story, id }, chapters: 0 } as const
  }

  async #onCard(story: Story, run: StoryRun = story.run): Promise<StoryOnCard> {
    const chosen = chosenRun(compiled({ ...story, run }))
    if (run === 'card' && chosen.card === null)
      throw new AppError('unprocessable', `no card can tell the story "${story.id}" by itself: ${chosen.why}`)
    const version = await this.#input.versions.keep(story)
    return { id: story.id, run: chosen.run, version: chosen.run === 'card' ? version : null }
  }

  #story(id: string): Story {
    const all = this.#input.stories()
    const story = all.get(id)
    if (story !== undefined) return story
    const near = didYouMean(id, all.keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    throw new AppError('not_found', `there is no story "${id.slice(0, 80)}"${question}`)
  }
}

const settleAgainMs = 3_600_000

/** Keeps the cards of stories at what is written, until it is stopped. */
export function tendStoryCards(
  cards: Pick<StoryCards, 'settle'>,
  {
    book,
    link,
    clock,
  }: {
    readonly book: { onChange(changed: () => void): () => void }
    readonly link: Pick<CloudLink, 'onSignedIn'> | null
    readonly clock: Clock
  },
): { stop(): void } {
  // Whoever waits for new rules need not wait for the account.
  const settle = () => void cards.settle()
  const stops = [book.onChange(settle), every(clock, settleAgainMs, settle), link?.onSignedIn(settle)]
  return {
    stop() {
      for (const stop of stops) stop?.()
    },
  }
}
