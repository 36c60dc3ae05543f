import type { CardChange } from '../cards/change.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { ChapterMedia, PublishedCard, StoryOnCard } from '../cards/record.ts'
import type { CardPlan } from '../core/card-plan.ts'
import { type CardUpload, waitingUpload } from '../core/card-upload.ts'
import { AppError } from '../core/error.ts'
import { fewAtOnce } from '../core/few-at-once.ts'
import type { Log } from '../core/log.ts'
import type { Story, StoryRun } from '../core/story.ts'
import { didYouMean } from '../language/names.ts'
import { chosenRun } from '../stories/card/chosen-run.ts'
import { storyCardPlan } from '../stories/card/plan.ts'
import type { StoryShelf } from '../stories/card/shelf.ts'
import { compiled } from '../stories/compiled.ts'
import type { StoryVersions } from '../stories/versions.ts'
import { CardKeeping, type Keeping } from './card-keeping.ts'
import type { CardUploads } from './card-uploads.ts'
import { type ChapterSounds, type ChapterUploads, mayMissMedia, playsThese } from './chapter-uploads.ts'
import type { Problems } from './problems.ts'
import type { StoryAudio } from './story-audio.ts'
import { newTitleOf, type StoryTitle, titledAs } from './story-title.ts'

/** What the card of a story holds that it tells by itself; null where its version is not kept. */
export function planOfStoryCard(
  { title, key, story }: PublishedCard,
  { shelf, urlOf }: { readonly shelf: StoryShelf; readonly urlOf: (key: string, file: string) => string },
): CardPlan | null {
  const version = story?.version ?? null
  const card = version === null ? null : shelf.card(version)
  if (version === null || card === null) return null
  const media = story?.media
  // A card that plays without us has no address of ours in it.
  if (media !== undefined && card.chapters.some((chapter) => media[chapter.key] === undefined)) return null
  return storyCardPlan(card, {
    title,
    urlOf: (chapter) => urlOf(key, shelf.nameOf(version, chapter)),
    mediaOf: (chapter) => media?.[chapter],
  })
}

interface StoryCardsInput {
  readonly stories: () => ReadonlyMap<string, Story>
  readonly versions: StoryVersions
  readonly shelf: Pick<StoryShelf, 'card'>
  readonly cards: PublishedCards
  readonly audio: Pick<StoryAudio, 'whole'>
  readonly chapters: ChapterUploads
  /** Whether cards may carry our address, and so stream until their audio is uploaded. */
  readonly mayStream: () => boolean
  readonly uploads: CardUploads
  readonly problems: Problems
  readonly log: Log
}

/** Where the audio of a card comes from: from here whenever it is played, or it lies in the account. */
export type CardAudio = 'streamed' | 'uploaded'

export interface StoryCardRequest extends Omit<CardChange, 'story' | 'title'> {
  readonly title?: string
  readonly story: string
  /** In place of what the story itself says. */
  readonly run?: StoryRun
  /** `streamed` where it is not given. */
  readonly audio?: CardAudio
}

const lookedUpAtOnce = 8

/** The cards of the account that tell stories. */
export class StoryCards {
  readonly #input: StoryCardsInput
  readonly #keeping: CardKeeping
  /** What is to be heard may have changed. */
  #soundsChanged = true
  /** Cards that are about to stream again, whatever is on its way for them. */
  readonly #leaving = new Set<string>()

  constructor(input: StoryCardsInput) {
    this.#input = input
    this.#keeping = new CardKeeping({
      ...input,
      what: 'story',
      keep: (card, keeping) => this.#keep(card, keeping),
      isUploaded: ({ story }) => story?.audio === 'uploaded',
      wrong: ({ story }) =>
        story?.audio === 'uploaded' && story.media === undefined
          ? 'needs this program still, because its audio could not be uploaded'
          : 'tells its story as it was before it was changed',
    })
  }

  /**
   * Makes a card that tells the story. Where its audio is to be uploaded, that goes on afterwards: until all of it lies
   * in the account the card is one that streams. Where cards may not carry our address, the upload comes first: asked
   * again after a fault, it goes on where it was.
   * @throws AppError `not_found` where there is no such story, `unprocessable` where no card can hold it as it is asked
   * for, and those of the account
   */
  async publish({ story: id, run, title, audio, ...wishes }: StoryCardRequest): Promise<PublishedCard> {
    const story = this.#story(id)
    const onCard = await this.#ready(await this.#onCard(story, run, audio))
    const card = await this.#input.cards.publish({
      ...wishes,
      ...this.#request(story, onCard),
      ...(title === undefined ? titledAs(story) : { title }),
    })
    this.#uploadSoon(card)
    return card
  }

  /**
   * Has the audio of a card lie in the account from now on, or be fetched from here.
   * @throws AppError `not_found`, `unprocessable` for a card that does not tell a story by itself, and those of the
   * account
   */
  async setAudio(cardId: string, audio: CardAudio): Promise<PublishedCard> {
    const { story, title } = this.#input.cards.card(cardId)
    if (story?.run !== 'card') {
      if (audio === 'streamed') return this.#input.cards.card(cardId)
      throw new AppError('unprocessable', `audio: card "${title}" cannot have it uploaded; ${onlyByItself}`)
    }
    const { id, run, version, media } = story
    const streamed = { id, run, version }
    const uploaded = { ...streamed, audio: 'uploaded', ...(media === undefined ? {} : { media }) } as const
    if (audio === 'streamed') {
      this.#leaving.add(cardId)
      this.#keeping.leave(cardId)
    }
    try {
      const next = audio === 'uploaded' ? await this.#ready(uploaded) : streamed
      const card = await this.#input.cards.change(cardId, { story: next })
      if (audio === 'streamed') this.#input.uploads.ended(cardId)
      this.#uploadSoon(card)
      return card
    } finally {
      this.#leaving.delete(cardId)
    }
  }

  /** How far the audio of the card is on its way to the account; null where it needs none there, or all of it is. */
  uploadOf({ card_id, story }: PublishedCard): CardUpload | null {
    const isMissing = story?.audio === 'uploaded' && story.media === undefined
    return this.#input.uploads.of(card_id ?? '') ?? (isMissing ? waitingUpload : null)
  }

  /** Sees to it that the account has a card that tells the story as it would be run. */
  async ensure(story: Story): Promise<PublishedCard> {
    return this.#input.cards.ensure({
      ...this.#request(story, await this.#onCard(story)),
      ...titledAs(story),
    })
  }

  /** What the card is called by now by its story; null where that is the same, or somebody gave the card its title. */
  newTitle(card: PublishedCard): StoryTitle | null {
    return newTitleOf(card, this.#input.stories())
  }

  /** Gives the cards of stories that were written anew what they are now. Never rejects. */
  async settle(): Promise<void> {
    const cardIds = this.#input.cards.list().flatMap(({ card_id, story }) => (story ? (card_id ?? []) : []))
    await Promise.all(cardIds.map((cardId) => this.#keeping.keep(cardId)))
  }

  /** What is to be heard may have changed; cards whose audio lies in the account are held against it soon. */
  soundsChanged(): void {
    this.#soundsChanged = true
  }

  /** Uploads what is due to be tried again, or may sound otherwise now. Never rejects. */
  async tend(): Promise<void> {
    const all = this.#soundsChanged ? this.#input.cards.list() : []
    this.#soundsChanged = false
    const uploaded = all.flatMap(({ card_id, story }) => (story?.audio === 'uploaded' ? (card_id ?? []) : []))
    const due = this.#input.uploads.due().filter((cardId) => this.#input.cards.byCard(cardId)?.story)
    const cardIds = new Set([...uploaded, ...due])
    await Promise.all([...cardIds].map((cardId) => this.#keeping.keep(cardId)))
  }

  /** The card is not there any more. */
  forget(cardId: string): void {
    this.#keeping.forget(cardId)
  }

  /** Ends what is under way; the next run goes on with it. */
  stop(): Promise<void> {
    return this.#keeping.stop()
  }

  /** Brings the audio to the account before there is a card, where that could not stream until then. */
  async #ready(onCard: StoryOnCard): Promise<StoryOnCard> {
    const { chapters, mayStream } = this.#input
    if (mayStream() || onCard.audio !== 'uploaded' || onCard.media !== undefined) return onCard
    const sounds = await this.#soundsOf(onCard)
    const { signal } = this.#keeping
    const bringing = { name: onCard.id, sounds, had: undefined, signal, onProgress: () => undefined }
    return { ...onCard, media: await chapters.bring(bringing) }
  }

  #uploadSoon({ card_id, story }: PublishedCard): void {
    if (card_id === null || story?.audio !== 'uploaded') return
    if (story.media === undefined) this.#input.uploads.waits(card_id)
    void this.#keeping.keep(card_id)
  }

  async #keep({ card_id, story: onCard }: PublishedCard, keeping: Keeping): Promise<void> {
    const story = onCard === null ? undefined : this.#input.stories().get(onCard.id)
    if (card_id === null || onCard === null || story === undefined) return
    if (onCard.audio === 'uploaded') await this.#upload(card_id, { onCard, story, keeping })
    else await this.#bringUp(card_id, onCard, story)
  }

  async #bringUp(cardId: string, onCard: StoryOnCard, story: Story): Promise<void> {
    const { versions, cards } = this.#input
    if (onCard.run === 'live' || versions.of(story) === onCard.version) return
    const next = await this.#onCard(story, 'card')
    // Players hold on to the card as it was.
    if (onCard.version !== null) await versions.touch(onCard.version)
    await cards.change(cardId, { story: next, ...this.newTitle(cards.card(cardId)) })
    this.#sayNew(cardId, story)
  }

  /** The same where the audio is to lie in the account: all of it is there before the card is changed. */
  async #upload(
    cardId: string,
    { onCard, story, keeping }: { onCard: StoryOnCard; story: Story; keeping: Keeping },
  ): Promise<void> {
    const { chapters } = this.#input
    const had = onCard.media
    const isSame = this.#input.versions.of(story) === onCard.version
    const next = isSame ? onCard : await this.#onCard(story, 'card', 'uploaded')
    // What streams until then need not be old.
    if (!isSame && had === undefined) await this.#hold(cardId, onCard, next)
    const sounds = await this.#soundsOf(next).catch((error: unknown) => {
      // What cannot be heard here any more is heard there all the same.
      if (isSame && had !== undefined) return null
      throw error
    })
    if (sounds === null || (isSame && had !== undefined && playsThese(had, sounds))) return
    const bring = (known: ChapterMedia | undefined) =>
      chapters.bring({ ...keeping, name: story.id, sounds, had: known })
    const media = await bring(had)
    await this.#hold(cardId, onCard, { ...next, media }).catch(async (error: unknown) => {
      if (!mayMissMedia(error)) throw error
      // Nothing tells which of them the account does not know any more; what it knows is not sent again.
      await chapters.forget(media)
      await this.#hold(cardId, onCard, { ...next, media: await bring(undefined) })
    })
  }

  /** @throws AppError `unavailable` where one of its sounds cannot be heard now. */
  async #soundsOf({ version }: StoryOnCard): Promise<ChapterSounds> {
    const { shelf, audio } = this.#input
    const chapters = shelf.card(version ?? '')?.chapters ?? []
    const found = await fewAtOnce(
      chapters,
      lookedUpAtOnce,
      async (chapter) => [chapter.key, await audio.whole(chapter)] as const,
    )
    return new Map(found)
  }

  /** Has the account hold this, unless something else was wished for meanwhile. */
  async #hold(cardId: string, before: StoryOnCard, next: StoryOnCard): Promise<void> {
    const { versions, cards, stories } = this.#input
    const story = stories().get(next.id)
    const isOutdated = story !== undefined && versions.of(story) !== next.version
    const isWished = cards.byCard(cardId)?.story?.audio === 'uploaded' && !this.#leaving.has(cardId)
    if (isOutdated || !isWished) return
    // Players hold on to the card as it was.
    if (before.version !== null && before.version !== next.version) await versions.touch(before.version)
    await cards.change(cardId, { story: next, ...this.newTitle(cards.card(cardId)) })
    if (story !== undefined) this.#sayNew(cardId, story)
  }

  #sayNew(cardId: string, { id }: Story): void {
    this.#input.log.info('the card of a story has its new version', { card: cardId, story: id })
  }

  #request({ id }: Story, story: StoryOnCard) {
    return { kind: 'story', stream: null, story: { ...story, id }, chapters: 0 } as const
  }

  async #onCard(story: Story, run: StoryRun = story.run, audio?: CardAudio): Promise<StoryOnCard> {
    const chosen = chosenRun(compiled({ ...story, run }))
    if (run === 'card' && chosen.card === null)
      throw new AppError('unprocessable', `no card can tell the story "${story.id}" by itself: ${chosen.why}`)
    if (audio === 'uploaded' && chosen.run === 'live')
      throw new AppError(
        'unprocessable',
        `audio: story "${story.id}" cannot have it uploaded, for it would be run live: ${chosen.why}; ${onlyByItself}`,
      )
    const version = await this.#input.versions.keep(story)
    if (chosen.run === 'live') return { id: story.id, run: 'live', version: null }
    return { id: story.id, run: 'card', version, ...(audio === 'uploaded' ? { audio } : {}) }
  }

  #story(id: string): Story {
    const all = this.#input.stories()
    const story = all.get(id.normalize('NFC'))
    if (story !== undefined) return story
    const near = didYouMean(id, all.keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    throw new AppError('not_found', `there is no story "${id.slice(0, 80)}"${question}`)
  }
}

export const onlyByItself =
  'only the card of a story that it tells by itself (run: card) and one of tracks can, because of all others it is decided here what is heard next'
