import type { Entry } from './entry.ts'

export interface Limits {
  /** Entries of one player, and of what concerns none. */
  readonly perPlayer: number
  /** Of what listeners ask that nobody can name, with what follows from it. */
  readonly unnamed: number
  /** But for those of unnamed listeners. */
  readonly altogether: number
  readonly days: number
  /** Entries under one key of the store: what is written again when one is added, and what is dropped at once. */
  readonly perChunk: number
}

export const usualLimits: Limits = {
  perPlayer: 6_000,
  unnamed: 2_000,
  altogether: 20_000,
  days: 30,
  perChunk: 32,
}

/** Entries of one lane that follow each other; stored under the id of the first. */
export interface Chunk {
  readonly key: string
  readonly entries: Entry[]
}

// No player has an empty id.
const noPlayer = ''
const dayMs = 24 * 60 * 60 * 1000

/**
 * The entries in memory, a lane for each player, so that a lively player cannot push out what a quiet one did, and
 * one for listeners that nobody can name, so that a flood of requests pushes out nothing but what such listeners asked
 * and what came of it. Each lane is a row of chunks, and bounds are kept by dropping whole chunks from its old end.
 */
export class Lanes {
  readonly #limits: Limits
  /** By player. */
  readonly #lanes = new Map<string, Chunk[]>()
  readonly #unnamed: Chunk[] = []

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get count(): number {
    return countIn(this.#unnamed) + this.#namedCount
  }

  /** Adds an entry that is newer than all there are. Returns the chunk that has it now. */
  add(entry: Entry): Chunk {
    const lane = this.#isUnnamed(entry) ? this.#unnamed : this.#laneOf(entry.player)
    const last = lane.at(-1)
    const chunk =
      last !== undefined && last.entries.length < this.#limits.perChunk
        ? last
        : { key: entry.id, entries: [] }
    if (chunk !== last) lane.push(chunk)
    chunk.entries.push(entry)
    return chunk
  }

  /** Takes in a chunk of the store that is newer than all there are of its lane. */
  restore(chunk: Chunk): void {
    const [first] = chunk.entries
    if (first === undefined) return
    const lane = isOfUnnamed(chunk) ? this.#unnamed : this.#laneOf(first.player)
    lane.push(chunk)
  }

  find(id: string): Entry | undefined {
    return this.#chunkWith(id)?.entries.find((entry) => entry.id === id)
  }

  /** Puts an entry in place of the one of its id. Returns its chunk; undefined when that is gone. */
  replace(entry: Entry): Chunk | undefined {
    const chunk = this.#chunkWith(entry.id)
    const place = chunk?.entries.findIndex(({ id }) => id === entry.id) ?? -1
    if (chunk === undefined || place < 0) return undefined
    chunk.entries[place] = entry
    return chunk
  }

  /** Drops what is too much or too old. Returns the chunks that are gone. */
  prune(nowMs: number): Chunk[] {
    const { perPlayer, unnamed, altogether, days } = this.#limits
    const oldestMs = nowMs - days * dayMs
    const dropped = droppedFrom(this.#unnamed, { most: unnamed, oldestMs })
    for (const lane of this.#lanes.values()) dropped.push(...droppedFrom(lane, { most: perPlayer, oldestMs }))
    for (let count = this.#namedCount; count > altogether; ) {
      const chunk = this.#oldestLane().shift()
      if (chunk === undefined) break
      count -= chunk.entries.length
      dropped.push(chunk)
    }
    for (const [player, lane] of this.#lanes) if (lane.length === 0) this.#lanes.delete(player)
    return dropped
  }

  /** Of one player, or of all. */
  *newestFirst(player?: string): Generator<Entry> {
    const lanes = player === undefined ? this.#all : [this.#lanes.get(player) ?? []]
    const rows = lanes.map(backwards)
    const heads = rows.map((row) => row.next().value)
    for (;;) {
      let newest = -1
      for (const [place, head] of heads.entries())
        if (head && head.id > (heads[newest]?.id ?? '')) newest = place
      const entry = heads[newest]
      if (!entry) return
      yield entry
      heads[newest] = rows[newest]?.next().value
    }
  }

  #laneOf(player: string | null): Chunk[] {
    const name = player ?? noPlayer
    const lane = this.#lanes.get(name) ?? []
    this.#lanes.set(name, lane)
    return lane
  }

  get #all(): Chunk[][] {
    return [...this.#lanes.values(), this.#unnamed]
  }

  get #namedCount(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + countIn(lane), 0)
  }

  #isUnnamed({ kind, player, cause }: Entry): boolean {
    if (player !== null) return false
    return kind === 'request' || (cause !== null && chunkIn(this.#unnamed, cause) !== undefined)
  }

  #chunkWith(id: string): Chunk | undefined {
    for (const lane of this.#all) {
      const chunk = chunkIn(lane, id)
      if (chunk !== undefined) return chunk
    }
    return undefined
  }

  #oldestLane(): Chunk[] {
    let oldest: Chunk[] = []
    for (const lane of this.#lanes.values()) {
      const key = lane[0]?.key
      if (key !== undefined && (oldest[0] === undefined || key < oldest[0].key)) oldest = lane
    }
    return oldest
  }
}

function countIn(lane: readonly Chunk[]): number {
  return lane.reduce((sum, { entries }) => sum + entries.length, 0)
}

function chunkIn(lane: readonly Chunk[], id: string): Chunk | undefined {
  const chunk = lane.findLast(({ key }) => key <= id)
  return chunk?.entries.some((entry) => entry.id === id) ? chunk : undefined
}

/** Whether a stored chunk is of unnamed listeners; what it follows from may be gone by now. */
function isOfUnnamed({ entries }: Chunk): boolean {
  const isRequest = ({ kind, player }: Entry) => kind === 'request' && player === null
  return (
    entries.some(isRequest) &&
    entries.every((entry) => entry.player === null && (isRequest(entry) || entry.cause !== null))
  )
}

/** Takes from the old end what is more than `most` or older than `oldestMs`. */
function droppedFrom(
  lane: Chunk[],
  { most, oldestMs }: { readonly most: number; readonly oldestMs: number },
): Chunk[] {
  const dropped: Chunk[] = []
  let count = countIn(lane)
  while (count > most || isOlder(lane[0], oldestMs)) {
    const chunk = lane.shift()
    if (chunk === undefined) break
    count -= chunk.entries.length
    dropped.push(chunk)
  }
  return dropped
}

function isOlder(chunk: Chunk | undefined, thanMs: number): boolean {
  const newest = chunk?.entries.at(-1)
  return newest !== undefined && Date.parse(newest.at) < thanMs
}

function* backwards(lane: readonly Chunk[]): Generator<Entry, undefined> {
  for (let place = lane.length - 1; place >= 0; place--) yield* (lane[place]?.entries ?? []).toReversed()
  return undefined
}
