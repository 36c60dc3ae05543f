import { isJsonObject, type JsonObject } from '../core/json.ts'
import { listOf, objectOf } from './json.ts'

/**
 * The card document with each track's address passed through `newUrl`; everything else in it stays as it is. The
 * very document that was given where no address changed.
 */
export function withTrackUrls(json: JsonObject, newUrl: (url: string) => string): JsonObject {
  const content = objectOf(json.content)
  const chapters = mapped(content.chapters, (chapter) => {
    const tracks = mapped(chapter.tracks, (track) => withUrl(track, newUrl))
    return tracks === chapter.tracks ? chapter : { ...chapter, tracks }
  })
  return chapters === content.chapters ? json : { ...json, content: { ...content, chapters } }
}

function withUrl(track: JsonObject, newUrl: (url: string) => string): JsonObject {
  const { trackUrl } = track
  if (typeof trackUrl !== 'string') return track
  const url = newUrl(trackUrl)
  return url === trackUrl ? track : { ...track, trackUrl: url }
}

/** The list with its objects changed; the same list where none was. */
function mapped(list: unknown, change: (item: JsonObject) => JsonObject): unknown {
  const items = listOf(list)
  const changed = items.map((item) => (isJsonObject(item) ? change(item) : item))
  return changed.some((item, place) => item !== items[place]) ? changed : list
}
