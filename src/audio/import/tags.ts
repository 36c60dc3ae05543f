import { type IAudioMetadata, type IPicture, parseFromTokenizer } from 'music-metadata'
import { type Clock, systemClock } from '../../core/clock.ts'
import { openForReading } from '../open-files.ts'
import type { Container } from './container.ts'
import type { Source } from './ffmpeg.ts'
import { LimitedTokenizer } from './limited-tokenizer.ts'
import { cleanText } from './text.ts'

/** What a file says of itself; what it does not say, or not so that it can be read, is not there. */
export interface Tags {
  readonly title?: string
  readonly artist?: string
  readonly album?: string
  readonly track?: number
  readonly disc?: number
  readonly genre?: string
  /** As it stands there: `de`, `ger`, `German`. */
  readonly language?: string
  readonly cover?: Cover
}

export interface Cover {
  readonly type: 'image/png' | 'image/jpeg'
  readonly bytes: Uint8Array
}

const mostBytes = 64 * 1024 * 1024
const longestMs = 10_000
const largestCoverBytes = 5 * 1024 * 1024

/** Reads the tags. Never throws: of a file that breaks off, or whose tags are too large, there is what came before. */
export async function readTags(source: Source, options: { clock?: Clock | undefined } = {}): Promise<Tags> {
  let found: Partial<IAudioMetadata['common']> = {}
  try {
    await parse(source, options.clock ?? systemClock, (common) => {
      found = common
    })
  } catch {
    // There is what was found until then.
  }
  return tagsOf(found)
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
  found: (common: IAudioMetadata['common']) => void,
): Promise<void> {
  const mimeType = mimeTypes[container]
  if (mimeType === null) return
  const endMs = clock.now().getTime() + longestMs
  const file = await openForReading(path)
  try {
    const { size } = await file.stat()
    const isOver = () => clock.now().getTime() > endMs
    const tokenizer = new LimitedTokenizer({ file, size, mimeType, bytes: mostBytes, isOver })
    const observer = ({ metadata }: { metadata: IAudioMetadata }) => found(metadata.common)
    const { common } = await parseFromTokenizer(tokenizer, { duration: false, observer })
    found(common)
  } finally {
    await file.close()
  }
}

function tagsOf(common: Partial<IAudioMetadata['common']>): Tags {
  const texts = {
    title: cleanText(common.title),
    artist: cleanText(common.artist),
    album: cleanText(common.album),
    genre: cleanText(common.genre?.[0]),
    language: cleanText(common.language),
  }
  const numbers = { track: ordinal(common.track?.no), disc: ordinal(common.disk?.no) }
  const cover = coverOf(common.picture)
  const given = Object.entries({ ...texts, ...numbers, cover }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

function ordinal(number: unknown): number | undefined {
  return Number.isInteger(number) && Number(number) > 0 && Number(number) < 100_000
    ? Number(number)
    : undefined
}

function coverOf(pictures: readonly IPicture[] = []): Cover | undefined {
  const covers = pictures.flatMap(({ data: bytes, type: place }) => {
    const type = bytes.length <= largestCoverBytes ? typeOf(bytes) : null
    return type === null ? [] : [{ place, cover: { type, bytes } }]
  })
  return (covers.find(({ place }) => place === 'Cover (front)') ?? covers[0])?.cover
}

/** By its bytes: what tags say of it is often untrue. */
function typeOf(bytes: Uint8Array): Cover['type'] | null {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  return head === '\x89PNG\r\n\x1a\n' ? 'image/png' : null
}
