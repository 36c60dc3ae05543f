import { type Static, Type } from 'typebox'
import { mostItems } from '../../core/queue.ts'
import { duration, durationMs } from '../../language/duration.ts'
import { libraryPath } from '../../language/library-path.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { type LibraryPick, type PickTest, pickOrders } from '../picks.ts'

const words = (expected: string) => Type.String({ minLength: 1, maxLength: 200, expected })
const days = Type.String({ pattern: '^[1-9][0-9]{0,3}d$', expected: 'a number of whole days such as "3d"' })

export const pickTestSchema = Type.Object(
  {
    folder: Type.Optional(libraryPath('a folder of the library such as "stories"')),
    title: Type.Optional(words('words of a title')),
    artist: Type.Optional(words('words of an artist')),
    album: Type.Optional(words('words of an album')),
    loved: Type.Optional(Type.Boolean()),
    shorter_than: Type.Optional(duration),
    longer_than: Type.Optional(duration),
    played_in: Type.Optional(days),
    not_played_in: Type.Optional(days),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  },
)

const tests = Type.Array(pickTestSchema, { minItems: 1, maxItems: 50 })
const count = Type.Integer({ minimum: 1, maximum: mostItems })

export const pickSchema = Type.Object(
  {
    all: Type.Optional(tests),
    any: Type.Optional(tests),
    none: Type.Optional(tests),
    sort: Type.Optional(
      Type.Union(
        pickOrders.map((order) => Type.Literal(order)),
        { expected: `one of ${pickOrders.join(', ')}` },
      ),
    ),
    limit: Type.Optional(count),
    newest: Type.Optional(count),
  },
  { additionalProperties: false, minProperties: 1 },
)

/** What was decoded, ready to be asked. */
export function pickOf({ all = [], any = [], none = [], ...how }: Static<typeof pickSchema>): LibraryPick {
  const { sort = 'file', limit, newest } = how
  return {
    all: all.flatMap(testsIn),
    any: any.flatMap(testsIn),
    none: none.flatMap(testsIn),
    sort,
    ...(limit === undefined ? {} : { limit }),
    ...(newest === undefined ? {} : { newest }),
  }
}

function testsIn(written: Static<typeof pickTestSchema>): PickTest[] {
  const { folder, title, artist, album, ...rest } = written
  const texts = Object.entries({ folder, title, artist, album }).flatMap(([kind, text]): PickTest[] =>
    text !== undefined && isTextKind(kind) ? [{ kind, text }] : [],
  )
  const { loved, shorter_than, longer_than, played_in, not_played_in } = rest
  const seconds = (text: string) => durationMs(text) / 1000
  const inDays = (text: string) => Number.parseInt(text, 10)
  return [
    ...texts,
    ...(loved === undefined ? [] : [{ kind: 'loved', isLoved: loved } as const]),
    ...(shorter_than === undefined
      ? []
      : [{ kind: 'shorter_than', seconds: seconds(shorter_than) } as const]),
    ...(longer_than === undefined ? [] : [{ kind: 'longer_than', seconds: seconds(longer_than) } as const]),
    ...(played_in === undefined ? [] : [{ kind: 'played_in', days: inDays(played_in) } as const]),
    ...(not_played_in === undefined ? [] : [{ kind: 'not_played_in', days: inDays(not_played_in) } as const]),
  ]
}

function isTextKind(kind: string): kind is 'folder' | 'title' | 'artist' | 'album' {
  return ['folder', 'title', 'artist', 'album'].includes(kind)
}

/** Whether anything could ever be in it; else it is said that nothing can. */
export function checkPick(id: string, pick: LibraryPick, node: Node, report: Report): boolean {
  const fault = contradictionIn(pick)
  if (fault === null) return true
  const help = 'all conditions under `all` must hold; where one of several is enough, put them under `any`'
  report.add(node, 'error', 'playlist/empty', `playlist "${id}" can never hold anything: ${fault}`, help)
  return false
}

function contradictionIn({ all, none }: LibraryPick): string | null {
  const asked = new Set(all.map((test) => JSON.stringify(test)))
  if (none.some((test) => asked.has(JSON.stringify(test))))
    return 'the same condition stands under `all` and under `none`'
  const loves = all.flatMap((test) => (test.kind === 'loved' ? [test.isLoved] : []))
  if (loves.includes(true) && loves.includes(false)) return 'nothing is both loved and not'
  const shortest = Math.min(...all.flatMap((test) => (test.kind === 'shorter_than' ? [test.seconds] : [])))
  const longest = Math.max(...all.flatMap((test) => (test.kind === 'longer_than' ? [test.seconds] : [])))
  if (shortest <= longest) return 'nothing is both shorter and longer than that'
  const folders = all.flatMap((test) => (test.kind === 'folder' ? [`${test.text.replace(/\/+$/, '')}/`] : []))
  const apart = folders.find((one) =>
    folders.some((other) => !one.startsWith(other) && !other.startsWith(one)),
  )
  return apart === undefined ? null : 'no file lies in two folders that are not within each other'
}
