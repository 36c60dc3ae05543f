import { isJsonObject, type JsonObject } from '../core/json.ts'
import { wrongForm } from './wrong-form.ts'

/** The limits of yoto-protocol §2.6. */
const longestTitle = 100
const formats = ['mp3', 'aac', 'alac', 'flac', 'pcm_s16le', 'opus', 'ogg', 'x-m4a', 'wav', 'aiff', 'mpeg', '']
const autoadvances = ['next', 'repeat', 'none', 'true']
const switches = ['onlineOnly', 'disableTrackNav', 'disableChapterNav', 'disableAutoOverlayLabels']
const eventNames = ['onLhb', 'onRhb', 'onEnd']

/**
 * Holds what a client writes against all that is on record of the form of a card. What the service itself does with a field
 * of the wrong type no source tells; a client that relies on its patience is found out here.
 * @throws AppError `invalid`, naming the place and what it should hold
 */
export function checkForm(card: JsonObject): void {
  titleIn(card, 'title')
  if (card.cardId !== undefined && !/^[A-Za-z0-9]{5}$/.test(String(card.cardId)))
    throw wrongForm('cardId', 'five letters and digits')
  const metadata = optionalObject(card.metadata, 'metadata')
  const media = optionalObject(metadata.media, 'metadata.media')
  totalsIn(media, 'metadata.media')
  const content = optionalObject(card.content, 'content')
  if (content.playbackType !== undefined)
    oneOf(content.playbackType, ['linear', 'interactive'], 'content.playbackType')
  configIn(optionalObject(content.config, 'content.config'))
  const chapters: readonly unknown[] = Array.isArray(content.chapters) ? content.chapters : []
  for (const [index, chapter] of chapters.entries())
    chapterIn(optionalObject(chapter, `content.chapters[${index}]`), `content.chapters[${index}]`)
}

function chapterIn(chapter: JsonObject, path: string): void {
  titleIn(chapter, `${path}.title`)
  totalsIn(chapter, path)
  displayIn(chapter.display, `${path}.display`)
  const tracks: readonly unknown[] = Array.isArray(chapter.tracks) ? chapter.tracks : []
  for (const [index, track] of tracks.entries())
    trackIn(optionalObject(track, `${path}.tracks[${index}]`), `${path}.tracks[${index}]`)
}

function trackIn(track: JsonObject, path: string): void {
  titleIn(track, `${path}.title`)
  totalsIn(track, path)
  displayIn(track.display, `${path}.display`)
  oneOf(track.format, formats, `${path}.format`)
  if (track.channels !== undefined) oneOf(track.channels, ['stereo', 'mono'], `${path}.channels`)
  if (track.overlayLabel !== undefined && typeof track.overlayLabel !== 'string')
    throw wrongForm(`${path}.overlayLabel`, 'a text')
  for (const name of eventNames)
    eventIn(optionalObject(track.events, `${path}.events`)[name], `${path}.events.${name}`)
}

function eventIn(event: unknown, path: string): void {
  if (event === undefined || event === null) return
  const { cmd, params } = optionalObject(event, path)
  oneOf(cmd, ['goto', 'stop', 'repeat'], `${path}.cmd`)
  if (cmd !== 'goto') return
  const { chapterKey, trackKey } = optionalObject(params, `${path}.params`)
  if (typeof chapterKey !== 'string' || typeof trackKey !== 'string')
    throw wrongForm(`${path}.params`, 'a chapterKey and a trackKey, both texts')
}

function configIn(config: JsonObject): void {
  if (config.autoadvance !== undefined) oneOf(config.autoadvance, autoadvances, 'content.config.autoadvance')
  numberIn(config.resumeTimeout, 'content.config.resumeTimeout')
  for (const name of switches)
    if (config[name] !== undefined && typeof config[name] !== 'boolean')
      throw wrongForm(`content.config.${name}`, 'true or false')
}

function totalsIn({ duration, fileSize, hasStreams }: JsonObject, path: string): void {
  numberIn(duration, `${path}.duration`)
  numberIn(fileSize, `${path}.fileSize`)
  if (hasStreams !== undefined && typeof hasStreams !== 'boolean')
    throw wrongForm(`${path}.hasStreams`, 'true or false')
}

function numberIn(value: unknown, path: string): void {
  if (value === undefined || value === null) return
  if (typeof value !== 'number' || value < 0) throw wrongForm(path, 'a number from 0, or null')
}

function displayIn(display: unknown, path: string): void {
  if (display === undefined || display === null) return
  const { icon16x16 } = optionalObject(display, path)
  if (icon16x16 === undefined || icon16x16 === null) return
  if (typeof icon16x16 !== 'string' || !/^(?:yoto:#[A-Za-z0-9_-]{43}|https:\/\/\S+)$/.test(icon16x16))
    throw wrongForm(`${path}.icon16x16`, 'yoto:# and the 43 characters of an icon')
}

function titleIn({ title }: JsonObject, path: string): void {
  if (typeof title !== 'string' || title === '' || title.length > longestTitle)
    throw wrongForm(path, `a text of 1 to ${longestTitle} characters`)
}

function oneOf(value: unknown, allowed: readonly string[], path: string): void {
  if (!(typeof value === 'string' && allowed.includes(value)))
    throw wrongForm(path, `one of ${allowed.filter(Boolean).join(', ')}`)
}

function optionalObject(value: unknown, path: string): JsonObject {
  if (value === undefined || value === null) return {}
  if (isJsonObject(value)) return value
  throw wrongForm(path, 'an object')
}
