import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import { type Imported, importFile } from '../../../src/audio/import/importer.ts'
import { decode, ffmpeg } from '../decode.ts'

const run = promisify(execFile)
const cleanups: string[] = []
afterAll(async () => {
  for (const folder of cleanups.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** A folder that is gone after the tests of the file. */
export async function workFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'import-')))
  cleanups.push(folder)
  return folder
}

/** Runs ffmpeg without a fence, to make what is to be imported. */
export async function make(...args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args])
}

/** A file of this name made of a filter of ffmpeg that gives sound: `sine=f=440:d=2`. */
export async function makeSound(
  folder: string,
  name: string,
  { from = 'sine=f=440:d=2', options = [] as readonly string[] } = {},
): Promise<string> {
  const path = join(folder, name)
  await make('-f', 'lavfi', '-i', from, ...options, `file:${path}`)
  return path
}

export type Made = Extract<Imported, { file: string }>

/** Imports what must become playable. */
export async function imported(path: string, folder: string): Promise<Made> {
  const result = await importFile({ path, workFolder: folder })
  if (!('file' in result)) throw new Error(`${result.outcome}: ${result.reason}`)
  return result
}

/** Why a file is not played, with the outcome before it. */
export async function reasonFor(path: string, folder: string): Promise<string> {
  const result = await importFile({ path, workFolder: folder })
  return 'file' in result ? result.outcome : `${result.outcome}: ${result.reason}`
}

export const bytesOf = (made: Made): Buffer => readFileSync(made.file)

/** What another reader makes of it: warnings, samples, loudness in LUFS, true peak in dBTP. */
export async function heardIn(
  bytes: Uint8Array,
): Promise<{ said: string; samples: number; lufs: number; peak: number }> {
  const { said } = await ffmpeg(bytes, ['-af', 'ebur128=peak=true', '-f', 'null', '-'])
  const summary = said.slice(said.lastIndexOf('Summary:'))
  const lufs = Number(/I:\s+(-?[\d.]+) LUFS/.exec(summary)?.[1])
  const peak = /Peak:\s+(\S+) dBFS/.exec(summary)?.[1] ?? 'nan'
  return { ...(await decode(bytes)), lufs, peak: peak === '-inf' ? Number.NEGATIVE_INFINITY : Number(peak) }
}

/** The decoded samples of the left channel, from -1 to 1. */
export async function samplesOf(bytes: Uint8Array): Promise<Float32Array> {
  const { out } = await ffmpeg(bytes, ['-v', 'error', '-af', 'pan=mono|c0=c0', '-f', 'f32le', 'pipe:1'])
  return new Float32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length))
}

/** How strong a tone is in a stretch of samples, as amplitude. */
export function toneIn(samples: Float32Array, hertz: number, from_s: number, to_s: number): number {
  const [first, last] = [Math.round(from_s * 48_000), Math.round(to_s * 48_000)]
  let [real, imaginary] = [0, 0]
  for (let at = first; at < last; at++) {
    const angle = (2 * Math.PI * hertz * at) / 48_000
    real += (samples[at] ?? 0) * Math.cos(angle)
    imaginary += (samples[at] ?? 0) * Math.sin(angle)
  }
  return (2 * Math.hypot(real, imaginary)) / (last - first)
}
