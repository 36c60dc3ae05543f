import { Type } from 'typebox'
import { decode } from '../../language/check.ts'
import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Playlist } from '../rule-set.ts'
import { libraryPath } from './library-path.ts'

const entry = Type.String({ minLength: 1, expected: 'a file name or the name of another playlist' })
const folder = libraryPath('a folder of the library such as "music/lullabies"')

export const playlistSchema = Type.Union([
  Type.Array(entry),
  Type.Object(
    {
      files: Type.Optional(Type.Array(entry)),
      folder: Type.Optional(folder),
      split: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
])

/** Reads the map `playlists:`; wrong ones are reported and left out. */
export function readPlaylists(
  node: MapNode,
  report: Report,
): Map<string, { playlist: Playlist; node: Node }> {
  const found = new Map<string, { playlist: Playlist; node: Node }>()
  for (const [id, { value }] of node.entries) {
    const decoded = decode(playlistSchema, value, report, { what: `playlist "${id}"` })
    if (decoded === undefined) continue
    const written = Array.isArray(decoded) ? { files: decoded } : decoded
    found.set(id, {
      playlist: {
        id,
        entries: written.files ?? [],
        folder: ('folder' in written ? written.folder : null) ?? null,
        ...('split' in written && written.split === true ? { split: true } : {}),
      },
      node: value,
    })
  }
  return found
}
