import type { Effect, Perform } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { lookUpAll } from '../../core/playable-files.ts'
import { checkStreamName, type Queue } from '../../core/queue.ts'
import type { Outlooks } from '../../core/queue-outlook.ts'
import { queueTag } from '../../core/queue-tag.ts'
import { calledSo } from '../../core/slug.ts'
import type { KeyRotation } from './key-rotation.ts'
import type { ApiRequest } from './route.ts'

/** What the stream calls need of the house. */
export interface StreamsHouse {
  queues(): readonly Queue[]
  queue(name: string): Queue | undefined
  /** Null where the stream holds what is due now; else to be waited for before it is shown. */
  upToDate?(name: string): Promise<void> | null
  readonly perform: Perform
  /** Reads the options of the rule action `queue`. @throws AppError where they are wrong, or name what there is not. */
  queueEffects(options: unknown, stream: string): Promise<readonly Effect[]>
  lookup(file: string): Promise<FoundFile>
  /** What was probably meant by a name that leads nowhere, for people. */
  readonly fileHint?: (file: string) => Promise<string | null>
  /** What has the players that play the stream hear its current item now; `isAnother` than until now. */
  playAnew(stream: string, anew: { readonly what: 'item'; readonly isAnother: boolean }): readonly Effect[]
  readonly outlooks: Outlooks
  /** Where a card or a player fetches the stream. */
  streamUrl(name: string): Promise<string>
  /** How often items of the stream were played; null where none was. */
  streamPlays(name: string): { readonly plays: number; readonly last_played_at: string } | null
  /**
   * How many cards keep their address when the stream is deleted, and for how many days; `tracks`: the titles of the cards
   * with tracks that play it.
   */
  keptCards(name: string): {
    readonly cards: number
    readonly days: number
    readonly tracks: readonly string[]
  }
  /** What makes the stream anew once it is deleted; nothing where absent. */
  readonly refillsOf?: (name: string) => readonly Refill[]
  rotateStreamKey(name: string, options: { now: boolean }): Promise<KeyRotation>
}

/** What makes a stream anew once it is deleted: its schedule within a minute, a rule when it runs. */
export interface Refill {
  readonly kind: 'schedule' | 'rule'
  /** The stream of the schedule, or the rule's id. */
  readonly name: string
  /** Where it stands: "bedroom.yaml:15". */
  readonly source: string | null
}

/** Of a body with the names of as many files as a queue takes. */
export const longListBytes = 4 * 1024 * 1024

/** What the library has under a name: `importing` can be played soon, `refused` is there but cannot be played. */
export type FoundFile =
  | { readonly state: 'ready'; readonly file: { readonly title: string; readonly seconds: number } }
  | { readonly state: 'importing'; readonly progress: number; readonly title?: string }
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly reason: string }

/** The name of the stream that is called so, by people or in addresses, or that there may be. @throws AppError `unprocessable` */
export function streamNameIn({ queues }: Pick<StreamsHouse, 'queues'>, called: string): string {
  return calledSo(queues(), called, ({ name }) => name)?.name ?? checkStreamName(called)
}

/** @throws AppError `unprocessable` for a name no stream can have, `not_found` where there is none. */
export function existing(house: Pick<StreamsHouse, 'queue' | 'queues'>, called: string): Queue {
  const name = streamNameIn(house, called)
  const queue = house.queue(name)
  if (queue === undefined) throw new AppError('not_found', `there is no stream "${name}"`)
  return queue
}

/** What a change of a stream is answered with. */
export async function done(house: StreamsHouse, { name, message, request, adds = false }: Done) {
  const queue = existing(house, name)
  const words = adds ? house.outlooks.wordsOn(queue) : null
  const whole = words === null ? message : `${message}; ${words}`
  return { success: true, message: whole, queue: await view(house, queue, request) }
}

interface Done {
  readonly name: string
  readonly message: string
  readonly request: Answering
  /** Whether something was put into the stream: then it is said when that is heard, or how long it stays. */
  readonly adds?: boolean
}

type Answering = Pick<ApiRequest, 'setHeader'>

/** The stream as it is now, with the header by which changes can be held to just that. */
export async function view(house: StreamsHouse, queue: Queue, { setHeader }: Answering) {
  const files = queue.items.map((item) => item.file)
  const found = await lookUpAll(files, (file) => house.lookup(file))
  const etag = `"${queueTag(queue)}"`
  setHeader('ETag', etag)
  return {
    name: queue.name,
    title: queue.title,
    files,
    loop: queue.loop,
    shuffle: queue.shuffle,
    mode: queue.mode,
    resume: queue.resume,
    closed: queue.closed,
    closed_until: queue.closed_until,
    if_pressed: queue.if_pressed,
    ...house.outlooks.of(queue),
    playlist: queue.playlist,
    reason: queue.reason,
    file_count: queue.items.length,
    version: queue.version,
    etag,
    current: queue.current,
    url: await house.streamUrl(queue.name),
    ...(house.streamPlays(queue.name) ?? { plays: 0, last_played_at: null }),
    items: queue.items.map((item) => ({ ...item, ...asFound(item.file, found.get(item.file)) })),
  }
}

function asFound(file: string, found: FoundFile | undefined) {
  if (found?.state === 'ready')
    return { title: found.file.title, seconds: found.file.seconds, state: 'ready' }
  if (found?.state === 'importing')
    return { title: found.title ?? file, seconds: null, state: 'importing', progress: found.progress }
  const reason = found?.state === 'refused' ? { reason: found.reason } : {}
  return { title: file, seconds: null, state: 'missing', ...reason }
}
