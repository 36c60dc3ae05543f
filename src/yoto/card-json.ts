import {
  type CardChapter,
  type CardMedia,
  type CardPlan,
  type CardTrack,
  isInteractive,
  type TrackTarget,
  trackAddresses,
  trackIndex,
} from '../core/card-plan.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { checkCardJson } from './card-schema.ts'
import { listOf, objectOf, textOf, webAddressOf } from './json.ts'

/**
 * The body of POST /content for a card of streamed or uploaded tracks, which play one after the other unless the plan
 * says where presses and ends lead (yoto-protocol §4.4). `previous` is the document the card has now: its id and
 * everything in it that a plan does not speak of stay.
 * @throws AppError `unprocessable` when Yoto would not take the plan, or a player would stumble over it.
 */
export function cardJson(plan: CardPlan, previous: JsonObject = {}): JsonObject {
  check(plan)
  const metadata = objectOf(previous.metadata)
  const navigation = isInteractive(plan) ? interactive : linear
  const content = contentBefore(previous, navigation)
  const totals = totalsOf(plan.chapters.flatMap(({ tracks }) => tracks))
  const chaptersBefore = byKey(content.chapters)
  return checkCardJson({
    ...previous,
    title: plan.title,
    // Without these totals a player was seen to behave erratically (yoto-protocol §2.6).
    metadata: {
      ...metadata,
      ...(plan.cover === undefined ? {} : { cover: coverJson(plan.cover, metadata.cover) }),
      media: { ...objectOf(metadata.media), ...totals },
    },
    content: {
      activity: 'yoto_Player',
      version: '1',
      ...content,
      playbackType: navigation.playbackType,
      config: {
        ...objectOf(content.config),
        ...navigation.config,
        resumeTimeout: plan.beginsAnew ? 0 : totals.hasStreams ? streamResumeTimeout : usualResumeTimeout,
        onlineOnly: totals.hasStreams,
      },
      editSettings: {
        autoOverlayLabels: 'chapters',
        editKeys: false,
        ...objectOf(content.editSettings),
        ...navigation.editSettings,
        transcodeAudioUploads: true,
      },
      chapters: plan.chapters.map((chapter, index) =>
        chapterJson(chapter, {
          label: String(index + 1),
          interactive: navigation === interactive,
          previous: chaptersBefore.get(chapter.key) ?? {},
        }),
      ),
    },
  })
}

/** Undefined, and so not written, where nothing is left of it. */
function coverJson(cover: string | null, previous: unknown): JsonObject | undefined {
  const { imageL: _, ...rest } = objectOf(previous)
  if (cover !== null) return { ...objectOf(previous), imageL: cover }
  return Object.keys(rest).length === 0 ? undefined : rest
}

interface Navigation {
  readonly playbackType: string
  readonly config: JsonObject
  readonly editSettings: JsonObject
}

const linear: Navigation = {
  playbackType: 'linear',
  config: { autoadvance: 'next' },
  editSettings: {},
}
const interactive: Navigation = {
  playbackType: 'interactive',
  config: { disableTrackNav: true, disableChapterNav: true, autoadvance: 'none' },
  editSettings: { interactiveContent: true },
}

/** A card that is cut anew as a linear one gets its knobs back. */
function contentBefore(previous: JsonObject, navigation: Navigation): JsonObject {
  const content = objectOf(previous.content)
  if (navigation === interactive || content.playbackType !== interactive.playbackType) return content
  return {
    ...content,
    config: without(objectOf(content.config), interactive.config),
    editSettings: without(objectOf(content.editSettings), interactive.editSettings),
  }
}

function without(settings: JsonObject, names: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !(name in names)))
}

// As long as a rendition of a stream is kept: a position in a later one would be another piece of audio.
const streamResumeTimeout = 24 * 3600
// Of a card that names none (yoto-protocol §2.6).
const usualResumeTimeout = 30 * 24 * 3600
const defaultIcon = 'yoto:#aUm9i3ex3qqAMYBv-i-O-pYMKuMJGICtR3Vhf289u2Q'
// Yoto's limits: "track count is limited to 100", titles of 1 to 100 characters.
export const mostTracks = 100
export const longestTitle = 100

interface Place {
  /** What the player's display shows over the icon; tracks without it were seen to break players. */
  readonly label: string
  readonly interactive: boolean
  readonly previous: JsonObject
}

function chapterJson(chapter: CardChapter, place: Place): JsonObject {
  const { label, previous } = place
  const tracksBefore = byKey(previous.tracks)
  const display = objectOf(previous.display)
  return {
    display: { icon16x16: defaultIcon },
    ...previous,
    ...(chapter.icon === undefined ? {} : { display: { ...display, icon16x16: iconJson(chapter.icon) } }),
    key: chapter.key,
    title: chapter.title,
    overlayLabel: label,
    ...totalsOf(chapter.tracks),
    tracks: chapter.tracks.map((track) =>
      trackJson(track, { ...place, previous: tracksBefore.get(track.key) ?? {} }),
    ),
  }
}

function iconJson(icon: string | null): string {
  return icon === null ? defaultIcon : `yoto:#${icon}`
}

function trackJson(track: CardTrack, { label, interactive, previous }: Place): JsonObject {
  return {
    display: null,
    ambient: null,
    ...previous,
    key: track.key,
    title: track.title,
    overlayLabel: label,
    ...(track.media === undefined ? streamJson(track) : uploadedJson(track.media)),
    ...(interactive ? { events: eventsJson(track) } : {}),
  }
}

function streamJson({ url, duration_s }: CardTrack): JsonObject {
  return {
    type: 'stream',
    format: 'mp3',
    trackUrl: url,
    channels: 'stereo',
    duration: duration_s === undefined ? null : Math.round(duration_s),
    fileSize: null,
  }
}

/** In the words that transcoding reported: players stumble over any other format (yoto-protocol §2.6). */
function uploadedJson({ id, duration_s, bytes, format, channels }: CardMedia): JsonObject {
  return {
    ...{ type: 'audio', format, trackUrl: `yoto:#${id}`, channels },
    ...{ duration: duration_s, fileSize: bytes },
  }
}

/** Yoto's own converter always writes `onEnd`. */
function eventsJson({ left, right, end = 'stop' }: CardTrack): JsonObject {
  return {
    ...(left === undefined ? {} : { onLhb: eventJson(left) }),
    ...(right === undefined ? {} : { onRhb: eventJson(right) }),
    onEnd: eventJson(end),
  }
}

function eventJson(target: TrackTarget): JsonObject {
  if (target === 'stop') return { cmd: 'stop' }
  return { cmd: 'goto', params: { chapterKey: target.chapter_key, trackKey: target.track_key } }
}

function totalsOf(tracks: readonly CardTrack[]) {
  const seconds = tracks.reduce(
    (sum, { media, duration_s }) => sum + (media?.duration_s ?? duration_s ?? 0),
    0,
  )
  return {
    duration: Math.round(seconds),
    fileSize: tracks.reduce((sum, { media }) => sum + (media?.bytes ?? 0), 0),
    hasStreams: tracks.some(({ media }) => media === undefined),
  }
}

function byKey(list: unknown): ReadonlyMap<string, JsonObject> {
  const records = listOf(list).filter(isJsonObject)
  return new Map(records.map((record) => [textOf(record.key) ?? '', record]))
}

function check(plan: CardPlan): void {
  const tracks = plan.chapters.flatMap((chapter) => chapter.tracks)
  const wrong = (reason: string) =>
    new AppError('unprocessable', `the card "${plan.title.slice(0, longestTitle)}" cannot be made: ${reason}`)
  if (tracks.length === 0) throw wrong('it has no tracks')
  if (tracks.length > mostTracks) throw wrong(`it has ${tracks.length} tracks, and Yoto takes ${mostTracks}`)
  const titled = [{ title: plan.title }, ...plan.chapters, ...tracks]
  const misnamed = titled.find(({ title }) => title.trim() === '' || title.length > longestTitle)
  if (misnamed)
    throw wrong(
      `the title "${misnamed.title.slice(0, longestTitle)}" does not have 1 to ${longestTitle} characters`,
    )
  const twice = repeated(plan.chapters.map(({ key }) => key))
  if (twice !== undefined) throw wrong(`it has two chapters with the key "${twice}"`)
  for (const chapter of plan.chapters) {
    if (chapter.tracks.length === 0) throw wrong(`its chapter "${chapter.key}" has no tracks`)
    const track = repeated(chapter.tracks.map(({ key }) => key))
    if (track !== undefined)
      throw wrong(`its chapter "${chapter.key}" has two tracks with the key "${track}"`)
  }
  const addresses = trackAddresses(plan)
  // A player says nothing of a target that it does not find.
  const lost = tracks.find((track) =>
    [track.left, track.right, track.end].some(
      (target) => target !== undefined && target !== 'stop' && trackIndex(addresses, target) < 0,
    ),
  )
  if (lost) throw wrong(`its track "${lost.key}" leads to a track that the card does not have`)
  const mute = tracks.find(({ url, media }) => media === undefined && webAddressOf(url) === undefined)
  if (mute) throw wrong(`its track "${mute.key}" has no http address to be streamed from`)
}

function repeated(keys: readonly string[]): string | undefined {
  return keys.find((key, index) => keys.indexOf(key) !== index)
}
