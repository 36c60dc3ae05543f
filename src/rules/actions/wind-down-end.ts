import type { Effect } from '../../core/effect.ts'
import { messageOf } from '../../core/error.ts'
import { dateAt, localDay } from '../moments/local-day.ts'
import { type LastingHands, rest, VolumeSteps } from './volume-steps.ts'

export interface Wound {
  /** Its id. */
  readonly player: string
  readonly name: string
  /** Null where the player plays none of ours. */
  readonly stream: string | null
}

export const fadeMs = 20_000

/**
 * Carries an effect out, and where that fails says so and goes on: at bedtime one thing that cannot be done must not keep
 * the others from being done. Resolves with whether it was done.
 */
export async function trying({ recorded, effect }: LastingHands, wished: Effect): Promise<boolean> {
  let failure: string | null = null
  try {
    await effect(wished)
  } catch (error) {
    failure = messageOf(error)
  }
  // After a restart the effect is passed over, and its failure is known by this alone.
  const why = await recorded(() => failure)
  if (why !== null) await effect({ kind: 'log', message: `wind_down goes on, though: ${why}` })
  return why === null
}

/**
 * Fades a player out and stops it; then it is as loud as it was when the fade began, and its stream is where it was then.
 * Resolves with how loud it was left; null where that is not known, or a hand was at the knob.
 */
export async function fadeOut(hands: LastingHands, { player, stream }: Wound): Promise<number | null> {
  const { world, recorded } = hands
  const before = await recorded(() => ({
    isPlaying: world.player(player)?.playback === 'playing',
    step: world.player(player)?.volume_step ?? null,
    item: stream === null ? null : (world.queue(stream)?.current ?? null),
  }))
  const isQuiet = before.isPlaying && before.step !== null && (await faded(hands, player))
  await trying(hands, { kind: 'command', player, command: { type: 'stop' } })
  if (isQuiet && before.step !== null)
    await trying(hands, { kind: 'command', player, command: { type: 'volume-step', step: before.step } })
  if (stream !== null && before.item !== null) await goBack(hands, stream, before.item)
  return before.isPlaying && !isQuiet ? null : before.step
}

/** Whether it got silent: not where somebody turned the knob meanwhile. */
async function faded(hands: LastingHands, player: string): Promise<boolean> {
  const steps = await VolumeSteps.begin(tolerant(hands), { player, to: 0, overMs: fadeMs, onlyDown: true })
  let passedMs = 0
  for (let due = steps.dueMs; due !== null; due = steps.dueMs) {
    await rest(hands, due - passedMs)
    passedMs = due
    if ((await steps.take()) !== null) return false
  }
  return true
}

/** The same hands, whose failures are said and no more. */
export function tolerant(hands: LastingHands): LastingHands {
  return { ...hands, effect: async (wished) => void (await trying(hands, wished)) }
}

/** What has begun during the fade was not heard. */
async function goBack(hands: LastingHands, stream: string, item: string): Promise<void> {
  const hasMoved = await hands.recorded(() => {
    const queue = hands.world.queue(stream)
    return queue !== undefined && queue.current !== item && queue.items.some(({ id }) => id === item)
  })
  if (hasMoved) await trying(hands, { kind: 'mutate-queue', stream, mutation: { op: 'go-to', id: item } })
}

/** Closes the stream until clocks show that time; a file that cannot be heard instead does not keep it open. Resolves with when that is. */
export async function close(
  hands: LastingHands,
  stream: string,
  { closedUntil, ifPressed }: { readonly closedUntil: string; readonly ifPressed: string | null },
): Promise<string> {
  const until = await hands.recorded(() => nextTime(hands, closedUntil).toISOString())
  const closing = (if_pressed: string | null): Effect => ({
    kind: 'mutate-queue',
    stream,
    mutation: { op: 'settings', settings: { closed: true, closed_until: until, if_pressed } },
  })
  const isClosed = ifPressed !== null && (await trying(hands, closing(ifPressed)))
  if (!isClosed) await hands.effect(closing(null))
  return until
}

function nextTime({ world }: LastingHands, time: string): Date {
  const { zone } = world.calendar
  const now = world.now()
  const today = dateAt(now, zone)
  const coming = [0, 1, 2].map((days) => localDay(today.add({ days }), zone)?.instantOf(time))
  return coming.find((at) => at !== undefined && at > now) ?? now
}
