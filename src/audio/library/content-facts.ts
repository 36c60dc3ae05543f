import type { Chapter } from '../import/chapters.ts'
import type { Imported } from '../import/importer.ts'
import type { Tags } from '../import/tags.ts'

/** What is known of a content beside its sound. */
export interface ContentFacts {
  readonly tags: TextTags
  /** How it lay in the folder; null for what was imported before that was kept. */
  readonly format: OriginalFormat | null
  /** null where nothing was made louder or softer, or nobody has kept it. */
  readonly loudness: LoudnessFacts | null
  /** For people: what was not as it should be, though it can be heard. */
  readonly warnings: readonly string[]
  /** Of the picture that it brings itself. */
  readonly cover: string | null
  readonly chapters: readonly Chapter[]
}

export type TextTags = Omit<Tags, 'cover'>

export interface OriginalFormat {
  /** By the name of ffmpeg's demuxer: `mp3`, `mov` for M4A and M4B. */
  readonly container: string
  /** For people. */
  readonly codec: string | null
  /** Bits a second; the average where the file does not say it. */
  readonly bit_rate: number | null
  /** Hertz. */
  readonly sample_rate: number | null
  readonly channels: number | null
}

/** By EBU R 128; `null` where there was nothing to measure. */
export interface LoudnessFacts {
  readonly original_lufs: number | null
  readonly original_peak_dbtp: number | null
  readonly result_lufs: number | null
  readonly result_peak_dbtp: number | null
  /** One gain for the whole. */
  readonly gain_db: number
  /** Whether a limiter kept single peaks down. */
  readonly limited: boolean
}

/** What of them is stored with an import; its chapters stand beside them. */
export type StoredFacts = Omit<ContentFacts, 'chapters'>

/** Of a file that lies in the profile: it has no tags, and nothing was done to it. */
export const factsInProfile: ContentFacts = {
  tags: {},
  format: { container: 'mp3', codec: 'MPEG 1 Layer 3', bit_rate: 128_000, sample_rate: 48_000, channels: 2 },
  loudness: null,
  warnings: [],
  cover: null,
  chapters: [],
}

type Converted = Extract<Imported, { outcome: 'converted' | 'as_it_is' }>

/** The facts to store with what was converted. `cover`: of the picture it brings; undefined where nobody looked at that. */
export function storedFacts(converted: Converted, cover: string | null | undefined): StoredFacts {
  const { cover: picture, ...tags } = converted.tags
  const warnings = warningsOf(converted)
  if (picture !== undefined && cover === null) warnings.push(coverWarning)
  return {
    tags,
    format: formatOf(converted),
    loudness: loudnessOf(converted),
    warnings,
    cover: cover ?? null,
  }
}

const coverWarning = 'its cover is no picture that can be shown'

/** An earlier version has kept the title and the chapters alone. */
export function restoredFacts(record: {
  readonly title: string | null
  readonly chapters: readonly Chapter[]
  readonly facts?: StoredFacts
}): ContentFacts {
  const { title, chapters, facts } = record
  const old = { ...factsInProfile, format: null, tags: title === null ? {} : { title } }
  return { ...(facts ?? old), chapters }
}

function formatOf({ original, seconds }: Converted): OriginalFormat | null {
  if (original === undefined) return null
  const { container, format, size, measured } = original
  return {
    container,
    codec: format.codec ?? null,
    bit_rate: format.bit_rate ?? (seconds > 0 ? Math.round((size * 8) / seconds) : null),
    sample_rate: format.sample_rate ?? null,
    // An MPEG-4 may say 2 of what has one.
    channels: measured.channels ?? format.channels ?? null,
  }
}

function loudnessOf({ original, made }: Converted): LoudnessFacts | null {
  if (original === undefined || made === undefined) return null
  const { measured } = original
  return {
    original_lufs: measured.loudness?.integrated_lufs ?? null,
    original_peak_dbtp: measured.true_peak_dbtp,
    result_lufs: made.heard.loudness?.integrated_lufs ?? null,
    result_peak_dbtp: made.heard.true_peak_dbtp,
    gain_db: Math.round(made.level.gain_db * 100) / 100,
    limited: made.level.isLimited,
  }
}

function warningsOf({ original }: Converted): string[] {
  if (original === undefined) return []
  const { changes, isDamaged, true_peak_dbtp } = original.measured
  return [
    ...(isDamaged ? ['parts of it are damaged and are left out'] : []),
    ...(changes ? ['its sample rate or channels change on the way; it was put right'] : []),
    ...(true_peak_dbtp === null ? ['it is silent from its beginning to its end'] : []),
    ...(original.isCoverUnusable ? [coverWarning] : []),
  ]
}
