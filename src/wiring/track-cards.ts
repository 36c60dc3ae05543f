import type { CardChange } from '../cards/change.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { CardLook, ChapterMedia, PublishedCard } from '../cards/record.ts'
import type { SentMedia } from '../cards/sent-media.ts'
import { isUploaded, type TrackOnCard } from '../cards/track-on-card.ts'
import { trackNumber } from '../core/card-plan.ts'
import { type CardUpload, waitingUpload } from '../core/card-upload.ts'
import { AppError } from '../core/error.ts'
import { fewAtOnce } from '../core/few-at-once.ts'
import { CardKeeping, type Keeping } from './card-keeping.ts'
import type { CardUploads } from './card-uploads.ts'
import { type ChapterSounds, type ChapterUploads, mayMissMedia } from './chapter-uploads.ts'
import type { Problems } from './problems.ts'
import { fileBody } from './track-audio.ts'
import { type TrackGround, type TrackWish, titleNow, tracksFrom } from './track-wishes.ts'

interface TrackCardRequest {
  readonly title: string
  readonly tracks: readonly TrackWish[]
  readonly look?: CardLook
  readonly player?: string | null
}

interface TrackCardsInput extends TrackGround {
  readonly cards: PublishedCards
  readonly chapters: ChapterUploads
  /** Whether cards may carry our address, and so stream until their audio is uploaded. */
  readonly mayStream: () => boolean
  readonly uploads: CardUploads
  readonly problems: Problems
}

const lookedUpAtOnce = 8

/** The cards of the account that were put together track by track. */
export class TrackCards {
  readonly #input: TrackCardsInput
  readonly #keeping: CardKeeping
  /** What is to be heard may have changed. */
  #soundsChanged = true

  constructor(input: TrackCardsInput) {
    this.#input = input
    this.#keeping = new CardKeeping({
      ...input,
      what: 'tracks',
      keep: (card, keeping) => this.#keep(card, keeping),
      isUploaded: ({ tracks }) => (tracks ?? []).some(isUploaded),
      wrong: ({ tracks }) =>
        isMissing(tracks ?? [])
          ? 'needs this program still, because its audio could not be uploaded'
          : 'plays its files as they were before they were changed',
    })
  }

  /**
   * Makes a card of these tracks. What is to be uploaded goes on its way afterwards: until it lies in the account the card
   * streams it. Where cards may not carry our address, and all of it is to be uploaded, that comes first: asked again
   * after a fault, it goes on where it was.
   * @throws AppError `not_found` naming the files that are not there, and those of the account
   */
  async publish({ tracks: wishes, ...request }: TrackCardRequest): Promise<PublishedCard> {
    const tracks = await this.#ready(request.title, await tracksFrom(wishes, [], this.#input))
    const card = await this.#input.cards.publish({
      ...request,
      ...{ kind: 'tracks', stream: null, chapters: 0, tracks },
    })
    this.#bringSoon(card)
    return card
  }

  /**
   * Gives the card other tracks, with the rest of the change; what of their audio lies in the account stays there.
   * @throws AppError as `publish` does, `not_found` for no card and `unprocessable` for one that has no tracks
   */
  async change(
    cardId: string,
    wishes: readonly TrackWish[],
    rest: Omit<CardChange, 'tracks' | 'story'> = {},
  ): Promise<PublishedCard> {
    const before = this.#tracksOf(cardId)
    const { title } = this.#input.cards.card(cardId)
    const tracks = await this.#ready(title, await tracksFrom(wishes, before, this.#input))
    // What is on its way for tracks that are gone is not needed.
    this.#keeping.leave(cardId)
    const card = await this.#input.cards.change(cardId, { ...rest, tracks })
    this.#bringSoon(card)
    return card
  }

  /**
   * Has all files of the card lie in the account from now on, or none.
   * @throws AppError as `change` does, `unprocessable` where none of its tracks is a file
   */
  async setAudio(cardId: string, audio: 'streamed' | 'uploaded'): Promise<PublishedCard> {
    const before = this.#tracksOf(cardId)
    const { title } = this.#input.cards.card(cardId)
    if (audio === 'uploaded' && !before.some(({ plays }) => 'file' in plays))
      throw new AppError('unprocessable', 'audio: none of the tracks of this card is a file')
    const wished = before.map(({ audio: _, media, ...track }) =>
      audio === 'uploaded' && 'file' in track.plays
        ? { ...track, audio, ...(media === undefined ? {} : { media }) }
        : track,
    )
    const tracks = await this.#ready(title, wished)
    if (audio === 'streamed') this.#keeping.leave(cardId)
    const card = await this.#changeFrom(cardId, before, tracks)
    this.#bringSoon(card)
    return card
  }

  /** How far the audio of the card is on its way to the account; null where it needs none there, or all of it is. */
  uploadOf({ card_id, tracks }: PublishedCard): CardUpload | null {
    return this.#input.uploads.of(card_id ?? '') ?? (isMissing(tracks ?? []) ? waitingUpload : null)
  }

  /** The tracks whose titles are others now than stand on the card, by their places from 0, with those titles. */
  async newTitles({ tracks }: PublishedCard): Promise<ReadonlyMap<number, string>> {
    const found = await fewAtOnce([...(tracks ?? []).entries()], lookedUpAtOnce, async ([place, track]) => {
      const title = track.isNamed ? null : await titleNow(track.plays, this.#input)
      return title === null || title === track.title ? [] : [[place, title] as const]
    })
    return new Map(found.flat())
  }

  /** The files of the card that are not there, by the places of their tracks from 0. */
  async missingFiles({ tracks }: PublishedCard): Promise<ReadonlyMap<number, string>> {
    const found = await fewAtOnce(
      [...(tracks ?? []).entries()],
      lookedUpAtOnce,
      async ([place, { plays }]) => {
        if (!('file' in plays)) return []
        const { state } = await this.#input.sources.find(plays.file)
        return state === 'missing' ? [[place, plays.file] as const] : []
      },
    )
    return new Map(found.flat())
  }

  /** Gives the card the titles that its tracks have by now. @throws AppError as `change` does */
  async takeTitles(cardId: string): Promise<PublishedCard> {
    const card = this.#input.cards.card(cardId)
    const titles = await this.newTitles(card)
    if (titles.size === 0 || card.tracks === null) return card
    const tracks = card.tracks.map((track, place) => ({ ...track, title: titles.get(place) ?? track.title }))
    return this.#changeFrom(cardId, card.tracks, tracks)
  }

  /** The card is not there any more. */
  forget(cardId: string): void {
    this.#keeping.forget(cardId)
  }

  /** What is to be heard may have changed; cards whose audio lies in the account are held against it soon. */
  soundsChanged(): void {
    this.#soundsChanged = true
  }

  /** Uploads what is due to be tried again, or may sound otherwise now. Never rejects. */
  async tend(): Promise<void> {
    const { cards, uploads } = this.#input
    const all = this.#soundsChanged ? cards.list() : []
    this.#soundsChanged = false
    const uploaded = all.flatMap(({ card_id, tracks }) =>
      (tracks ?? []).some(isUploaded) ? (card_id ?? []) : [],
    )
    const due = uploads.due().filter((cardId) => cards.byCard(cardId)?.tracks)
    await Promise.all([...new Set([...uploaded, ...due])].map((cardId) => this.#keeping.keep(cardId)))
  }

  /** Ends what is under way; the next run goes on with it. */
  stop(): Promise<void> {
    return this.#keeping.stop()
  }

  /** @throws AppError `conflict` where the card has others than these by the time it is changed. */
  #changeFrom(
    cardId: string,
    before: readonly TrackOnCard[],
    tracks: readonly TrackOnCard[],
  ): Promise<PublishedCard> {
    return this.#input.cards.changeAs(cardId, (card) => {
      if (card.tracks === before) return { tracks }
      throw new AppError(
        'conflict',
        `the tracks of card "${card.title}" were changed meanwhile: look at them again`,
      )
    })
  }

  /** Brings the audio to the account before there is a card, where that could not stream until then. */
  async #ready(title: string, tracks: readonly TrackOnCard[]): Promise<readonly TrackOnCard[]> {
    const { chapters, mayStream } = this.#input
    if (mayStream() || !isMissing(tracks) || !tracks.every(isUploaded)) return tracks
    const sounds = await this.#sounds(tracks)
    const { signal } = this.#keeping
    const had = mediaOf(tracks)
    const media = await chapters.bring({ name: title, sounds, had, signal, onProgress: () => undefined })
    return withMedia(tracks, media)
  }

  #bringSoon({ card_id, tracks }: PublishedCard): void {
    if (card_id === null) return
    if (isMissing(tracks ?? [])) this.#input.uploads.waits(card_id)
    else this.#input.uploads.ended(card_id)
    void this.#keeping.keep(card_id)
  }

  async #keep({ card_id, tracks, title }: PublishedCard, keeping: Keeping): Promise<void> {
    if (card_id === null || tracks === null) return
    const sounds = await this.#sounds(tracks)
    const had = mediaOf(tracks)
    if ([...sounds].every(([key, { etag }]) => had[key]?.etag === etag)) return
    const { chapters } = this.#input
    const bring = (known: ChapterMedia) => chapters.bring({ ...keeping, name: title, sounds, had: known })
    const media = await bring(had)
    await this.#hold(card_id, tracks, media).catch(async (error: unknown) => {
      if (!mayMissMedia(error)) throw error
      // Nothing tells which of them the account does not know any more; what it knows is not sent again.
      await chapters.forget(media)
      await this.#hold(card_id, tracks, await bring({}))
    })
  }

  /** Has the account hold this, unless the tracks are others by now: then it is their turn next. */
  async #hold(cardId: string, before: readonly TrackOnCard[], media: ChapterMedia): Promise<void> {
    await this.#input.cards.changeAs(cardId, ({ tracks }) =>
      tracks === before ? { tracks: withMedia(before, media) } : null,
    )
  }

  /** What of the card is to be uploaded, as it sounds now. @throws AppError `unavailable` for a file that is not there */
  async #sounds(tracks: readonly TrackOnCard[]): Promise<ChapterSounds> {
    const wanted = [...tracks.entries()].flatMap(([place, track]) =>
      isUploaded(track) ? [{ key: trackNumber(place), track }] : [],
    )
    // What is read is read to its end.
    const { signal } = new AbortController()
    const found = await fewAtOnce(wanted, lookedUpAtOnce, async ({ key, track: { plays, media } }) => {
      const body = await fileBody(plays.file, this.#input.sources, signal)
      if (body !== null) return [[key, body] as const]
      // What cannot be heard here any more is heard there all the same.
      if (media !== undefined) return []
      throw new AppError('unavailable', `file "${plays.file}" of track ${key} cannot be played now`)
    })
    return new Map(found.flat())
  }

  #tracksOf(cardId: string): readonly TrackOnCard[] {
    const { tracks, title } = this.#input.cards.card(cardId)
    if (tracks !== null) return tracks
    throw new AppError('unprocessable', `tracks: card "${title}" has none; it was not made of tracks`)
  }
}

/** Whether audio of them that is to lie in the account does not yet. */
function isMissing(tracks: readonly TrackOnCard[]): boolean {
  return tracks.some((track) => isUploaded(track) && track.media === undefined)
}

function withMedia(tracks: readonly TrackOnCard[], media: ChapterMedia): readonly TrackOnCard[] {
  return tracks.map((track, place) => {
    const sent = media[trackNumber(place)]
    return isUploaded(track) && sent !== undefined ? { ...track, media: sent } : track
  })
}

/** What of them lies in the account, by the numbers of the tracks. */
function mediaOf(tracks: readonly TrackOnCard[]): Readonly<Record<string, SentMedia>> {
  const sent = [...tracks.entries()].flatMap(([place, { media }]) =>
    media === undefined ? [] : [[trackNumber(place), media] as const],
  )
  return Object.fromEntries(sent)
}
