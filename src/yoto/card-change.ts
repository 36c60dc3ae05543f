import type { AccountCardChange } from '../core/account-card.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { longestTitle } from './card-json.ts'
import { listOf, objectOf, textOf, webAddressOf } from './json.ts'

/**
 * The document with what people want to be another; the very document that was given where nothing is. Only what they
 * want is checked: the rest is Yoto's, which takes more of its own makers than of others.
 * @throws AppError `unprocessable` for a value that Yoto does not take, or a chapter that the card does not have.
 */
export function changedCard(json: JsonObject, change: AccountCardChange): JsonObject {
  const { title, author, description, cover_url, chapters } = change
  if (title !== undefined) checkTitle('title', title)
  if (cover_url !== undefined && webAddressOf(cover_url) === undefined)
    throw wrong('cover_url', 'must be an http or https address')
  const metadata = objectOf(json.metadata)
  const cover = objectOf(metadata.cover)
  const content = objectOf(json.content)
  return withFields(json, {
    title,
    metadata: unlessEmpty(
      json.metadata,
      withFields(metadata, {
        author,
        description,
        cover: unlessEmpty(metadata.cover, withFields(cover, { imageL: cover_url })),
      }),
    ),
    content:
      chapters === undefined
        ? undefined
        : withFields(content, { chapters: changedChapters(listOf(content.chapters), chapters) }),
  })
}

/** The record with those fields that are given; the same record where each is what it was. */
function withFields(record: JsonObject, fields: JsonObject): JsonObject {
  const changed = Object.entries(fields).filter(
    ([name, value]) => value !== undefined && value !== record[name],
  )
  return changed.length === 0 ? record : { ...record, ...Object.fromEntries(changed) }
}

/** Nothing is put where there was nothing, unless there is something to put. */
function unlessEmpty(before: unknown, record: JsonObject): unknown {
  return Object.keys(record).length === 0 ? before : record
}

function changedChapters(
  chapters: readonly unknown[],
  changes: NonNullable<AccountCardChange['chapters']>,
): readonly unknown[] {
  const byKey = new Map(changes.map((change) => [change.key, change]))
  if (byKey.size < changes.length) throw wrong('chapters', 'name a key more than once')
  const keys = new Set(chapters.map((chapter) => textOf(objectOf(chapter).key)))
  for (const { key, title } of changes) {
    if (!keys.has(key)) throw wrong('chapters', `the card has none with the key "${key.slice(0, 80)}"`)
    if (title !== undefined) checkTitle(`chapters: the title of "${key}"`, title)
  }
  const changed = chapters.map((value) => {
    const change = byKey.get(textOf(objectOf(value).key) ?? '')
    if (!isJsonObject(value) || change === undefined) return value
    const titled = withFields(value, { title: change.title })
    return change.icon === undefined ? titled : withIcon(titled, iconOf(change.icon))
  })
  return changed.some((chapter, place) => chapter !== chapters[place]) ? changed : chapters
}

/** Tracks that show the picture of their chapter show its new one; those with one of their own keep it. */
function withIcon(chapter: JsonObject, icon: string): JsonObject {
  const before = objectOf(chapter.display).icon16x16
  const tracks = listOf(chapter.tracks)
  const changed = tracks.map((track) => {
    const isSame = isJsonObject(track) && before !== undefined && objectOf(track.display).icon16x16 === before
    return isSame ? shown(track, icon) : track
  })
  const isNew = changed.some((track, place) => track !== tracks[place])
  return withFields(shown(chapter, icon), { tracks: isNew ? changed : undefined })
}

function shown(record: JsonObject, icon: string): JsonObject {
  return withFields(record, { display: withFields(objectOf(record.display), { icon16x16: icon }) })
}

/** @throws AppError `unprocessable` for what is no id of a picture (yoto-protocol §2.8). */
function iconOf(given: string): string {
  const [, id] = /^(?:yoto:#)?([A-Za-z0-9_-]{43})$/.exec(given) ?? []
  if (id !== undefined) return `yoto:#${id}`
  throw wrong('chapters', `"${given.slice(0, 80)}" is no icon; it takes the id of a picture in the account`)
}

function checkTitle(field: string, title: string): void {
  if (title.trim() === '' || title.length > longestTitle)
    throw wrong(field, `must have 1 to ${longestTitle} characters`)
}

function wrong(field: string, what: string): AppError {
  return new AppError('unprocessable', `${field}: ${what}`)
}
