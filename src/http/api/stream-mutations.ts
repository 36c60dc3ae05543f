import { type Static, type TObject, Type } from 'typebox'
import type { Effect } from '../../core/effect.ts'
import { messageOf } from '../../core/error.ts'
import { isHeardAtOnce, putsIn } from '../../core/heard-at-once.ts'
import { requireFiles } from '../../core/playable-files.ts'
import { makesStream, mostItems, type QueueMutation } from '../../core/queue.ts'
import { moveTo } from '../../core/queue-goal.ts'
import { meant } from './if-match.ts'
import { type Route, route } from './route.ts'
import { done, existing, longListBytes, type StreamsHouse, streamNameIn } from './stream-view.ts'

const because = 'REST'
const owner = 'rest'
const closed = { additionalProperties: false }
const id = Type.String({ minLength: 1, maxLength: 100 })
const files = Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { minItems: 1, maxItems: mostItems })
const flag = Type.Optional(Type.Boolean())

const variants = [
  Type.Object({ op: Type.Literal('append'), files }, closed),
  Type.Object({ op: Type.Literal('insert_next'), files, now: flag }, closed),
  Type.Object({ op: Type.Literal('replace'), files, keep_old: flag }, closed),
  Type.Object({ op: Type.Literal('remove'), id }, closed),
  Type.Object({ op: Type.Literal('move'), id, before: Type.Union([id, Type.Null()]) }, closed),
  Type.Object({ op: Type.Literal('clear') }, closed),
  Type.Object({ op: Type.Literal('shuffle') }, closed),
  Type.Object({ op: Type.Literal('restore') }, closed),
  Type.Object({ op: Type.Literal('skip') }, closed),
  Type.Object({ op: Type.Literal('step'), by: Type.Union([Type.Literal(1), Type.Literal(-1)]) }, closed),
  Type.Object({ op: Type.Literal('go_to'), id }, closed),
  Type.Object({ op: Type.Literal('queue'), options: Type.Object({}) }, closed),
] as const

type Asked = Static<(typeof variants)[number]>

/** The schema's own way to say which of them is meant, so that only that one's faults are told. */
function toldApartBy<Told>(tag: string, oneOf: readonly TObject[]) {
  return Type.Unsafe<Told>({ type: 'object', required: [tag], discriminator: { propertyName: tag }, oneOf })
}

/** Every change of a queue, by the ids of its items. */
export function mutationRoute(house: StreamsHouse): Route {
  return route({
    method: 'post',
    path: '/streams/{name}/queue/mutations',
    summary:
      'Changes a queue by the ids of its items: `append`, `insert_next` (with `now`, goes on to it), `replace` (with `keep_old`, `restore` brings back what was there), `remove`, `move`, `clear`, `shuffle`, `restore`, `skip`, `step`, `go_to`; `queue` takes the options of the rule action `queue`. With If-Match, only while the stream is as its tag says.',
    needs: 'house',
    body: toldApartBy<Asked>('op', variants),
    maxBytes: longListBytes,
    async handle(request) {
      const name = streamNameIn(house, request.param('name'))
      const { body } = request
      const effects = conditional(await effectsOf(house, name, body), meant(request))
      const before = house.queue(name)?.current
      for (const effect of effects) await house.perform(effect, because)
      const isAnother = house.queue(name)?.current !== before
      const untold = effects.some(isHeardAtOnce) ? await tellPlayers(house, name, isAnother) : ''
      return done(house, {
        name,
        message: `"${name}": ${wordsOf(body)}${untold}`,
        request,
        adds: effects.some(putsIn),
      })
    },
  })
}

/** The first of them carries the condition: behind it the stream is another. */
function conditional([first, ...rest]: readonly Effect[], condition: ReturnType<typeof meant>): Effect[] {
  if (first === undefined) return []
  const isHeld = first.kind === 'mutate-queue' || first.kind === 'fill-queue'
  return [isHeld ? { ...first, ...condition } : first, ...rest]
}

/** What is to be said of it, where a player could not be told. */
async function tellPlayers(house: StreamsHouse, name: string, isAnother: boolean): Promise<string> {
  const commands = house.playAnew(name, { what: 'item', isAnother })
  const told = await Promise.allSettled(commands.map((command) => house.perform(command, because)))
  const failed = told.find((each) => each.status === 'rejected')
  return failed === undefined ? '' : `; a player could not be told: ${messageOf(failed.reason)}`
}

async function effectsOf(house: StreamsHouse, name: string, body: Asked): Promise<readonly Effect[]> {
  if (body.op === 'queue') return house.queueEffects(body.options, name)
  const mutation = mutationOf(house, name, body)
  if (!makesStream(mutation)) existing(house, name)
  if ('files' in mutation)
    await requireFiles(mutation.files, {
      lookup: (file) => house.lookup(file),
      ...(house.fileHint === undefined ? {} : { hint: house.fileHint }),
      consequence: 'nothing was changed',
    })
  return [{ kind: 'mutate-queue', stream: name, mutation }]
}

function mutationOf(house: StreamsHouse, name: string, body: Exclude<Asked, { op: 'queue' }>): QueueMutation {
  switch (body.op) {
    case 'insert_next':
      return { op: 'insert-next', files: body.files, now: body.now ?? false }
    case 'replace': {
      const kept = body.keep_old === true ? { keep: owner } : {}
      return { op: 'replace', files: body.files, playlist: null, ...kept }
    }
    case 'restore':
      return { op: 'restore', owner }
    case 'skip':
      return moveTo('next', existing(house, name))
    case 'go_to':
      return { op: 'go-to', id: body.id, isOutOfTurn: true }
    default:
      return body
  }
}

function wordsOf(body: Asked): string {
  switch (body.op) {
    case 'append':
    case 'insert_next': {
      const count = body.files.length
      return `${count} ${count === 1 ? 'file' : 'files'} added`
    }
    case 'replace':
      return 'its queue is replaced'
    case 'remove':
      return 'the item is removed'
    case 'move':
      return 'the item is moved'
    case 'clear':
      return 'it is empty now'
    case 'shuffle':
      return 'its items are mixed'
    case 'restore':
      return 'its earlier queue is back'
    case 'skip':
    case 'step':
    case 'go_to':
      return 'another item is due'
    case 'queue':
      return 'its queue is changed'
  }
}
