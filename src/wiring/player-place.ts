import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { predictedPosition } from '../core/moment.ts'
import type { PlayerState } from '../core/player.ts'
import type { Hub } from '../hub.ts'

/** @throws AppError `not_found`. */
export function playerNamed(hub: Hub, id: string): PlayerState {
  const player = hub.player(id)
  if (player === undefined) throw new AppError('not_found', `there is no player "${id.slice(0, 80)}"`)
  return player
}

/** The player with the position it must have reached since its last words. @throws AppError `not_found`. */
export function asItStands(hub: Hub, id: string, clock: Clock): PlayerState {
  const player = playerNamed(hub, id)
  const moment = hub.moment(id)
  const position_s = moment === undefined ? null : predictedPosition(moment, clock.now())
  return position_s === null ? player : { ...player, position_s }
}

/** The player at the start of the track that it was just sent to, where it has not told of it yet. */
export function asExpected(hub: Pick<Hub, 'expectedTrack'>, player: PlayerState): PlayerState {
  const { card_id, chapter_key, track_key } = hub.expectedTrack(player.id) ?? {}
  if (card_id !== player.card_id || chapter_key === undefined || track_key === undefined) return player
  if (chapter_key === player.chapter_key && track_key === player.track_key) return player
  return { ...player, chapter_key, track_key, position_s: 0, duration_s: null }
}

// What is told of at all is told of soon.
const longestArrivalMs = 2_000

/** Waits until the player has told of the track that it was just sent to, but not for long. */
export async function untilArrived(
  hub: Hub,
  id: string,
  { patienceMs, clock }: { patienceMs: number; clock: Clock },
): Promise<void> {
  const isUnderWay = () => hub.expectedTrack(id) !== undefined
  if (!isUnderWay()) return
  const arrived = new AbortController()
  const forget = hub.subscribe('commands to players', () => {
    if (!isUnderWay()) arrived.abort()
  })
  await clock.sleep(Math.min(patienceMs, longestArrivalMs), arrived.signal).catch(() => undefined)
  forget()
}
