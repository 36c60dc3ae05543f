import { type Static, Type } from 'typebox'
import { mostItems } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import { libraryPath } from '../../language/library-path.ts'
import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Registry } from '../registry.ts'
import type { Playlist } from '../rule-set.ts'
import { checkPick, pickOf, pickSchema } from './picks.ts'
import { readSource } from './playlist-source.ts'

const entry = Type.String({ minLength: 1, expected: 'a file name or the name of another playlist' })
const folder = libraryPath('a folder of the library such as "music/lullabies"')

const written = Type.Object(
  {
    files: Type.Optional(Type.Array(entry)),
    folder: Type.Optional(folder),
    split: Type.Optional(Type.Boolean()),
    shuffle: Type.Optional(Type.Boolean()),
    newest: Type.Optional(Type.Integer({ minimum: 1, maximum: mostItems })),
    pick: Type.Optional(pickSchema),
    from: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false, minProperties: 1 },
)

export const playlistSchema = Type.Union([Type.Array(entry), written])

/** Reads the map `playlists:`; wrong ones are reported and left out. */
export function readPlaylists(
  node: MapNode,
  { report, registry }: { readonly report: Report; readonly registry: Registry },
): Map<string, { playlist: Playlist; node: Node }> {
  const found = new Map<string, { playlist: Playlist; node: Node }>()
  for (const [id, { value }] of node.entries) {
    const decoded = decode(playlistSchema, value, report, { what: `playlist "${id}"` })
    if (decoded === undefined) continue
    const named: Static<typeof written> = Array.isArray(decoded) ? { files: decoded } : decoded
    if (named.newest !== undefined && named.folder === undefined) {
      const key = value.kind === 'map' ? value.entries.get('newest')?.key : undefined
      const message = '`newest` takes the newest files of a `folder`, and none is named'
      report.add(key ?? value, 'error', 'key/missing', message)
      continue
    }
    const { files = [], folder = null, split, shuffle, newest } = named
    const pick = named.pick === undefined ? undefined : pickOf(named.pick)
    const place = value.kind === 'map' ? value.entries.get('pick')?.key : undefined
    if (pick !== undefined && !checkPick(id, pick, place ?? value, report)) continue
    const source = value.kind === 'map' ? value.entries.get('from') : undefined
    const from = source === undefined ? undefined : readSource(source, { report, registry })
    if (from === null) continue
    found.set(id, {
      playlist: {
        id,
        entries: files,
        folder,
        ...(split === true ? { split } : {}),
        ...(shuffle === true ? { shuffle } : {}),
        ...(newest === undefined ? {} : { newest }),
        ...(pick === undefined ? {} : { pick }),
        ...(from === undefined ? {} : { from }),
      },
      node: value,
    })
  }
  return found
}
