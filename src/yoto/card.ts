import type { CardChapter, CardPlan, CardTrack, TrackAddress, TrackTarget } from '../core/card-plan.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { listOf, objectOf, textOf, webAddressOf } from './json.ts'

/** A card as Yoto keeps it. */
export interface YotoCard {
  readonly cardId: string
  readonly title: string
  readonly coverUrl: string | null
  /** When it was last changed, in Yoto's words; null where the document does not say. */
  readonly updatedAt: string | null
  /** Chapters and tracks in playing order; those without a key are left out, for nothing can name them. */
  readonly plan: CardPlan
  /** The whole document, so that what we do not know is kept when the card is written again. */
  readonly json: JsonObject
  /** The same as Yoto sent it, perhaps in its envelope: numbers and escapes have more spellings than `json` can hold. */
  readonly text: string
}

/**
 * Reads a card document of Yoto's, with or without its envelope `{card: …}`; `text` is what it was read from.
 * Undefined where it is none.
 */
export function cardFrom(answer: unknown, text = JSON.stringify(answer)): YotoCard | undefined {
  const json = isJsonObject(answer) && isJsonObject(answer.card) ? answer.card : objectOf(answer)
  const cardId = textOf(json.cardId)
  if (cardId === undefined) return undefined
  const title = textOf(json.title) ?? cardId
  const updatedAt = textOf(json.updatedAt) ?? null
  return { cardId, title, coverUrl: coverOf(json), updatedAt, plan: planFrom(json, title), json, text }
}

/** The chapters of a card document, which may have no id yet; those without a key are left out. */
export function planFrom(json: JsonObject, title: string): CardPlan {
  const chapters = listOf(objectOf(json.content).chapters).flatMap(chapterFrom)
  return { title, chapters, ...(repeatsIn(json) ? { repeats: true as const } : {}) }
}

/** Whether `repeat` means the card or each of its tracks, no source says (yoto-protocol §2.6): either may go round. */
function repeatsIn(json: JsonObject): boolean {
  return objectOf(objectOf(json.content).config).autoadvance === 'repeat'
}

/** The picture of a card, as its document or an entry of a list has it. */
export function coverOf(json: JsonObject): string | null {
  const ofContent = objectOf(objectOf(json.content).cover).imageL
  return webAddressOf(objectOf(objectOf(json.metadata).cover).imageL ?? ofContent) ?? null
}

function chapterFrom(value: unknown): CardChapter[] {
  const chapter = objectOf(value)
  const key = textOf(chapter.key)
  if (key === undefined) return []
  return [
    {
      key,
      title: textOf(chapter.title) ?? key,
      tracks: listOf(chapter.tracks).flatMap((track) => trackFrom(track, chapter)),
    },
  ]
}

function trackFrom(value: unknown, chapter: JsonObject): CardTrack[] {
  const track = objectOf(value)
  const key = textOf(track.key)
  if (key === undefined) return []
  // Addresses of uploaded audio are signed, short-lived and nobody's business; only streams keep theirs.
  const url = track.type === 'stream' ? webAddressOf(track.trackUrl) : undefined
  const seconds = track.duration
  const events = objectOf(track.events)
  const here = { chapter_key: textOf(chapter.key) ?? '', track_key: key }
  return [
    {
      key,
      title: textOf(track.title) ?? key,
      ...(url === undefined ? {} : { url }),
      ...(typeof seconds === 'number' && seconds > 0 ? { duration_s: seconds } : {}),
      ...targetFrom('left', events.onLhb, here),
      ...targetFrom('right', events.onRhb, here),
      ...targetFrom('end', events.onEnd, here),
      ...(chapter.hidden === true || track.hidden === true ? { hidden: true } : {}),
    },
  ]
}

/** A handler that cannot be read is one that is not there. */
function targetFrom(
  edge: 'left' | 'right' | 'end',
  value: unknown,
  here: TrackAddress,
): Partial<Record<typeof edge, TrackTarget>> {
  const { cmd, params } = objectOf(value)
  if (cmd === 'stop') return { [edge]: 'stop' }
  if (cmd === 'repeat') return { [edge]: here }
  const chapter_key = textOf(objectOf(params).chapterKey)
  const track_key = textOf(objectOf(params).trackKey)
  if (cmd !== 'goto' || chapter_key === undefined || track_key === undefined) return {}
  return { [edge]: { chapter_key, track_key } }
}
