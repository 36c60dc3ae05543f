import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { requireFiles } from '../../core/playable-files.ts'
import { mostItems, type Queue, queueModes, resumePolicies } from '../../core/queue.ts'
import { expectedTitle } from '../../core/stream-title.ts'
import { meant } from './if-match.ts'
import { rotationAnswer, rotationBody } from './key-rotation.ts'
import { type Route, route } from './route.ts'
import { mutationRoute } from './stream-mutations.ts'
import { done, existing, type Refill, type StreamsHouse, streamNameIn, view } from './stream-view.ts'

const because = 'REST'
const file = Type.String({ minLength: 1, maxLength: 1000 })
const files = Type.Array(file, { minItems: 1, maxItems: mostItems })
const index = Type.Integer({ minimum: 0 })

export function streamRoutes(house: StreamsHouse): Route[] {
  return [
    ...readRoutes(house),
    ...queueRoutes(house),
    mutationRoute(house),
    settingsRoute(house),
    deleteRoute(house),
    rotateRoute(house),
  ]
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
      async handle(request) {
        const { name } = existing(house, request.param('name'))
        await house.upToDate?.(name)
        return view(house, existing(house, name), request)
      },
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
    async handle(request) {
      const { param, body } = request
      const name = streamNameIn(house, param('name'))
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
          ...meant(request),
        },
        because,
      )
      const count = body.files.length
      return done(house, {
        name,
        message: `${count} ${count === 1 ? 'file' : 'files'} added to "${name}"`,
        request,
        adds: true,
      })
    },
  })
}

function removeRoute(house: StreamsHouse): Route {
  return route({
    method: 'delete',
    path: '/streams/{name}/queue/{index}',
    summary: 'Removes the item at a place, counted from 0.',
    needs: 'house',
    async handle(request) {
      const { param } = request
      const queue = existing(house, param('name'))
      const { id, file } = itemAt(queue, indexOf(param('index')))
      await house.perform(
        { kind: 'mutate-queue', stream: queue.name, mutation: { op: 'remove', id }, ...meant(request) },
        because,
      )
      return done(house, { name: queue.name, message: `"${file}" removed from "${queue.name}"`, request })
    },
  })
}

function clearRoute(house: StreamsHouse): Route {
  return route({
    method: 'delete',
    path: '/streams/{name}/queue',
    summary: 'Empties the queue; the stream stays.',
    needs: 'house',
    async handle(request) {
      const { name } = existing(house, request.param('name'))
      await house.perform(
        { kind: 'mutate-queue', stream: name, mutation: { op: 'clear' }, ...meant(request) },
        because,
      )
      return done(house, { name, message: `"${name}" is empty now`, request })
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
    async handle(request) {
      const { param, body } = request
      const queue = existing(house, param('name'))
      const { id, file } = itemAt(queue, body.old_index)
      itemAt(queue, body.new_index)
      const rest = queue.items.filter((item) => item.id !== id)
      const before = rest[body.new_index]?.id ?? null
      await house.perform(
        { kind: 'mutate-queue', stream: queue.name, mutation: { op: 'move', id, before }, ...meant(request) },
        because,
      )
      return done(house, { name: queue.name, message: `"${file}" moved to place ${body.new_index}`, request })
    },
  })
}

function settingsRoute(house: StreamsHouse): Route {
  return route({
    method: 'put',
    path: '/streams/{name}',
    summary:
      'Changes how a stream plays, its title, whether it is closed, the file that is heard once while it is closed or empty (null: the usual clip), and with `stays` whether its schedule leaves what it holds alone until that is taken back.',
    needs: 'house',
    body: Type.Object(
      {
        title: Type.Optional(Type.String({ description: expectedTitle })),
        loop: Type.Optional(Type.Boolean()),
        shuffle: Type.Optional(Type.Boolean()),
        mode: Type.Optional(Type.Union(queueModes.map((mode) => Type.Literal(mode)))),
        resume: Type.Optional(Type.Union(resumePolicies.map((policy) => Type.Literal(policy)))),
        closed: Type.Optional(Type.Boolean()),
        if_pressed: Type.Optional(Type.Union([file, Type.Null()])),
        stays: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
    async handle(request) {
      const { param, body } = request
      const { name } = existing(house, param('name'))
      await house.perform(
        {
          kind: 'mutate-queue',
          stream: name,
          mutation: { op: 'settings', settings: body },
          ...meant(request),
        },
        because,
      )
      return done(house, { name, message: `"${name}" changed`, request })
    },
  })
}

function deleteRoute(house: StreamsHouse): Route {
  return route({
    method: 'delete',
    path: '/streams/{name}',
    summary: 'Deletes the stream and its queue.',
    needs: 'house',
    async handle(request) {
      const { name } = existing(house, request.param('name'))
      const { cards, days, tracks } = house.keptCards(name)
      const refills = house.refillsOf?.(name) ?? []
      await house.perform({ kind: 'delete-stream', stream: name, ...meant(request) }, because)
      const message = `"${name}" deleted; ${keeping(cards)} for ${days} days, and a stream of that name plays there again${ofTracks(tracks)}${ofRefills(refills)}`
      return { success: true, message, comes_back: refills }
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

function keeping(cards: number): string {
  if (cards === 0) return 'its address is kept'
  return cards === 1 ? '1 card keeps its address' : `${cards} cards keep their address`
}

const mostNamed = 5

/** What becomes of cards that play the stream among other things. */
function ofTracks(titles: readonly string[]): string {
  if (titles.length === 0) return ''
  const named = titles.slice(0, mostNamed).map((title) => `"${title}"`)
  const others = titles.length - named.length
  const all = `${named.join(', ')}${others === 0 ? '' : ` and ${others} more`}`
  return `; until then a clip is heard where tracks of ${titles.length === 1 ? 'card' : 'cards'} ${all} play it`
}

/** What brings the stream back, and how it stays away. */
function ofRefills(refills: readonly Refill[]): string {
  const [first] = refills
  if (first === undefined) return ''
  const named = refills.slice(0, mostNamed).map(({ kind, name, source }) => {
    const at = source === null ? '' : ` (${source})`
    return kind === 'schedule' ? `its schedule${at} within a minute` : `rule "${name}"${at} when it runs`
  })
  const others = refills.length - named.length
  const all = `${named.join(', ')}${others === 0 ? '' : ` and ${others} more rules`}`
  return `; it comes back: ${all}. Take it out of the rules first if it is to stay away`
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
