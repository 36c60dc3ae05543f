import { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { isAbsolute } from 'node:path'
import type { Writable } from 'node:stream'
import fluent from 'fluent-ffmpeg'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Container } from './container.ts'
import { faultOf, ImportFault } from './fault.ts'

/** A file on this machine, and the one demuxer that is let at it. */
export interface Source {
  /** Absolute. */
  readonly path: string
  readonly container: Container
}

/** What pictures are read with: each of these reads the one file, and none takes its name for a pattern of others. */
export type PictureDemuxer = 'jpeg_pipe' | 'png_pipe' | 'webp_pipe' | 'gif_pipe'

interface Input {
  readonly path: string
  readonly container: Container | PictureDemuxer
}

/** How ffmpeg is run. */
export interface Running {
  /** Ends it at once; the promise then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** The program; `ffmpeg` as the path of the machine has it. */
  readonly ffmpeg?: string | undefined
}

interface Work extends Running {
  /** Goes in front of the input, behind the fence. */
  readonly inputOptions?: readonly string[]
  readonly filters?: string
  /** Behind the filters, the format of the output among them. */
  readonly outputOptions: readonly string[]
  /** Takes what comes out, `-` where nobody does. A stream must not close itself when it has ended. */
  readonly target?: Writable | string
  readonly logLevel: 'error' | 'info'
  /** How long the sound is, where that is known before ffmpeg says it. */
  readonly seconds?: number
  readonly onLine?: (line: string) => void
}

/**
 * Runs ffmpeg over the file, and over nothing else on this machine: one demuxer, no
 * other protocol than files and pipes, no outside references. Resolves with its last lines.
 *
 * fluent-ffmpeg's own `progress` and its time limit are not used: with `progress` it would also run ffprobe over the
 * file, without the fence, and its limit sends only SIGTERM.
 *
 * @throws ImportFault, or the reason of the signal
 */
export function runFfmpeg(source: Input, work: Work): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    if (!isAbsolute(source.path)) throw new Error('the path of a source must be absolute')
    work.signal?.throwIfAborted()
    const said = new LastLines()
    const command = commandOf(source, work)
    const limit = new TimeLimit(work.clock ?? systemClock, () => stop(new ImportFault('machine', tooLong)))
    let stopped: { readonly reason: unknown } | null = null
    const kill = () => command.kill('SIGKILL')
    const stop = (reason: unknown) => {
      stopped ??= { reason }
      kill()
    }
    const aborted = () => stop(work.signal?.reason)
    let running: ChildProcess | null = null
    const settle = async (done: () => void) => {
      limit.clear()
      work.signal?.removeEventListener('abort', aborted)
      await ended(running)
      if (stopped === null) done()
      else reject(stopped.reason)
    }
    work.signal?.addEventListener('abort', aborted, { once: true })
    let isStarted = false
    command.on('start', () => {
      isStarted = true
      running = processOf(command)
      // Until now there was nothing to kill.
      if (stopped !== null) kill()
    })
    command.on('stderr', (line: string) => {
      said.add(line)
      limit.extend(durationIn(line) ?? positionIn(line) ?? 0)
      work.onLine?.(line)
    })
    command.on('end', () => settle(() => resolve(said.lines)))
    command.on('error', (error: Error) =>
      settle(() => reject(faultOf({ lines: said.lines, path: source.path, error, isStarted }))),
    )
    limit.extend(work.seconds ?? 0)
    command.run()
  })
}

/** fluent-ffmpeg keeps it in a field that its types do not name. */
function processOf(command: object): ChildProcess | null {
  const held = 'ffmpegProc' in command ? command.ffmpegProc : null
  return held instanceof ChildProcess ? held : null
}

/** Of a target that fails fluent-ffmpeg tells before the process that it kills for it is gone. */
async function ended(running: ChildProcess | null): Promise<void> {
  if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return
  await once(running, 'exit')
}

const tooLong = 'it took far too long and was given up'
// Listeners come first: the conversion takes what the processor has left.
const niceness = 19

function commandOf(source: Input, work: Work): fluent.FfmpegCommand {
  const command = fluent({ stdoutLines: 20, niceness })
    .setFfmpegPath(work.ffmpeg ?? 'ffmpeg')
    .input(`file:${source.path}`)
    .inputOptions(...fence(source.container, work.logLevel), ...(work.inputOptions ?? []))
  if (work.filters !== undefined) command.audioFilters(work.filters)
  command.outputOptions(...work.outputOptions)
  return command.output(work.target ?? '-')
}

/** The demuxer is given twice: told which to take, and forbidden every other it might come to by itself. */
function fence(container: Input['container'], logLevel: string): string[] {
  const drefs = container === 'mov' ? ['-enable_drefs', '0', '-use_absolute_path', '0'] : []
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', logLevel, '-stats_period', '1', '-threads', '1'],
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', container, '-f', container, ...drefs],
  ]
}

/** Goes before all other options of an output of sound. */
export const onlySound = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-threads', '1']

/** ffmpeg's `HH:MM:SS.ss` behind `Duration:`, in seconds; `null` where the line has none. */
export function durationIn(line: string): number | null {
  return secondsIn(/^ {2}Duration: (\d+):(\d+):([\d.]+)/.exec(line))
}

/** How far ffmpeg has come by its line of progress, in seconds; `null` where the line is another. */
export function positionIn(line: string): number | null {
  return secondsIn(/^size=.* time=(\d+):(\d+):([\d.]+)/.exec(line))
}

function secondsIn(match: RegExpExecArray | null): number | null {
  if (match === null) return null
  const [, hours, minutes, seconds] = match
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

const keptLines = 40
const keptCharacters = 400

class LastLines {
  readonly lines: string[] = []

  add(line: string): void {
    if (line.trim() === '' || positionIn(line) !== null) return
    this.lines.push(line.slice(0, keptCharacters))
    if (this.lines.length > keptLines) this.lines.shift()
  }
}

const shortestLimitMs = 5 * 60_000
const longestLimitMs = 48 * 3_600_000
// A small machine with several conversions under way is still many times faster than the sound plays.
const msPerSecond = 1_000

class TimeLimit {
  readonly #clock: Clock
  readonly #passed: () => void
  readonly #startedMs: number
  #seconds = -1
  #cancel: () => void = () => {}

  constructor(clock: Clock, passed: () => void) {
    this.#clock = clock
    this.#passed = passed
    this.#startedMs = clock.now().getTime()
  }

  /** For so many seconds of sound, counted from the start; never for fewer than before. */
  extend(seconds: number): void {
    if (seconds <= this.#seconds) return
    this.#seconds = seconds
    this.#cancel()
    const limitMs = Math.min(shortestLimitMs + seconds * msPerSecond, longestLimitMs)
    this.#cancel = this.#clock.at(new Date(this.#startedMs + limitMs), this.#passed)
  }

  clear(): void {
    this.#cancel()
  }
}
