import type { Clock } from '../../core/clock.ts'
import { isoOf } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { Recent } from '../../core/recent.ts'
import { msPerFrame } from '../frames.ts'

export interface PlayCount {
  readonly plays: number
  /** ISO 8601. */
  readonly last_played_at: string
}

/** Frames of an item that went out to a listener, counted from the item's beginning; `to` is behind the last. */
export interface Sent {
  readonly listener: string
  /** SHA-256 of the content, in hex. */
  readonly hash: string
  /** Of the whole item. */
  readonly frames: number
  readonly from: number
  readonly to: number
}

interface PlaysOptions {
  readonly records: Pick<Collection<PlayCount>, 'entries'>
  /** Writes all of them, or none. */
  readonly write: (entries: readonly (readonly [key: string, count: PlayCount])[]) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

interface Listening {
  /** The frames that went out since the item began, each run with what is behind its last one. */
  readonly runs: [from: number, to: number][]
  isCounted: boolean
}

const gatherMs = 3_000
const listenersKept = 2_000
// Whoever asks for scraps all over a file does not listen to it.
const mostRuns = 100
const enoughFrames = Math.ceil((4 * 60_000) / msPerFrame)

/**
 * How often contents were played, whatever their names. A play counts once half of an item has gone out to one
 * listener since it began, or four minutes of it where that is less: the rule by which Last.fm counts
 * (https://www.last.fm/api/scrobbling, "When is a scrobble a scrobble?"), without its lower limit of 30 seconds,
 * for many things that children hear are shorter. Nobody hears how far a player that was sent a whole file plays it.
 */
export class Plays {
  readonly #options: PlaysOptions
  readonly #counts = new Map<string, PlayCount>()
  readonly #unwritten = new Set<string>()
  readonly #listening = new Recent<string, Listening>(listenersKept)
  #cancel: (() => void) | undefined

  constructor(options: PlaysOptions) {
    this.#options = options
  }

  /** Reads what the runs before have counted. Rejects as the store does: it must not begin again at 0. */
  async open(): Promise<void> {
    for (const [key, count] of await this.#options.records.entries()) this.#counts.set(key, count)
  }

  /** Writes what is not yet written. Never rejects. */
  async stop(): Promise<void> {
    this.#cancel?.()
    await this.#write()
  }

  ofContent(hash: string): PlayCount | null {
    return this.#counts.get(contentKey(hash)) ?? null
  }

  /** Of all items that were heard in the stream. */
  ofStream(stream: string): PlayCount | null {
    return this.#counts.get(streamKey(stream)) ?? null
  }

  /** Tells that something has gone out of a stream, or of a file by itself; what begins with the first frame is a new play. */
  heard(stream: string | null, { listener, hash, frames, from, to }: Sent): void {
    const name = `${hash} ${listener}`
    const begun = from === 0 ? undefined : this.#listening.get(name)
    const listening = begun ?? { runs: [], isCounted: false }
    this.#listening.set(name, listening)
    if (listening.isCounted) return
    addRun(listening.runs, [from, to])
    if (lengthOf(listening.runs) < Math.min(frames / 2, enoughFrames)) return
    listening.isCounted = true
    this.#count(contentKey(hash))
    if (stream !== null) this.#count(streamKey(stream))
  }

  #count(key: string): void {
    const { clock } = this.#options
    const plays = (this.#counts.get(key)?.plays ?? 0) + 1
    this.#counts.set(key, { plays, last_played_at: isoOf(clock.now()) })
    this.#unwritten.add(key)
    this.#cancel ??= clock.at(new Date(clock.now().getTime() + gatherMs), () => void this.#write())
  }

  async #write(): Promise<void> {
    this.#cancel = undefined
    const keys = [...this.#unwritten]
    this.#unwritten.clear()
    const entries = keys.flatMap((key): [string, PlayCount][] => {
      const count = this.#counts.get(key)
      return count === undefined ? [] : [[key, count]]
    })
    if (entries.length === 0) return
    try {
      await this.#options.write(entries)
    } catch (error) {
      // They go with the next play.
      for (const key of keys) this.#unwritten.add(key)
      this.#options.log.warn('what was played could not be noted', { reason: messageOf(error) })
    }
  }
}

const contentKey = (hash: string) => `content ${hash}`
const streamKey = (stream: string) => `stream ${stream}`

/** Puts a run among the others, so that none touches another. */
function addRun(runs: Listening['runs'], [from, to]: [number, number]): void {
  if (to <= from) return
  const touching = runs.filter((run) => run[0] <= to && from <= run[1])
  if (touching.length === 0 && runs.length >= mostRuns) return
  const apart = runs.filter((run) => !touching.includes(run))
  const merged: [number, number] = [
    Math.min(from, ...touching.map((run) => run[0])),
    Math.max(to, ...touching.map((run) => run[1])),
  ]
  runs.splice(0, runs.length, ...apart, merged)
}

function lengthOf(runs: Listening['runs']): number {
  return runs.reduce((sum, [from, to]) => sum + to - from, 0)
}
