import { Type } from 'typebox'
import type { Perform } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { lookUpAll, requireFiles } from '../../core/playable-files.ts'
import { checkStreamName, type Queue, queueModes } from '../../core/queue.ts'
import { expectedTitle } from '../../core/stream-title.ts'
import { type KeyRotation, rotationAnswer, rotationBody } from './key-rotation.ts'
import { type Route, route } from './route.ts'

/** What the stream calls need of the house. */
export interface StreamsHouse {
  queues(): readonly Queue[]
  queue(name: string): Queue | undefined
  readonly perform: Perform
  lookup(file: string): Promise<FoundFile>
  /** What was probably meant by a name that leads nowhere, for people. */
  readonly fileHint?: (file: string) => Promise<string | null>
  /** Where a card or a player fetches the stream. */
  streamUrl(name: string): Promise<string>
  /** How many cards keep their address when the stream is deleted, and for how many days. */
  keptCards(name: string): { readonly cards: number; readonly days: number }
  rotateStreamKey(name: string, options: { now: boolean }): Promise<KeyRotation>
}

/** What the library has under a name: `importing` can be played soon, `refused` is there but cannot be played. */
export type FoundFile =
  | { readonly state: 'ready'; readonly file: { readonly title: string; readonly seconds: number } }
  | { readonly state: 'importing' | 'missing' }
  | { readonly state: 'refused'; readonly reason: string }

const because = 'REST'
const file = Type.String({ minLength: 1, maxLength: 1000 })
const files = Type.Array(file, { minItems: 1, maxItems: 10_000 })
const index = Type.Integer({ minimum: 0 })

export function streamRoutes(house: StreamsHouse): Route[] {
  return [
    ...readRoutes(house),
    ...queueRoutes(house),
    settingsRoute(house),
    deleteRoute(house),
    rotateRoute(house),
  ]
}

/** @throws AppError `unprocessable` for a name no stream can have, `not_found` where there is none. */
export function existing(house: Pick<StreamsHouse, 'queue'>, name: string): Queue {
  const queue = house.queue(checkStreamName(name))
  if (queue === undefined) throw new AppError('not_found', `there is no stream "${name}"`)
  return queue
}

function readRoutes(house: StreamsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/streams/queues',
      summary: 'The names of all streams.',
      needs: 'house',
      handle() {
        const queues = house.queues().map((queue) => queue.name)
        return { queues, count: queues.length }
      },
    }),
    route({
      method: 'get',
      path: '/streams/{name}/queue',
      summary: 'A stream with its queue.',
      needs: 'house',
      handle: ({ param }) => view(house, existing(house, param('name'))),
    }),
  ]
}

function queueRoutes(house: StreamsHouse): Route[] {
  return [appendRoute(house), removeRoute(house), clearRoute(house), moveRoute(house)]
}

function appendRoute(house: StreamsHouse): Route {
  return route({
    method: 'post',
    path: '/streams/{name}/queue',
    summary:
      'Appends files, all or none; makes the stream when it is new. Of a book each chapter becomes an item, with `split` also each part of what is longer than 55 minutes.',
    needs: 'house',
    body: Type.Object({ files, split: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
    async handle({ param, body }) {
      const name = checkStreamName(param('name'))
      await requireFiles(body.files, {
        lookup: (name) => house.lookup(name),
        ...(house.fileHint === undefined ? {} : { hint: house.fileHint }),
        consequence: 'nothing was added',
      })
      await house.perform(
        {
          kind: 'mutate-queue',
          stream: name,
          mutation: { op: 'append', files: body.files },
          split: body.split ?? false,
        },
        because,
      )
      const count = body.files.length
      return done(house, name, `${count} ${count === 1 ? 'file' : 'files'} added to "${name}"`)
    },
  })
}

function removeRoute(house: StreamsHouse): Route {
  return route({
    method: 'delete',
    path: '/streams/{name}/queue/{index}',
    summary: 'Removes the item at a place, counted from 0.',
    needs: 'house',
    async handle({ param }) {
      const queue = existing(house, param('name'))
      const { id, file } = itemAt(queue, indexOf(param('index')))
      await house.perform(
        { kind: 'mutate-queue', stream: queue.name, mutation: { op: 'remove', id } },
        because,
      )
      return done(house, queue.name, `"${file}" removed from "${queue.name}"`)
    },
  })
}

function clearRoute(house: StreamsHouse): Route {
  return route({
    method: 'delete',
    path: '/streams/{name}/queue',
    summary: 'Empties the queue; the stream stays.',
    needs: 'house',
    async handle({ param }) {
      const { name } = existing(house, param('name'))
      await house.perform({ kind: 'mutate-queue', stream: name, mutation: { op: 'clear' } }, because)
      return done(house, name, `"${name}" is empty now`)
    },
  })
}

function moveRoute(house: StreamsHouse): Route {
  return route({
    method: 'put',
    path: '/streams/{name}/queue/reorder',
    summary: 'Moves the item at one place to another; both counted from 0.',
    needs: 'house',
    body: Type.Object({ old_index: index, new_index: index }, { additionalProperties: false }),
    async handle({ param, body }) {
      const queue = existing(house, param('name'))
      const { id, file } = itemAt(queue, body.old_index)
      itemAt(queue, body.new_index)
      const rest = queue.items.filter((item) => item.id !== id)
      const before = rest[body.new_index]?.id ?? null
      await house.perform(
        { kind: 'mutate-queue', stream: queue.name, mutation: { op: 'move', id, before } },
        because,
      )
      return done(house, queue.name, `"${file}" moved to place ${body.new_index}`)
    },
  })
}

function settingsRoute(house: StreamsHouse): Route {
  return route({
    method: 'put',
    path: '/streams/{name}',
    summary:
      'Changes how a stream plays, its title, and the file that is heard once while it is closed or empty (null: the usual clip).',
    needs: 'house',
    body: Type.Object(
      {
        title: Type.Optional(Type.String({ description: expectedTitle })),
        loop: Type.Optional(Type.Boolean()),
        shuffle: Type.Optional(Type.Boolean()),
        mode: Type.Optional(Type.Union(queueModes.map((mode) => Type.Literal(mode)))),
        if_pressed: Type.Optional(Type.Union([file, Type.Null()])),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
    async handle({ param, body }) {
      const { name } = existing(house, param('name'))
      await house.perform(
        { kind: 'mutate-queue', stream: name, mutation: { op: 'settings', settings: body } },
        because,
      )
      return done(house, name, `"${name}" changed`)
    },
  })
}

function deleteRoute(house: StreamsHouse): Route {
  return route({
    method: 'delete',
    path: '/streams/{name}',
    summary: 'Deletes the stream and its queue.',
    needs: 'house',
    async handle({ param }) {
      const { name } = existing(house, param('name'))
      const { cards, days } = house.keptCards(name)
      await house.perform({ kind: 'delete-stream', stream: name }, because)
      const message = `"${name}" deleted; ${keeping(cards)} for ${days} days, and a stream of that name plays there again`
      return { success: true, message }
    },
  })
}

function rotateRoute(house: StreamsHouse): Route {
  return route({
    method: 'post',
    path: '/streams/{name}/rotate-key',
    summary:
      'Gives a stream and its cards new keys; the old ones end once the new ones are used, with `now` at once.',
    needs: 'admin',
    body: rotationBody,
    async handle({ param, body }) {
      const { name } = existing(house, param('name'))
      const rotation = await house.rotateStreamKey(name, { now: body.now ?? false })
      return rotationAnswer(`stream "${name}" has new keys`, rotation)
    },
  })
}

async function done(house: StreamsHouse, name: string, message: string) {
  return { success: true, message, queue: await view(house, existing(house, name)) }
}

async function view(house: StreamsHouse, queue: Queue) {
  const files = queue.items.map((item) => item.file)
  const known = await lookUpAll(files, (file) => house.lookup(file))
  const items = queue.items.map(({ id, file }) => {
    const found = known.get(file)
    if (found?.state === 'ready')
      return { id, file, title: found.file.title, seconds: found.file.seconds, state: 'ready' }
    if (found?.state === 'importing') return { id, file, title: file, seconds: null, state: 'importing' }
    const reason = found?.state === 'refused' ? { reason: found.reason } : {}
    return { id, file, title: file, seconds: null, state: 'missing', ...reason }
  })
  return {
    name: queue.name,
    title: queue.title,
    files,
    loop: queue.loop,
    shuffle: queue.shuffle,
    mode: queue.mode,
    closed: queue.closed,
    closed_until: queue.closed_until,
    if_pressed: queue.if_pressed,
    playlist: queue.playlist,
    reason: queue.reason,
    file_count: queue.items.length,
    version: queue.version,
    url: await house.streamUrl(queue.name),
    items,
  }
}

function keeping(cards: number): string {
  if (cards === 0) return 'its address is kept'
  return cards === 1 ? '1 card keeps its address' : `${cards} cards keep their address`
}

function indexOf(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new AppError('unprocessable', `"${text.slice(0, 40)}" is not a place in a queue: count from 0`)
  return Number(text)
}

function itemAt(queue: Queue, place: number) {
  const item = queue.items[place]
  if (item !== undefined) return item
  const count = queue.items.length
  const range = count === 0 ? 'it is empty' : `it has 0 to ${count - 1}`
  throw new AppError('invalid', `there is no place ${place} in the queue of "${queue.name}": ${range}`)
}
