import { createHash, type Hash, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { errnoOf } from '../../core/error.ts'
import { bytesPerFrame, type Inspection, inspectMp3, msPerFrame } from '../frames.ts'
import { ImportFault } from './fault.ts'
import { onlySound, type Running, runFfmpeg, type Source } from './ffmpeg.ts'
import { betterLevel, type Level, levelFilters, levelFor } from './level.ts'
import { measure } from './measure.ts'
import { type Heard, type Measured, sampleRate, toProfileSound } from './sound.ts'

/** What was made, in the profile. */
export interface Converted {
  readonly frames: number
  readonly seconds: number
  /** SHA-256 of the content, in hex. */
  readonly hash: string
  /** As the result was measured. */
  readonly heard: Heard
  /** What it took. */
  readonly level: Level
}

interface Converting extends Running {
  /** Of a sound that does not change its form on the way. */
  readonly measured: Measured
  /** From 0 to 1; it begins again where the level has to be bettered. */
  readonly onProgress?: ((fraction: number) => void) | undefined
}

/** Files of this ending are under way, or were left behind by a crash. */
export const partEnding = '.part'

// Beyond that a sound has peaks that no limiter tames further.
const mostAttempts = 4

/**
 * Makes an MP3 of the profile out of a file: -18 LUFS by one gain for the whole, true peak at most -1.5 dBTP by a
 * limiter where the gain alone would lead above it; silence, and what is shorter than can be measured, keeps its
 * level. The result is measured before it gets its name; under `output` there is never half a file.
 * @throws ImportFault, or the reason of the signal
 */
export async function convert(source: Source, output: string, converting: Converting): Promise<Converted> {
  const { measured, signal, clock, ffmpeg } = converting
  const running = { signal, clock, ffmpeg }
  const part = `${output}.${randomUUID()}${partEnding}`
  try {
    let level = levelFor(measured)
    for (let attempt = 1; ; attempt++) {
      const { frames, hash } = await encode(source, part, { ...converting, level })
      const { loudness, true_peak_dbtp } = await measure({ path: part, container: 'mp3' }, running)
      const heard = { loudness, true_peak_dbtp }
      const better = attempt < mostAttempts ? betterLevel(level, measured, heard) : null
      if (better === null) {
        await giveName(part, output)
        return { frames, seconds: (frames * msPerFrame) / 1000, hash, heard, level }
      }
      level = better
    }
  } finally {
    await rm(part, { force: true })
  }
}

interface Encoding extends Converting {
  readonly level: Level
}

const samplesPerFrame = 1152
const samplesPerGranule = samplesPerFrame / 2
// LAME begins 1105 samples late, and with these more a frame and a half. The frame is cut off. The half stays: what
// comes first of all is half lost, for it is decoded together with what was before it.
const leadSamples = samplesPerFrame + samplesPerGranule - 1105
// ffmpeg does not take a single frame for an MP3.
const fewestFrames = 2
// Into a pipe ffmpeg would write every frame by itself, which is four times the work for who reads it.
const inLargePieces = ['-flush_packets', '0']
const profileOptions = [
  ...['-ar', String(sampleRate), '-ac', '2', '-c:a', 'libmp3lame', '-b:a', '128k', '-joint_stereo', '1'],
  ...['-reservoir', '0', '-write_xing', '0', '-id3v2_version', '0', '-write_id3v1', '0'],
  ...['-map_metadata', '-1', '-map_chapters', '-1', ...inLargePieces, '-f', 'mp3'],
]

async function encode(
  source: Source,
  part: string,
  encoding: Encoding,
): Promise<{ frames: number; hash: string }> {
  const { measured, level, signal, clock, ffmpeg, onProgress } = encoding
  const sounding = Math.ceil((samplesPerGranule + measured.samples) / samplesPerFrame)
  const frames = Math.max(sounding, fewestFrames)
  const hash = createHash('sha256')
  const stop = new AbortController()
  const sound = new PassThrough({ emitClose: false })
  const file = await openPart(part)
  try {
    const writing = inspectMp3(writtenFrames(sound, { file, frames, hash, onProgress })).then(
      (inspection) => {
        // Nobody reads on then, and ffmpeg would wait for that.
        if (!sound.readableEnded) stop.abort(frameFault(inspection, frames))
        return inspection
      },
      (error) => {
        stop.abort(writeFault(error))
        throw error
      },
    )
    const running = runFfmpeg(source, {
      ...{ clock, ffmpeg, seconds: measured.seconds, target: sound, logLevel: 'error' },
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      filters: [toProfileSound, ...levelFilters(level), ...edgeFilters(measured.samples)].join(),
      outputOptions: [...onlySound, ...profileOptions],
    }).catch((error) => {
      sound.destroy()
      throw error
    })
    const [ran, inspected] = await Promise.allSettled([running, writing])
    if (ran.status === 'rejected') throw ran.reason
    if (inspected.status === 'rejected') throw writeFault(inspected.reason)
    const fault = frameFault(inspected.value, frames)
    if (fault !== null) throw fault
    await file.sync().catch((error) => Promise.reject(writeFault(error)))
    return { frames, hash: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

// Short enough not to be heard, and long enough that the middle of a sound neither begins nor ends with a click.
const fadeInSamples = 48
const fadeOutSamples = 240

function edgeFilters(samples: number): string[] {
  const out = Math.min(samples, fadeOutSamples)
  return [
    `afade=t=in:ns=${fadeInSamples}`,
    `afade=t=out:ss=${samples - out}:ns=${out}`,
    `adelay=${leadSamples}S:all=1`,
    // So that the encoder never ends before the last frame that is wanted.
    `apad=pad_len=${samplesPerFrame}`,
  ]
}

function openPart(part: string): Promise<FileHandle> {
  return open(part, 'w', 0o644).catch((error) => Promise.reject(writeFault(error)))
}

/** What is written is given on too: the frames behind the one that the encoder is late, and no more than there are. */
async function* writtenFrames(
  sound: AsyncIterable<Buffer>,
  to: {
    file: FileHandle
    frames: number
    hash: Hash
    onProgress: ((fraction: number) => void) | undefined
  },
): AsyncGenerator<Buffer> {
  const end = (to.frames + 1) * bytesPerFrame
  let position = 0
  for await (const chunk of sound) {
    const wanted = chunk.subarray(
      Math.max(0, bytesPerFrame - position),
      Math.max(0, Math.min(chunk.length, end - position)),
    )
    position += chunk.length
    // The rest is read all the same: an encoder that cannot write does not end.
    if (wanted.length === 0) continue
    await to.file.writeFile(wanted)
    to.hash.update(wanted)
    to.onProgress?.(Math.min(1, position / end))
    yield wanted
  }
}

function frameFault(inspection: Inspection, frames: number): ImportFault | null {
  if (!inspection.inProfile)
    return new ImportFault('machine', `this ffmpeg makes no MP3 of the profile: ${inspection.reason}`)
  return inspection.frames === frames
    ? null
    : new ImportFault('machine', 'the file has changed while it was imported')
}

function writeFault(error: unknown): unknown {
  const code = errnoOf(error)
  if (error instanceof ImportFault || code === undefined) return error
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  const words = isFull ? 'the disk is full' : `the result cannot be written: ${code}`
  return new ImportFault('machine', words, { cause: error })
}

/** The name comes last, and is on the disk when this resolves. */
async function giveName(part: string, output: string): Promise<void> {
  try {
    await rename(part, output)
    const folder = await open(dirname(output))
    await folder.sync().finally(() => folder.close())
  } catch (error) {
    throw writeFault(error)
  }
}
