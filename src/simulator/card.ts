import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { wrongForm } from './wrong-form.ts'

/** A card as a player needs it: its tracks in playing order and what the card says about moving between them. */
export interface Card {
  readonly cardId: string
  readonly updatedAt: string
  readonly interactive: boolean
  readonly tracks: readonly Track[]
  readonly autoadvance: 'next' | 'repeat' | 'none'
  readonly resumeTimeoutSeconds: number
  readonly disableTrackNav: boolean
  readonly disableChapterNav: boolean
  readonly skipRedirects: boolean
}

export interface Track {
  readonly chapterKey: string
  readonly chapterTitle: string
  readonly trackKey: string
  readonly trackTitle: string
  readonly audio: TrackSource
  readonly onLhb: TrackEvent | undefined
  readonly onRhb: TrackEvent | undefined
  readonly onEnd: TrackEvent | undefined
}

export type TrackSource =
  | { readonly kind: 'stream'; readonly url: string; readonly format: string }
  /** Audio that lies at Yoto's, and what the card says of it. */
  | UploadedSource

export interface UploadedSource {
  readonly kind: 'uploaded'
  /** What it is known by there; undefined where the card names it otherwise. */
  readonly media: string | undefined
  readonly format: string
  readonly durationSeconds: number
}

export type TrackEvent =
  | { readonly cmd: 'goto'; readonly chapterKey: string; readonly trackKey: string }
  | { readonly cmd: 'stop' | 'repeat' }

// yoto-protocol §2.6
const defaultResumeTimeoutSeconds = 2_592_000
const maxTracks = 100

/**
 * Reads card JSON as the service takes it.
 * @throws AppError `invalid`, naming the place and what it should hold.
 */
export function readCard(json: JsonObject): Card {
  const title = json.title
  if (typeof title !== 'string' || title === '') throw wrongForm('title', 'a text')
  const content = json.content
  if (!isJsonObject(content)) throw wrongForm('content', 'an object')
  const config = isJsonObject(content.config) ? content.config : {}
  return {
    cardId: typeof json.cardId === 'string' ? json.cardId : '',
    updatedAt: typeof json.updatedAt === 'string' ? json.updatedAt : '',
    interactive: content.playbackType === 'interactive',
    tracks: readTracks(content.chapters),
    autoadvance:
      config.autoadvance === 'none' || config.autoadvance === 'repeat' ? config.autoadvance : 'next',
    resumeTimeoutSeconds:
      typeof config.resumeTimeout === 'number' ? config.resumeTimeout : defaultResumeTimeoutSeconds,
    disableTrackNav: config.disableTrackNav === true,
    disableChapterNav: config.disableChapterNav === true,
    skipRedirects: config.skipRedirects === true,
  }
}

/** Place of a track in playing order; without a track key the first of the chapter; undefined where there is none. */
export function placeOf(card: Card, chapterKey: string, trackKey?: string): number | undefined {
  const place = card.tracks.findIndex(
    (track) => track.chapterKey === chapterKey && (trackKey === undefined || track.trackKey === trackKey),
  )
  return place < 0 ? undefined : place
}

function readTracks(chapters: unknown): Track[] {
  if (!Array.isArray(chapters) || chapters.length === 0)
    throw wrongForm('content.chapters', 'a list with chapters')
  const tracks = chapters.flatMap((chapter: unknown, index) =>
    readChapter(chapter, `content.chapters[${index}]`),
  )
  // The service's own words, yoto-protocol §2.6.
  if (tracks.length > maxTracks) throw new AppError('invalid', `track count is limited to ${maxTracks}`)
  return tracks
}

function readChapter(chapter: unknown, path: string): Track[] {
  if (!isJsonObject(chapter)) throw wrongForm(path, 'an object')
  const chapterKey = text(chapter.key, `${path}.key`)
  const chapterTitle = text(chapter.title, `${path}.title`)
  const tracks = chapter.tracks
  if (!Array.isArray(tracks) || tracks.length === 0) throw wrongForm(`${path}.tracks`, 'a list with tracks')
  return tracks.map((track: unknown, index) => {
    const trackPath = `${path}.tracks[${index}]`
    if (!isJsonObject(track)) throw wrongForm(trackPath, 'an object')
    const events = isJsonObject(track.events) ? track.events : {}
    return {
      chapterKey,
      chapterTitle,
      trackKey: text(track.key, `${trackPath}.key`),
      trackTitle: text(track.title, `${trackPath}.title`),
      audio: readSource(track, trackPath),
      onLhb: readEvent(events.onLhb),
      onRhb: readEvent(events.onRhb),
      onEnd: readEvent(events.onEnd),
    }
  })
}

function readSource(track: JsonObject, path: string): TrackSource {
  const url = text(track.trackUrl, `${path}.trackUrl`)
  if (track.type === 'stream') return { kind: 'stream', url, format: String(track.format ?? '') }
  if (track.type !== 'audio') throw wrongForm(`${path}.type`, '"audio" or "stream"')
  return {
    kind: 'uploaded',
    media: mediaIdIn(url),
    format: String(track.format ?? ''),
    durationSeconds: typeof track.duration === 'number' ? track.duration : 0,
  }
}

/** Of `yoto:#` and 43 characters of base64url (yoto-protocol §2.6, §2.7). */
function mediaIdIn(url: string): string | undefined {
  return /^yoto:#([A-Za-z0-9_-]{43})$/.exec(url)?.[1]
}

// A handler that a player cannot read is one that is not there: nothing on record says that it complains.
function readEvent(event: unknown): TrackEvent | undefined {
  if (!isJsonObject(event)) return undefined
  if (event.cmd === 'stop' || event.cmd === 'repeat') return { cmd: event.cmd }
  const params = event.params
  if (event.cmd !== 'goto' || !isJsonObject(params)) return undefined
  const { chapterKey, trackKey } = params
  if (typeof chapterKey !== 'string' || typeof trackKey !== 'string') return undefined
  return { cmd: 'goto', chapterKey, trackKey }
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw wrongForm(path, 'a text')
  return value
}
