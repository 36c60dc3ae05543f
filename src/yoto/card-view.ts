import type { AccountCardView, AccountChapterView, AccountTrackView } from '../core/account-card.ts'
import type { JsonObject } from '../core/json.ts'
import type { YotoCard } from './card.ts'
import { listOf, objectOf, textOf } from './json.ts'

/** A card as people know it. Chapters and tracks without a key are left out, for nothing can name them. */
export function cardView({ cardId, title, coverUrl, updatedAt, json }: YotoCard): AccountCardView {
  const { author, description } = objectOf(json.metadata)
  const content = objectOf(json.content)
  return {
    card_id: cardId,
    title,
    author: textOf(author) ?? null,
    description: textOf(description) ?? null,
    cover_url: unsigned(coverUrl),
    updated_at: updatedAt,
    interactive: content.playbackType === 'interactive',
    chapters: listOf(content.chapters).flatMap(chapterView),
  }
}

function chapterView(value: unknown): AccountChapterView[] {
  const chapter = objectOf(value)
  const key = textOf(chapter.key)
  if (key === undefined) return []
  const tracks = listOf(chapter.tracks).flatMap((track) => trackView(track, chapter))
  const icon = unsigned(textOf(objectOf(chapter.display).icon16x16) ?? null)
  return [{ key, title: textOf(chapter.title) ?? key, icon, seconds: secondsIn(chapter), tracks }]
}

function trackView(value: unknown, chapter: JsonObject): AccountTrackView[] {
  const track = objectOf(value)
  const key = textOf(track.key)
  if (key === undefined) return []
  return [
    {
      key,
      title: textOf(track.title) ?? key,
      kind: track.type === 'stream' ? 'streamed' : 'uploaded',
      seconds: secondsIn(track),
      hidden: chapter.hidden === true || track.hidden === true,
    },
  ]
}

function secondsIn({ duration }: JsonObject): number | null {
  return typeof duration === 'number' && duration > 0 ? duration : null
}

/** An address that opens something by itself is told to nobody. */
function unsigned(address: string | null): string | null {
  return address === null || isSigned(address) ? null : address
}

/** Whether an address carries a signature of Yoto's (yoto-protocol §2.6), with which it works for hours, for anybody. */
export function isSigned(address: string): boolean {
  return /[?&](signature|policy|key-pair-id|x-amz-signature)=/i.test(address)
}
