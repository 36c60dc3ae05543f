import type { StoredVisit } from '../audio/slots/slot-listeners.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { PublishedCard, StoryOnCard } from '../cards/record.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import { playerName } from '../core/listener.ts'
import { hasTakenUp, isAtEnd, wasFollowed } from '../core/moment.ts'
import type { PlayerState } from '../core/player.ts'
import { Recent } from '../core/recent.ts'
import type { Story } from '../core/story.ts'
import type { StoryNews } from '../core/story-news.ts'
import type { MediaStories } from '../http/media-door.ts'
import type { Change } from '../hub.ts'
import type { StoryShelf } from '../stories/card/shelf.ts'
import { edgeOfKey } from '../stories/card/unfold.ts'
import { entitiesOf } from '../stories/house.ts'
import { StorySessions } from '../stories/live/sessions.ts'
import { StoryPlaces, type StoryStep } from '../stories/live/story-places.ts'
import type { StoryVersions } from '../stories/versions.ts'
import { openPlaces, type PlacesInput } from './slots.ts'
import type { HouseSpeech } from './speech.ts'
import { StoryAudio } from './story-audio.ts'
import type { StorySteering } from './story-deeds.ts'
import type { StoryHouse } from './story-house.ts'

/** What the stories of the house are, and where listeners were in them. */
export interface StoriesGround {
  readonly stories: () => ReadonlyMap<string, Story>
  readonly versions: StoryVersions
  readonly shelf: StoryShelf
  readonly speech: HouseSpeech
  readonly sessions: Collection<unknown>
  /** Where listeners of live stories were, for the next run. */
  readonly visits: Collection<StoredVisit>
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  /** What stories may ask. */
  readonly house: Pick<StoryHouse, 'watch' | 'answers' | 'stop'>
  /** Calls it when stories may be others than before; returns what ends that. */
  readonly onStories: (changed: () => void) => () => void
}

interface StoriesInput extends StoriesGround, PlacesInput {
  readonly sources: Sources
  readonly signal: AbortSignal
}

export interface OpenStories {
  readonly media: MediaStories
  readonly steering: StorySteering
  stop(): void
}

/** What cards play that tell stories, and the news of how they go on. */
export async function openStories(input: StoriesInput): Promise<OpenStories> {
  const { hub, cards, stories, versions, shelf, house, clock, random, log } = input
  const audio = new StoryAudio(input)
  /** By card: a player may hold on to it as it was before its story was written anew. */
  const heardVersions = new Recent<string, string>(cardsKept)
  const sessions = new StorySessions({ records: input.sessions, versions, clock })
  await sessions.start()
  const onCards = cards.inAnyAccount().flatMap(({ story }) => story?.version ?? [])
  await versions.tidy(new Set([...sessions.versions(), ...onCards]))
  const watchEntities = () => {
    const begun = [...sessions.versions()].flatMap((version) => versions.get(version)?.story ?? [])
    house.watch(new Set([...stories().values(), ...begun].flatMap(entitiesOf)))
  }
  watchEntities()
  const forgetStories = input.onStories(watchEntities)
  const track = new StoryPlaces({
    ...{ sessions, versions, random, clock },
    story: (id) => stories().get(id),
    body: (heard) => audio.body(heard),
    lead: (heard, atMs) => audio.lead(heard, atMs),
    happened(news) {
      const { story, player, choice, from, scene, ending } = news
      log.debug('a story goes on', { story, player, choice, from, scene, ending })
      hub.reportStory(news)
    },
    house: (question) => house.answers(question),
    unanswered: (story, { asked, why }) =>
      log.info('the house does not know what a story asks: it goes on as if that were not so', {
        story,
        asked,
        why,
      }),
    failed: (story, error) =>
      log.error('a story cannot go on: see what check says of it', { story, error: error.message }),
  })
  const lineOf = ({ story, card_id, player }: PublishedCard, id: string) => {
    if (story?.run !== 'live' || card_id === null) return null
    const holder = player ?? id
    return sessions.lineOf({ story: story.id, card_id, player: holder, names: [playerName(card_id, holder)] })
  }
  const lineIn = ({ card_id, id }: PlayerState) => {
    const card = card_id === null ? undefined : cards.byCard(card_id)
    return card === undefined ? null : lineOf(card, id)
  }
  const steered = async (card: PublishedCard, player: string, step: (line: string) => StoryStep) => {
    const line = lineOf(card, player)
    if (line !== null) await track.steer(line, step(line))
  }
  const places = await openPlaces(input, {
    track,
    playedBy: lineOf,
    streamIn: () => null,
  })
  const forget = hub.subscribe('how stories go on', (change) => {
    const played = playedIn(change, lineIn)
    if (played !== null) sessions.heard(played.line, played.ms)
    const stopped = stoppedIn(change, lineIn)
    if (stopped !== null)
      track
        .stopped(stopped)
        .catch((error) => log.error('the end of a story could not be stored', { error: messageOf(error) }))
    const left = leftIn(change, lineIn)
    if (left !== null) sessions.removed(left)
    const news = newsOnCard(change, input, (cardId) => heardVersions.get(cardId))
    if (news !== null) hub.reportStory(news)
  })
  return {
    media: {
      choose: (request) => places.slots.choose(request),
      passOver: (request) => places.slots.passOver(request),
      lineOf: ({ story = '', card_id }, { player, names }) =>
        sessions.lineOf({ story, card_id, player, names }),
      async chapter({ card_id, story = '' }, name) {
        const [onCard] = cards
          .inAnyAccount()
          .filter((card) => card.card_id === card_id && card.story?.id === story)
        const found = shelf.chapter(story, name, onCard?.story?.version ?? null)
        if (found === null) return null
        if (card_id !== null) heardVersions.set(card_id, found.version)
        const { scene, sounds } = found.chapter
        return audio.body({ story: { id: story }, scene, sounds, fromMs: 0 })
      },
    },
    steering: {
      begin: (card, player, scene) => steered(card, player, () => track.begun(scene)),
      resume: (card, player) => steered(card, player, (line) => track.resumed(line)),
      end: (card, player) => steered(card, player, () => ({ kind: 'over' })),
      async bedtime(card, player) {
        const line = lineOf(card, player)
        return line !== null && sessions.bedtime(line)
      },
    },
    stop() {
      forget()
      forgetStories()
      house.stop()
      places.stop()
    },
  }
}

/** The line of a player whose card was a live story, and is out; null for any other change. */
function leftIn(change: Change, lineIn: (player: PlayerState) => string | null): string | null {
  if (change.kind !== 'player' || change.said === undefined) return null
  const before = change.said.before.state
  return before.card_id === change.player.card_id ? null : lineIn(before)
}

/** The line of a player that has stopped at the end of what it played; null for any other change. */
function stoppedIn(change: Change, lineIn: (player: PlayerState) => string | null): string | null {
  if (change.kind !== 'player' || change.said === undefined) return null
  const { before, at } = change.said
  const hasStopped = change.player.playback === 'stopped' && before.state.playback === 'playing'
  return hasStopped && isAtEnd(before, at) ? lineIn(before.state) : null
}

/** How long the player has played what it is at of a live story, as it says; null for any other change. */
function playedIn(
  change: Change,
  lineIn: (player: PlayerState) => string | null,
): { readonly line: string; readonly ms: number } | null {
  if (change.kind !== 'player' || typeof change.said?.patch.position_s !== 'number') return null
  const line = lineIn(change.player)
  return line === null ? null : { line, ms: change.said.patch.position_s * 1000 }
}

const cardsKept = 200
// Who is further on has taken up again what was begun before.
const justBegunSeconds = 5

/** How a story goes on that its card tells by itself, as the chapter says that the player has come to. */
function newsOnCard(
  change: Change,
  input: StoriesInput,
  heardVersion: (cardId: string) => string | undefined,
): StoryNews | null {
  if (change.kind !== 'player' || change.said === undefined) return null
  const { said, player } = change
  const before = said.before.state
  const hasStopped = player.playback === 'stopped' && before.playback === 'playing'
  const card_id = hasStopped ? before.card_id : player.card_id
  const story = card_id === null ? null : input.cards.byCard(card_id)?.story
  if (card_id === null || story?.run !== 'card') return null
  const told = { card_id, story: story.id, player, said, hasStopped }
  const [version, ...earlier] = versionsHeard(story, heardVersion(card_id), input.shelf)
  const news = newsIn(version, told, input.shelf)
  if (news !== null || earlier.length === 0) return news
  // An earlier version is meant only where it has what was played before as well.
  const isKnown = (one: string) => before.card_id !== card_id || has(one, before.chapter_key, input.shelf)
  const fits = earlier.filter(isKnown).map((one) => newsIn(one, told, input.shelf))
  return fits.find((one) => one !== null) ?? null
}

function has(version: string, chapter: string | null, shelf: StoryShelf): boolean {
  return shelf.card(version)?.chapters.some(({ key }) => key === chapter) ?? false
}

/** Which versions of the story a player may have: the one whose audio it asked for, where it asks us; the likeliest first. */
function versionsHeard(
  { id, version, media }: StoryOnCard,
  heard: string | undefined,
  shelf: StoryShelf,
): readonly [string | null, ...string[]] {
  if (media === undefined) return [heard ?? version]
  // Nobody asks us for uploaded audio, and players hold on to the card as it was.
  return [version, ...shelf.versionsOf(id).filter((earlier) => earlier !== version)]
}

interface Told {
  readonly card_id: string
  readonly story: string
  readonly player: PlayerState
  readonly said: NonNullable<Extract<Change, { kind: 'player' }>['said']>
  readonly hasStopped: boolean
}

/** The same in that version. What is told late, or of a player that was off, was done some other time. */
function newsIn(
  version: string | null,
  { card_id, story, player, said, hasStopped }: Told,
  shelf: StoryShelf,
): StoryNews | null {
  const chapters = version === null ? undefined : shelf.card(version)?.chapters
  if (version === null || chapters === undefined) return null
  const before = said.before.state
  const after = { state: player, at: said.at }
  const at = { story, player: player.id, card_id }
  const from = before.card_id === card_id ? chapters.find(({ key }) => key === before.chapter_key) : undefined
  if (hasStopped) {
    if (from?.end !== 'stop' || !isAtEnd(said.before, said.at)) return null
    return { ...at, choice: null, from: from.scene, scene: null, ending: shelf.endingOf(version, from.scene) }
  }
  const to = chapters.find(({ key }) => key === player.chapter_key)
  const isNews = before.card_id !== card_id || before.chapter_key !== player.chapter_key
  if (to === undefined || !isNews) return null
  if (from === undefined) {
    const hasBegun = before.online && before.playback !== null && (player.position_s ?? 0) < justBegunSeconds
    return to === chapters[0] && hasBegun
      ? { ...at, choice: null, from: null, scene: to.scene, ending: null }
      : null
  }
  if (!wasFollowed(said.before, after) || hasTakenUp(said.before, after)) return null
  if (from.end === 'stop' && to === chapters[0] && !said.commanded)
    return { ...at, choice: null, from: null, scene: to.scene, ending: null }
  const edge = edgeOfKey(to.key)
  if (edge === null || from[edge] !== to.key || said.commanded) return null
  const isAsked = from.left !== null || from.right !== null
  const choice = !isAsked ? null : edge === 'end' ? 'silence' : edge
  return { ...at, choice, from: from.scene, scene: to.scene, ending: null }
}
