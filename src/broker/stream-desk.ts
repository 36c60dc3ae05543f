import { type Clock, isoOf } from '../core/clock.ts'
import type { Effect, Perform } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isHeardAtOnce } from '../core/heard-at-once.ts'
import type { Queue, QueueSettings } from '../core/queue.ts'
import { moveTo } from '../core/queue-goal.ts'
import { itemAfter } from '../core/queue-mutation.ts'
import type { Outlooks } from '../core/queue-outlook.ts'
import type { StreamWish } from './stream-set.ts'

/** What wishes of streams need of the house. */
export interface StreamPorts {
  readonly clock: Clock
  queues(): readonly Queue[]
  readonly perform: Perform
  /** Reads the options of the rule action `queue`. @throws AppError where they are wrong, or name what there is not. */
  queueEffects(options: unknown, stream: string): Promise<readonly Effect[]>
  /** The moment that a time of day, or a date and time, means to the household; null for any other text. */
  momentOf(text: string): Date | null
  readonly outlooks: Outlooks
  /** What has the players that play the stream now hear it as it has become. */
  playAnew(stream: string, anew: PlayedAnew): readonly Effect[]
}

/** What those who listen are to hear of a stream: its current item, or all of it from its beginning. */
export interface PlayedAnew {
  readonly what: 'item' | 'beginning'
  /** Whether the current item is another than the one that was current until now. */
  readonly isAnother: boolean
}

/** Whose wish it is, for people, and of which stream. */
interface Asked {
  readonly stream: string
  readonly because: string
}

/** Changes the stream as is wished; what players are to be told then is for `tellPlayers`. @throws AppError as the ports do. */
export async function carryOut(
  wish: StreamWish,
  { stream, because }: Asked,
  ports: StreamPorts,
): Promise<readonly Effect[]> {
  const set = (settings: QueueSettings) =>
    ports.perform({ kind: 'mutate-queue', stream, mutation: { op: 'settings', settings } }, because)
  switch (wish.type) {
    case 'playlist':
      await ports.perform({ kind: 'fill-queue', stream, how: 'replace', content: wish.playlist }, because)
      return []
    case 'queue':
      return changeQueue(await ports.queueEffects(wish.options, stream), { stream, because }, ports)
    case 'close':
      await set({ ...wish.settings, closed_until: openingTime(wish.until, ports) })
      return []
    case 'settings':
      await set(wish.settings)
      return []
    case 'skip':
    case 'restart':
      return goTo(wish.type, { stream, because }, ports)
  }
}

/** What is to play now is heard at once; anything else when the item ends. */
async function changeQueue(
  effects: readonly Effect[],
  { stream, because }: Asked,
  { queues, perform, playAnew }: StreamPorts,
): Promise<readonly Effect[]> {
  const current = () => queues().find(({ name }) => name === stream)?.current ?? null
  const before = current()
  for (const effect of effects) await perform(effect, because)
  return effects.some(isHeardAtOnce)
    ? playAnew(stream, { what: 'item', isAnother: current() !== before })
    : []
}

/** @throws AppError `unavailable` where one of them could not be told; the others are. */
export async function tellPlayers(
  effects: readonly Effect[],
  because: string,
  perform: Perform,
): Promise<void> {
  const told = await Promise.allSettled(effects.map((effect) => perform(effect, because)))
  const failed = told.find((each) => each.status === 'rejected')
  if (failed === undefined) return
  const reason = messageOf(failed.reason)
  throw new AppError('unavailable', `the stream went on, and a player could not be told: ${reason}`)
}

/** @throws AppError `unprocessable` for what is no time, or is past. */
function openingTime(text: string, { momentOf, clock }: StreamPorts): string {
  const moment = momentOf(text)
  if (moment === null)
    throw new AppError(
      'unprocessable',
      `"until" expected a time of day as "07:00", or a date and time as "2026-12-24T07:00", found "${text}"`,
    )
  if (moment <= clock.now()) throw new AppError('unprocessable', `"until" lies in the past: ${isoOf(moment)}`)
  return isoOf(moment)
}

/** Makes another item the current one, and returns what has those who listen hear it. */
async function goTo(
  what: 'skip' | 'restart',
  { stream, because }: Asked,
  { queues, perform, playAnew }: StreamPorts,
): Promise<readonly Effect[]> {
  const queue = queues().find(({ name }) => name === stream)
  if (queue === undefined) throw new AppError('not_found', `there is no stream "${stream}"`)
  const move = moveTo(what === 'skip' ? 'next' : 'first', queue)
  const isAnother = itemAfter(queue, move) !== queue.current
  await perform({ kind: 'mutate-queue', stream, mutation: move }, because)
  return playAnew(stream, { what: what === 'skip' ? 'item' : 'beginning', isAnother })
}
