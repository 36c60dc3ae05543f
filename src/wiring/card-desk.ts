import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { isUploaded, type TrackOnCard } from '../cards/track-on-card.ts'
import type { CardDifference } from '../core/card-difference.ts'
import { type CardPlan, trackNumber } from '../core/card-plan.ts'
import { AppError } from '../core/error.ts'
import type { TrackView } from '../http/api/card-tracks.ts'
import type { CardsHouse, PublishedCardView } from '../http/api/cards.ts'
import type { OutdatedCards } from './outdated-cards.ts'
import { onlyByItself, type StoryCards } from './story-cards.ts'
import type { TrackCards } from './track-cards.ts'

interface CardDeskParts {
  readonly cards: PublishedCards
  readonly storyCards: Pick<StoryCards, 'publish' | 'setAudio' | 'uploadOf' | 'forget' | 'newTitle'>
  readonly trackCards: TrackCards
  readonly outdated: Pick<OutdatedCards, 'of'>
  /** How the card in the account differs from the plan; null where it has no such card. */
  readonly differences: (plan: CardPlan, cardId: string) => Promise<readonly CardDifference[] | null>
}

/** What people do with the cards that this product makes. */
export type CardDesk = Omit<CardsHouse, 'player' | 'presses'>

export function cardDesk({ cards, storyCards, trackCards, outdated, differences }: CardDeskParts): CardDesk {
  const view = (card: PublishedCard): PublishedCardView => ({
    card_id: card.card_id ?? '',
    title: card.title,
    stream: card.stream,
    story: card.story === null ? null : { id: card.story.id, run: card.story.run },
    tracks: card.tracks?.map(trackView) ?? null,
    icon: card.look?.icon ?? null,
    cover_url: card.look?.cover ?? null,
    kind: card.kind,
    slots: hasPlaces(card) ? card.slots : null,
    confirm: hasPlaces(card) ? card.confirm : null,
    player: card.player,
    distrusted: card.distrusted,
    old_keys_end_at: cards.oldKeysEndAt(card),
    audio: playsWithoutUs(card) ? 'uploaded' : 'streamed',
    uploading: card.tracks === null ? storyCards.uploadOf(card) : trackCards.uploadOf(card),
  })
  const setAudio = (cardId: string, audio: 'streamed' | 'uploaded') =>
    cards.card(cardId).tracks === null
      ? storyCards.setAudio(cardId, audio)
      : trackCards.setAudio(cardId, audio)
  return {
    cards: async () => cards.list().map(view),
    card: (cardId) => view(cards.card(cardId)),
    async outdated(cardId) {
      const card = cards.byCard(cardId)
      // It may have been deleted since somebody saw it.
      return card === undefined ? [] : outdated.of(card)
    },
    publishCard: async (request) => view(await cards.publish(request)),
    publishStoryCard: async (request) => view(await storyCards.publish(request)),
    publishTrackCard: async (request) => view(await trackCards.publish(request)),
    trackUrl: (cardId) => cards.trackUrl(cards.card(cardId), trackNumber(0)),
    async changeCard(cardId, { audio, tracks, ...change }) {
      if (audio !== undefined) checkAudio(cards.card(cardId), audio)
      const card =
        tracks === undefined
          ? await cards.change(cardId, change)
          : await trackCards.change(cardId, tracks, change)
      return view(audio === undefined ? card : await setAudio(cardId, audio))
    },
    async compareCard(cardId) {
      const found = await differences(cards.planOf(cards.card(cardId)), cardId)
      if (found === null) return { state: 'gone', differences: [] }
      const shown = (text: string | null) => (text === null ? null : cards.withoutKeys(text))
      return {
        state: found.length === 0 ? 'same' : 'different',
        differences: found.map(({ path, account, here }) => ({
          path,
          account: shown(account),
          here: shown(here),
        })),
      }
    },
    async publishCardAgain(cardId) {
      const { tracks, story } = cards.card(cardId)
      if (tracks !== null) await trackCards.takeTitles(cardId)
      if (story !== null) await cards.changeAs(cardId, (card) => storyCards.newTitle(card))
      return view(await cards.publishAgain(cardId))
    },
    async deleteCard(cardId) {
      await cards.delete(cardId)
      storyCards.forget(cardId)
      trackCards.forget(cardId)
    },
    rotateCardKey: (cardId, options) => cards.rotateCard(cardId, options),
  }
}

/** Before anything else of a change is done. @throws AppError `unprocessable` */
function checkAudio({ title, story, tracks }: PublishedCard, audio: 'streamed' | 'uploaded'): void {
  if (audio === 'streamed' || tracks !== null || story?.run === 'card') return
  throw new AppError('unprocessable', `audio: card "${title}" cannot have it uploaded; ${onlyByItself}`)
}

/** Whether what its chapters play is decided when they are asked for. */
function hasPlaces({ kind, story }: PublishedCard): boolean {
  return kind === 'queue' || story?.run === 'live'
}

/** Whether all that it plays lies in the account. */
export function playsWithoutUs({ story, tracks }: PublishedCard): boolean {
  if (tracks !== null) return tracks.every((track) => isUploaded(track) && track.media !== undefined)
  return story?.media !== undefined
}

function trackView(track: TrackOnCard, place: number): TrackView {
  const { title, icon = null, plays, audio = 'streamed', media } = track
  return {
    key: trackNumber(place),
    ...{ title, icon, audio },
    file: 'file' in plays ? plays.file : null,
    stream: 'stream' in plays ? plays.stream : null,
    url: 'url' in plays ? plays.url : null,
    uploaded: media !== undefined,
  }
}
