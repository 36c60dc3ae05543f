import { Type } from 'typebox'
import type { CardUpload } from '../../core/card-upload.ts'
import { AppError } from '../../core/error.ts'
import { fewAtOnce } from '../../core/few-at-once.ts'
import { checkStreamName } from '../../core/queue.ts'
import { type CardComparison, cardAccountRoutes } from './card-account.ts'
import { look, lookOf } from './card-look.ts'
import { type TrackRequest, type TrackView, titleBody as title, tracksBody, tracksOf } from './card-tracks.ts'
import { type KeyRotation, rotationAnswer, rotationBody } from './key-rotation.ts'
import { existingPlayer, type PlayersHouse } from './players.ts'
import { type Route, route } from './route.ts'

/** What the card calls need of the house. Each throws AppError `not_found` for a card we did not publish. */
export interface CardsHouse extends Pick<PlayersHouse, 'player'> {
  cards(): Promise<readonly PublishedCardView[]>
  card(cardId: string): PublishedCardView
  /** What stands on the card and is otherwise by now, in words; publishing it anew takes that up. */
  outdated(cardId: string): Promise<readonly string[]>
  publishCard(request: CardRequest): Promise<PublishedCardView>
  /** @throws AppError `not_found` for no story, `unprocessable` for one that no card can hold as it is asked for. */
  publishStoryCard(request: StoryCardRequest): Promise<PublishedCardView>
  /** @throws AppError `not_found` naming the files that are not there. */
  publishTrackCard(request: TrackCardRequest): Promise<PublishedCardView>
  /** Where the first track of a card of tracks is fetched. */
  trackUrl(cardId: string): string
  changeCard(cardId: string, change: CardChange): Promise<PublishedCardView>
  compareCard(cardId: string): Promise<CardComparison>
  publishCardAgain(cardId: string): Promise<PublishedCardView>
  /** @throws AppError of the account, which then may have the card still. */
  deleteCard(cardId: string): Promise<void>
  rotateCardKey(cardId: string, options: { now: boolean }): Promise<KeyRotation>
  /** The newest first. */
  presses(cardId: string): readonly CardPress[]
}

interface CardChange {
  readonly title?: string
  readonly slots?: 'interactive' | 'linear'
  readonly confirm?: 'request' | 'mqtt'
  readonly player?: string | null
  readonly audio?: 'streamed' | 'uploaded'
  readonly tracks?: readonly TrackRequest[]
  readonly look?: { readonly icon?: string | null; readonly cover?: string | null }
}

interface CardRequest extends Omit<CardChange, 'audio' | 'tracks'> {
  readonly stream: string
  readonly title: string
  readonly kind: 'queue' | 'stream'
  readonly chapters: number
}

interface StoryCardRequest extends Omit<CardChange, 'tracks'> {
  readonly story: string
  readonly run?: 'auto' | 'card' | 'live'
}

interface TrackCardRequest extends Pick<CardChange, 'player' | 'look'> {
  readonly title: string
  readonly tracks: readonly TrackRequest[]
}

export interface PublishedCardView {
  readonly card_id: string
  readonly title: string
  /** null for a card that plays something else. */
  readonly stream: string | null
  /** The story that it tells: by itself (`card`), or with what is decided here (`live`); null for the others. */
  readonly story: { readonly id: string; readonly run: 'card' | 'live' } | null
  /** null for a card that was not put together track by track. */
  readonly tracks: readonly TrackView[] | null
  readonly icon: string | null
  readonly cover_url: string | null
  /**
   * `queue`: each press is heard at once; `stream`: every chapter plays the stream as one file; `story`: it branches;
   * `tracks`: a chapter for each of its tracks.
   */
  readonly kind: 'queue' | 'stream' | 'story' | 'tracks'
  /** How a queue card is cut, or one of a live story; null for others, as with `confirm`. */
  readonly slots: 'interactive' | 'linear' | null
  /** Whether a press counts with its request, or when Yoto reports it. */
  readonly confirm: 'request' | 'mqtt' | null
  /** The player the card belongs to. */
  readonly player: string | null
  /** Why the product itself set `confirm` to `mqtt`. */
  readonly distrusted: string | null
  /** When the last old key of the card ends at the latest. */
  readonly old_keys_end_at: string | null
  /** Whether the card plays what lies in the account, without us; it streams until all of that is there. */
  readonly audio: 'streamed' | 'uploaded'
  /** How far what it is to play is on its way there; null where nothing is. */
  readonly uploading: CardUpload | null
}

/** A press on a queue card. */
export interface CardPress {
  /** ISO 8601 with offset. */
  readonly at: string
  readonly player: string | null
  readonly button: 'left' | 'right'
  /** The place of the card that it led to. */
  readonly place: string
  readonly via: 'http' | 'mqtt'
  /** False for one that was taken back. */
  readonly counted: boolean
}

// What each of them has written on it is looked up in the library.
const lookedAtOnce = 4
const closed = { additionalProperties: false }
const audio = Type.Union([Type.Literal('streamed'), Type.Literal('uploaded')])
const wishes = {
  slots: Type.Optional(Type.Union([Type.Literal('interactive'), Type.Literal('linear')])),
  confirm: Type.Optional(Type.Union([Type.Literal('request'), Type.Literal('mqtt')])),
  player: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()])),
}

export function cardRoutes(house: CardsHouse): Route[] {
  return [
    ...readRoutes(house),
    publishRoute(house),
    changeRoute(house),
    rotateRoute(house),
    ...cardAccountRoutes(house),
  ]
}

function readRoutes(house: CardsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/cards',
      summary:
        'The cards this product published, with the stream each one carries, and what stands on it that is otherwise by now (`outdated`).',
      needs: 'house',
      async handle() {
        const cards = await fewAtOnce(await house.cards(), lookedAtOnce, async (card) => ({
          ...card,
          outdated: await house.outdated(card.card_id),
        }))
        return { cards, count: cards.length }
      },
    }),
    route({
      method: 'get',
      path: '/cards/{card_id}',
      summary:
        'One published card, with the last presses on it, and what stands on it that is otherwise by now (`outdated`): POST /cards/{card_id}/publish takes that up.',
      needs: 'house',
      async handle({ param }) {
        const card = house.card(param('card_id'))
        const { card_id } = card
        return { ...card, outdated: await house.outdated(card_id), presses: house.presses(card_id) }
      },
    }),
  ]
}

function publishRoute(house: CardsHouse): Route {
  return route({
    method: 'post',
    path: '/cards',
    summary:
      'Publishes a card to the Yoto account that plays a stream once and for all (`stream`), tells a story (`story`), or has a chapter for each of some files, streams and addresses (`tracks`). With `audio` `uploaded` the card streams until all its audio lies at Yoto; `uploading` says how far that is.',
    needs: 'house',
    body: Type.Object(
      {
        stream: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        story: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        title: Type.Optional(title),
        kind: Type.Optional(
          Type.Union([
            Type.Literal('queue'),
            Type.Literal('stream'),
            Type.Literal('story'),
            Type.Literal('tracks'),
          ]),
        ),
        tracks: Type.Optional(tracksBody),
        // Of a story, in place of what it says itself.
        run: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('card'), Type.Literal('live')])),
        // Of a stream card; a queue card has as many as it needs.
        chapters: Type.Optional(Type.Integer({ minimum: 3, maximum: 99 })),
        // Of a story that its card tells by itself, and of the files among tracks.
        audio: Type.Optional(audio),
        ...look,
        ...wishes,
      },
      closed,
    ),
    handle({ body }) {
      checkPlayer(house, body.player)
      const { stream, story, tracks, kind = kindOf(body), ...rest } = body
      const { run, chapters, audio, icon: _icon, cover_url: _cover, ...named } = rest
      const wishes = { ...named, ...lookOf(body) }
      if (kind === 'tracks') {
        const { title, slots, confirm, ...others } = wishes
        checkAbsent({ stream, story, run, chapters, slots, confirm }, 'a card of tracks')
        return house.publishTrackCard({
          ...others,
          title: given('title', title, 'a card of tracks needs one'),
          tracks: tracksOf(given('tracks', tracks), audio),
        })
      }
      checkAbsent({ tracks }, `a card of kind "${kind}"`)
      if (kind === 'story') {
        checkAbsent({ stream, chapters }, 'a card that tells a story')
        const asked = { ...(run && { run }), ...(audio && { audio }) }
        return house.publishStoryCard({ ...wishes, story: given('story', story), ...asked })
      }
      checkAbsent({ story, run, audio }, `a card of kind "${kind}"`)
      const name = checkStreamName(given('stream', stream))
      const title = wishes.title ?? name
      return house.publishCard({ ...wishes, stream: name, title, kind, chapters: chapters ?? 20 })
    },
  })
}

function kindOf({ story, tracks }: { readonly story?: string; readonly tracks?: readonly unknown[] }) {
  if (tracks !== undefined) return 'tracks'
  return story === undefined ? 'queue' : 'story'
}

/** @throws AppError `unprocessable` */
function given<Value>(
  name: string,
  value: Value | undefined,
  why = 'name what the card plays, by "stream", "story" or "tracks"',
): Value {
  if (value !== undefined) return value
  throw new AppError('unprocessable', `${name}: is missing; ${why}`)
}

/** @throws AppError `unprocessable` */
function checkAbsent(values: Readonly<Record<string, unknown>>, what: string): void {
  const [wrong] = Object.entries(values).find(([, value]) => value !== undefined) ?? []
  if (wrong !== undefined)
    throw new AppError('unprocessable', `${wrong}: ${what} has no such thing; leave it out`)
}

function changeRoute(house: CardsHouse): Route {
  return route({
    method: 'put',
    path: '/cards/{card_id}',
    summary: 'Changes a published card; a new title or cut is kept only when the account takes it.',
    needs: 'house',
    body: Type.Object(
      {
        title: Type.Optional(title),
        audio: Type.Optional(audio),
        tracks: Type.Optional(tracksBody),
        ...look,
        ...wishes,
      },
      { ...closed, minProperties: 1 },
    ),
    handle({ param, body }) {
      const { card_id } = house.card(param('card_id'))
      checkPlayer(house, body.player)
      const { tracks, icon: _icon, cover_url: _cover, ...change } = body
      const { audio, ...others } = change
      if (tracks === undefined) return house.changeCard(card_id, { ...change, ...lookOf(body) })
      return house.changeCard(card_id, { ...others, ...lookOf(body), tracks: tracksOf(tracks, audio) })
    },
  })
}

function rotateRoute(house: CardsHouse): Route {
  return route({
    method: 'post',
    path: '/cards/{card_id}/rotate-key',
    summary: 'Gives a card a new key; the old one ends once the new one is used, with `now` at once.',
    needs: 'admin',
    body: rotationBody,
    async handle({ param, body }) {
      const { card_id, title } = house.card(param('card_id'))
      const rotation = await house.rotateCardKey(card_id, { now: body.now ?? false })
      return rotationAnswer(`card "${title}" has a new key`, rotation)
    },
  })
}

function checkPlayer(house: CardsHouse, id: string | null | undefined): void {
  if (id !== undefined && id !== null) existingPlayer(house, id)
}
