import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { placeAddress } from '../core/card-plan.ts'
import type { Effect, PlayerCommand } from '../core/effect.ts'
import type { PlayerState } from '../core/player.ts'
import { edgesFrom, type Place } from '../core/slot.ts'
import type { Hub } from '../hub.ts'

interface Ground {
  readonly hub: Pick<Hub, 'players'>
  readonly cards: Pick<PublishedCards, 'byCard'>
}

/**
 * What has the players that play the stream now ask for it anew. On a queue card they then get the current item. A
 * stream card plays the whole queue as one file, which can only be begun again: of another item nothing is heard.
 * Who has paused, or is off, is left in peace.
 */
export function playAnew(stream: string, what: 'item' | 'beginning', { hub, cards }: Ground): Effect[] {
  return hub.players().flatMap((player): Effect[] => {
    const card = player.card_id === null ? undefined : cards.byCard(player.card_id)
    if (card?.stream !== stream || !isPlaying(player)) return []
    const command = commandFor(player, card, what)
    return command === null ? [] : [{ kind: 'command', player: player.id, command }]
  })
}

function isPlaying({ online, playback }: PlayerState): boolean {
  return online && (playback === 'playing' || playback === 'loading')
}

function commandFor(
  { chapter_key }: PlayerState,
  { card_id, kind, slots }: PublishedCard,
  what: 'item' | 'beginning',
): PlayerCommand | null {
  if (card_id === null) return null
  if (kind === 'stream') return what === 'item' ? null : { type: 'restart' }
  const place = slots === 'linear' ? distantNumber(Number(chapter_key)) : entrance(chapter_key, what)
  return { type: 'card', card_id, ...placeAddress(place) }
}

/** The first slot is no edge of another: whoever comes there gets the current item. Asked twice, it may be a retry. */
function entrance(from: string | null, what: 'item' | 'beginning'): Place {
  return from === 'start' && what === 'item' ? edgesFrom('start').end : 'start'
}

/** A chapter that is neither this nor beside it: going there is no press and no end. */
function distantNumber(from: number): Place {
  return from > 2 ? '01' : '05'
}
