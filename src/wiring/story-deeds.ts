import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { placeAddress, type TrackAddress } from '../core/card-plan.ts'
import type { PlayerCommand } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { PlayerState } from '../core/player.ts'
import type { Hub } from '../hub.ts'
import type { StoryWish } from '../perform.ts'
import type { StoryShelf } from '../stories/card/shelf.ts'
import { entrance } from './entrance.ts'
import { isPlaying } from './play-anew.ts'

/** Where live stories can be led; `wiring/stories` does. */
export interface StorySteering {
  /** Leads the player's telling there: what it comes to is what the card plays next. */
  begin(card: PublishedCard, player: string, scene: string | null): Promise<void>
  resume(card: PublishedCard, player: string): Promise<void>
  end(card: PublishedCard, player: string): Promise<void>
  /** Whether it ends with a scene of bedtime from now on. */
  bedtime(card: PublishedCard, player: string): Promise<boolean>
}

interface StoryDeedsInput {
  readonly hub: Pick<Hub, 'player'>
  readonly cards: Pick<PublishedCards, 'list' | 'byCard'>
  readonly shelf: Pick<StoryShelf, 'card'>
  readonly command: (player: string, command: PlayerCommand) => Promise<void>
}

/** What rules have stories do. */
export class StoryDeeds {
  #steering: StorySteering | null = null

  /** Until then no live story can be led anywhere. */
  setSteering(steering: StorySteering): void {
    this.#steering = steering
  }

  /**
   * Does what is wished.
   * @throws AppError `not_found` where there is no such player, or no card of the story that it may play, `unavailable`
   * where it is offline, and as the command does
   */
  async tell({ story, player: id, how, scene }: StoryWish, input: StoryDeedsInput): Promise<void> {
    const player = playerIn(id, input)
    // Else it would be told tomorrow what was wished today.
    if (!player.online) throw new AppError('unavailable', `player "${player.name}" is offline`)
    const card = cardOf(story, player, input)
    const steering = card.story?.run === 'live' ? this.#steering : null
    if (how === 'end') {
      await steering?.end(card, id)
      if (player.card_id === card.card_id && isPlaying(player)) await input.command(id, { type: 'stop' })
      return
    }
    if (how === 'resume') await steering?.resume(card, id)
    else await steering?.begin(card, id, scene ?? null)
    const at = how === 'resume' && steering === null ? {} : beginningOf(card, { player, scene, ...input })
    await input.command(id, { type: 'card', card_id: card.card_id ?? '', ...at })
  }

  /** Begins the story of the card that the player has anew, at its home. Throws as `tell` does. */
  async again(
    { story }: PublishedCard,
    player: string,
    { homeOf, ...input }: StoryDeedsInput & { readonly homeOf: (story: string) => string | null },
  ): Promise<void> {
    if (story === null) return
    // A card that tells a story by itself has no home but its beginning.
    const home = story.run === 'live' ? homeOf(story.id) : null
    await this.tell(
      { story: story.id, player, how: 'start', ...(home === null ? {} : { scene: home }) },
      input,
    )
  }

  /** Whether the live story that the player plays now ends with its scene of bedtime. */
  async end(id: string, { hub, cards }: StoryDeedsInput): Promise<boolean> {
    const player = hub.player(id)
    const card = player?.card_id == null ? undefined : cards.byCard(player.card_id)
    if (card?.story?.run !== 'live' || this.#steering === null) return false
    return this.#steering.bedtime(card, id)
  }
}

function playerIn(id: string, { hub }: StoryDeedsInput): PlayerState {
  const player = hub.player(id)
  if (player !== undefined) return player
  throw new AppError('not_found', `there is no player "${id.slice(0, 80)}"`)
}

/** The card that the player has, where it is one of the story's, else the player's own, else any. */
function cardOf(story: string, player: PlayerState, { cards }: StoryDeedsInput): PublishedCard {
  const fitting = cards
    .list()
    .filter((card) => card.story?.id === story && (card.player ?? player.id) === player.id)
  const card =
    fitting.find(({ card_id }) => card_id === player.card_id) ??
    fitting.find((one) => one.player === player.id) ??
    fitting[0]
  if (card !== undefined) return card
  throw new AppError(
    'not_found',
    `story "${story}" has no card that player "${player.name}" may play: make one first, with POST /api/cards {"story": "${story}"}`,
  )
}

/** Where the card is begun: a live story at a place that is nobody's press, else at the chapter of the scene. */
function beginningOf(
  { story, card_id, slots, title }: PublishedCard,
  { player, scene, shelf }: StoryDeedsInput & { player: PlayerState; scene: string | undefined },
): TrackAddress {
  if (story?.run !== 'card') {
    const from = player.card_id === card_id ? player.chapter_key : null
    return placeAddress(entrance({ from, slots, isAnother: true }))
  }
  const chapters = shelf.card(story.version ?? '')?.chapters ?? []
  const chapter = scene === undefined ? chapters[0] : chapters.find((one) => one.scene === scene)
  if (chapter === undefined)
    throw new AppError('not_found', `the card "${title}" has no chapter of the scene "${scene ?? story.id}"`)
  return { chapter_key: chapter.key, track_key: chapter.key }
}
