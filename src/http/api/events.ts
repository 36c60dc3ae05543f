import { Type } from 'typebox'
import { type EntryKind, entryKinds, entryTypes } from '../../core/entry-types.ts'
import type { AppError } from '../../core/error.ts'
import { streamNamePattern } from '../../core/queue.ts'
import { refusal } from './body.ts'
import { type Route, route } from './route.ts'

export interface EventsHouse {
  /** @throws AppError `not_found` where there is no entry to look around. */
  events(query: EventsQuery): EventsPage
}

export interface EventsQuery {
  readonly player?: string
  readonly stream?: string
  readonly kind?: EntryKind
  readonly type?: string
  /** Times in ms, both included. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Only what is older than the entry of this id. */
  readonly before?: string
  /** Only what happened within `seconds` before and after the entry of this id. */
  readonly around?: string
  readonly seconds?: number
  readonly limit: number
}

/** The newest first; `next` is the `before` of those that follow, null where there are none. */
export interface EventsPage {
  readonly events: readonly object[]
  readonly count: number
  readonly next: string | null
}

const usualLimit = 100
const mostLimit = 1000
const mostSeconds = 3600

const query = Type.Object(
  {
    player: words('^.{1,200}$', 'the id of a player', 'Only of this player, by its id.'),
    stream: words(streamNamePattern.source, 'the name of a stream', 'Only of this stream.'),
    kind: Type.Optional(
      Type.Unsafe<EntryKind>({
        type: 'string',
        enum: entryKinds,
        expected: `one of ${entryKinds.join(', ')}`,
        description: 'Only of this kind.',
      }),
    ),
    type: Type.Optional(
      Type.String({ description: 'Only of this type, such as button or pause; each kind has its own.' }),
    ),
    since: time('Not before this time.'),
    until: time('Not after this time.'),
    before: entryId('Only what is older than this entry: the `next` of the page before.'),
    around: entryId('Only what happened about the time of this entry.'),
    seconds: count(mostSeconds, 'With `around`: how many seconds before and after it; 10 where absent.'),
    limit: count(mostLimit, `At most so many; ${usualLimit} where absent.`),
  },
  { additionalProperties: false },
)

export function eventRoutes(house: EventsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/events',
      summary:
        'What happened, the newest first: events of players, commands with their outcome, requests of audio, changes of queues, the connection to the cloud.',
      needs: 'house',
      query,
      handle({ query: { since, until, limit = usualLimit, ...asked } }) {
        const { around, seconds } = asked
        if (around !== undefined && (since ?? until) !== undefined)
          throw wrong('around', 'cannot stand beside since and until')
        if (around === undefined && seconds !== undefined) throw wrong('seconds', 'needs around')
        checkType(asked)
        const stream = asked.stream?.normalize('NFC')
        const named = stream === undefined ? {} : { stream }
        return house.events({
          ...asked,
          ...named,
          since: msOf('since', since),
          until: msOf('until', until),
          limit,
        })
      },
    }),
  ]
}

/** Of a type that there is not, nothing could ever be found. */
function checkType({ kind, type }: Pick<EventsQuery, 'kind' | 'type'>): void {
  const kinds = kind === undefined ? entryKinds : [kind]
  const types = new Set<string>(kinds.flatMap((one) => entryTypes[one]))
  if (type !== undefined && !types.has(type)) throw wrong('type', `is not one of ${[...types].join(', ')}`)
}

function words(pattern: string, expected: string, description: string) {
  return Type.Optional(Type.String({ pattern, expected, description }))
}

function time(description: string) {
  return words(
    '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)$',
    'a time with offset, such as 2026-11-21T10:00:00Z',
    description,
  )
}

function entryId(description: string) {
  return words('^[0-9a-z]{12}$', 'the id of an entry', description)
}

function count(maximum: number, description: string) {
  const expected = `a whole number from 1 to ${maximum}`
  return Type.Optional(Type.Integer({ minimum: 1, maximum, expected, description }))
}

/** A `+` that was not encoded arrives as a space. */
function msOf(field: string, time: string | undefined): number | undefined {
  if (time === undefined) return undefined
  const ms = Date.parse(time.replace(' ', '+'))
  if (Number.isNaN(ms)) throw wrong(field, 'names a day or an hour that there is not')
  return ms
}

function wrong(field: string, message: string): AppError {
  return refusal([{ field, message }])
}
