import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { MediaStore } from './media-store.ts'

/** The card with signed addresses in place of the ids of uploaded audio, as `playable=true` asks for (yoto-protocol §2.1). */
export function playableCard(card: JsonObject, media: Pick<MediaStore, 'signedUrl'>): JsonObject {
  const content = isJsonObject(card.content) ? card.content : {}
  return { ...card, content: { ...content, chapters: mapped(content.chapters, withSignedTracks) } }

  function withSignedTracks(chapter: JsonObject): JsonObject {
    return { ...chapter, tracks: mapped(chapter.tracks, signed) }
  }

  function signed(track: JsonObject): JsonObject {
    const id = /^yoto:#(\S+)$/.exec(String(track.trackUrl))?.[1]
    return id === undefined ? track : { ...track, trackUrl: media.signedUrl(id) }
  }
}

function mapped(list: unknown, change: (item: JsonObject) => JsonObject): unknown {
  return Array.isArray(list) ? list.map((item: unknown) => (isJsonObject(item) ? change(item) : item)) : list
}
