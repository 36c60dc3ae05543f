import { type IAudioMetadata, type IFormat, type IPicture, parseFromTokenizer } from 'music-metadata'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type PictureType, pictureTypeOf } from '../../core/picture.ts'
import { openForReading } from '../open-files.ts'
import type { Container } from './container.ts'
import type { Source } from './ffmpeg.ts'
import { LimitedTokenizer } from './limited-tokenizer.ts'
import { largestPictureBytes } from './picture.ts'
import { cleanText } from './text.ts'

/** What a file says of itself; what it does not say, or not so that it can be read, is not there. */
export interface Tags {
  readonly title?: string
  readonly artist?: string
  readonly album?: string
  readonly album_artist?: string
  readonly track?: number
  readonly disc?: number
  readonly genre?: string
  /** As it stands there: `de`, `ger`, `German`. */
  readonly language?: string
  readonly year?: number
  readonly comment?: string
  readonly cover?: Cover
}

export interface Cover {
  readonly type: PictureType
  readonly bytes: Uint8Array
}

/** How the sound is stored, as the file says it itself; what it does not say is not there. */
export interface SaidFormat {
  /** For people: `MPEG-4/AAC`. */
  readonly codec?: string
  /** Bits a second. */
  readonly bit_rate?: number
  /** Hertz. */
  readonly sample_rate?: number
  readonly channels?: number
}

export interface Metadata {
  readonly tags: Tags
  readonly format: SaidFormat
  /** How long it plays, in ms, as far as that can be told without reading all of it; null where it cannot. */
  readonly lengthMs: number | null
  /** Whether what it brings as its picture is none that can be shown, or too large. */
  readonly isCoverUnusable: boolean
}

const mostBytes = 64 * 1024 * 1024
const longestMs = 10_000

/** Reads the tags. Never throws: of a file that breaks off, or whose tags are too large, there is what came before. */
export async function readMetadata(
  source: Source,
  options: { clock?: Clock | undefined } = {},
): Promise<Metadata> {
  let found: Found = { common: {}, format: {} }
  try {
    await parse(source, options.clock ?? systemClock, (metadata) => {
      found = metadata
    })
  } catch {
    // There is what was found until then.
  }
  const tags = tagsOf(found.common)
  const isCoverUnusable = tags.cover === undefined && (found.common.picture ?? []).length > 0
  const { duration = 0 } = found.format
  const lengthMs = Number.isFinite(duration) && duration > 0 ? Math.round(duration * 1000) : null
  return { tags, format: formatOf(found.format), lengthMs, isCoverUnusable }
}

interface Found {
  readonly common: Partial<IAudioMetadata['common']>
  readonly format: Partial<IFormat>
}

const mimeTypes: Readonly<Record<Container, string | null>> = {
  mp3: 'audio/mpeg',
  mov: 'audio/mp4',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  wav: 'audio/wav',
  aiff: 'audio/aiff',
  // music-metadata does not know it.
  w64: null,
}

async function parse(
  { path, container }: Source,
  clock: Clock,
  found: (metadata: Found) => void,
): Promise<void> {
  const mimeType = mimeTypes[container]
  if (mimeType === null) return
  const endMs = clock.now().getTime() + longestMs
  const file = await openForReading(path)
  try {
    const { size } = await file.stat()
    const isOver = () => clock.now().getTime() > endMs
    const tokenizer = new LimitedTokenizer({ file, size, mimeType, bytes: mostBytes, isOver })
    const observer = ({ metadata }: { metadata: IAudioMetadata }) => found(metadata)
    found(await parseFromTokenizer(tokenizer, { duration: false, observer }))
  } finally {
    await file.close()
  }
}

function tagsOf(common: Partial<IAudioMetadata['common']>): Tags {
  const texts = {
    title: cleanText(common.title),
    artist: cleanText(common.artist),
    album: cleanText(common.album),
    album_artist: cleanText(common.albumartist),
    genre: cleanText(common.genre?.[0]),
    language: cleanText(common.language),
    comment: commentOf(common.comment),
  }
  const numbers = { track: ordinal(common.track?.no), disc: ordinal(common.disk?.no), year: yearOf(common) }
  const cover = coverOf(common.picture)
  const given = Object.entries({ ...texts, ...numbers, cover }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

/** Programs put their own figures into comments, and say so in the name of the comment. */
function commentOf(comments: IAudioMetadata['common']['comment'] = []): string | undefined {
  return cleanText(comments.find(({ descriptor = '' }) => !descriptor.startsWith('iTun'))?.text)
}

function yearOf({ year, originalyear }: Partial<IAudioMetadata['common']>): number | undefined {
  const said = ordinal(year ?? originalyear)
  return said !== undefined && said < 10_000 ? said : undefined
}

function formatOf(format: Partial<IFormat>): SaidFormat {
  const given = Object.entries({
    codec: cleanText(format.codec),
    bit_rate: amount(format.bitrate),
    sample_rate: amount(format.sampleRate),
    channels: amount(format.numberOfChannels),
  })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

function amount(number: unknown): number | undefined {
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? Math.round(number) : undefined
}

function ordinal(number: unknown): number | undefined {
  return Number.isInteger(number) && Number(number) > 0 && Number(number) < 100_000
    ? Number(number)
    : undefined
}

function coverOf(pictures: readonly IPicture[] = []): Cover | undefined {
  const covers = pictures.flatMap(({ data: bytes, type: place }) => {
    const type = bytes.length <= largestPictureBytes ? pictureTypeOf(bytes) : null
    return type === null ? [] : [{ place, cover: { type, bytes } }]
  })
  return (covers.find(({ place }) => place === 'Cover (front)') ?? covers[0])?.cover
}
