import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../../core/error.ts'
import { inspectMp3, msPerFrame } from '../frames.ts'
import { type Identity, identityOf } from '../open-files.ts'
import { type Chapter, readChapters, wholeChapters } from './chapters.ts'
import { type Container, containerOfFile } from './container.ts'
import { type Converted, convert, partEnding } from './convert.ts'
import { makeEven } from './even.ts'
import { ImportFault } from './fault.ts'
import type { Running, Source } from './ffmpeg.ts'
import { measure } from './measure.ts'
import type { Measured } from './sound.ts'
import { readMetadata, type SaidFormat, type Tags } from './tags.ts'

/** What came of a file. */
export type Imported =
  | Playable
  /** It never will be audio here; `reason` is for people and goes on behind the name of the file. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It may be another time: the disk was full, ffmpeg was not there. */
  | { readonly outcome: 'failed'; readonly reason: string }

interface Playable {
  /** `as_it_is`: it was in the profile before, and nothing was written. */
  readonly outcome: 'converted' | 'as_it_is'
  /** Absolute; for `as_it_is` the file itself. */
  readonly file: string
  readonly frames: number
  readonly seconds: number
  readonly tags: Tags
  /** From the beginning to the end without gaps; empty where there are none. */
  readonly chapters: readonly Chapter[]
  /** Of what was converted: the SHA-256 of the result, how loud it is, and what that took. */
  readonly made?: Pick<Converted, 'hash' | 'heard' | 'level'>
  /** Of what was converted: how it was before. */
  readonly original?: Original
}

export interface Original {
  readonly container: Container
  readonly format: SaidFormat
  /** Bytes. */
  readonly size: number
  /** Whether what it brings as its picture is none that can be shown, or too large. */
  readonly isCoverUnusable: boolean
  /** As it was decoded. */
  readonly measured: Measured
}

export type ImportStep = 'measuring' | 'converting'

interface Importing extends Running {
  /** Absolute, and no link. */
  readonly path: string
  /** Absolute; the result is put in there under a name of its own. On the same disk as the place it will be moved to. */
  readonly workFolder: string
  /** `fraction` goes from 0 to 1 within a step; a step may begin again. */
  readonly onProgress?: ((step: ImportStep, fraction: number) => void) | undefined
}

/**
 * Makes one file playable, whatever its name says it is. The file itself is only read.
 * @throws the reason of the signal, with nothing left behind
 */
export async function importFile(importing: Importing): Promise<Imported> {
  const { path, signal } = importing
  signal?.throwIfAborted()
  try {
    const before = await identityAt(path)
    const imported = await importAt(importing).catch((error) => unplayable(error, signal))
    const after = await identityAt(path).catch(() => null)
    if (after === before) return imported
    // Also what was refused: half a file that is being copied looks like a broken one.
    if (imported.outcome === 'converted') await rm(imported.file, { force: true })
    return { outcome: 'failed', reason: 'it was changed while it was imported' }
  } catch (error) {
    return unplayable(error, signal)
  }
}

async function identityAt(path: string): Promise<Identity> {
  return identityOf(await stat(path, { bigint: true }))
}

async function importAt(importing: Importing): Promise<Imported> {
  const { path } = importing
  const detected = await containerOfFile(path)
  if ('refused' in detected) return { outcome: 'refused', reason: detected.refused }
  const source: Source = { path, container: detected.container }
  if (source.container === 'mp3') {
    const inspection = await inspectMp3(createReadStream(path))
    if (inspection.inProfile) return asItIs(path, inspection.frames)
  }
  return importOther(source, importing)
}

function asItIs(file: string, frames: number): Playable {
  return { outcome: 'as_it_is', file, frames, seconds: secondsOf(frames), tags: {}, chapters: [] }
}

async function importOther(source: Source, importing: Importing): Promise<Playable> {
  const { workFolder, clock, onProgress } = importing
  const running = { signal: importing.signal, clock, ffmpeg: importing.ffmpeg }
  const name = join(workFolder, randomUUID())
  const even = `${name}.flac${partEnding}`
  try {
    const { sound, measured, ...first } = await evenSound(source, even, {
      ...running,
      onProgress: (fraction) => onProgress?.('measuring', fraction),
    })
    const { tags, format, isCoverUnusable } = await readMetadata(source, { clock })
    const chapters = wholeChapters(await readChapters(source, running), measured.seconds)
    const file = `${name}.mp3`
    const { frames, seconds, ...made } = await convert(sound, file, {
      ...running,
      measured,
      onProgress: (fraction) => onProgress?.('converting', fraction),
    })
    const { size } = await stat(source.path)
    const original = {
      container: source.container,
      format,
      size,
      isCoverUnusable,
      measured: { ...measured, ...first },
    }
    return { outcome: 'converted', file, frames, seconds, tags, chapters, made, original }
  } finally {
    await rm(even, { force: true })
  }
}

/** What the file itself says, and not what it was decoded to. */
type First = Pick<Measured, 'isDamaged' | 'changes' | 'channels'>

/** What can be converted in one go: the file itself, or what it was decoded to because it changes on the way. */
async function evenSound(
  source: Source,
  even: string,
  measuring: Running & { readonly onProgress: (fraction: number) => void },
): Promise<{ sound: Source; measured: Measured } & First> {
  const measured = await measure(source, measuring)
  const { isDamaged, changes, channels } = measured
  const first = { isDamaged, changes, channels }
  if (!changes) return { sound: source, measured, ...first }
  const sound = await makeEven(source, even, { ...measuring, seconds: measured.seconds })
  return { sound, measured: await measure(sound, measuring), ...first }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the file is gone',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
}

function unplayable(error: unknown, signal: AbortSignal | undefined): Imported {
  signal?.throwIfAborted()
  if (error instanceof ImportFault)
    return { outcome: error.of === 'file' ? 'refused' : 'failed', reason: error.message }
  const code = errnoOf(error)
  if (code === undefined) throw error
  return { outcome: 'failed', reason: reasons[code] ?? `the file cannot be read: ${code}` }
}

function secondsOf(frames: number): number {
  return (frames * msPerFrame) / 1000
}
