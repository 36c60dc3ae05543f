import type { Entry } from './entry.ts'

export interface Limits {
  /** Entries of one player, and of what concerns none. */
  readonly perPlayer: number
  readonly altogether: number
  readonly days: number
  /** Entries under one key of the store: what is written again when one is added, and what is dropped at once. */
  readonly perChunk: number
}

export const usualLimits: Limits = { perPlayer: 6_000, altogether: 20_000, days: 30, perChunk: 32 }

/** Entries of one player that follow each other; stored under the id of the first. */
export interface Chunk {
  readonly key: string
  readonly entries: Entry[]
}

// No player has an empty id.
const noPlayer = ''
const dayMs = 24 * 60 * 60 * 1000

/**
 * The entries in memory, a lane for each player, so that a lively player cannot push out what a quiet one did. Each
 * lane is a row of chunks, and bounds are kept by dropping whole chunks from its old end.
 */
export class Lanes {
  readonly #limits: Limits
  readonly #lanes = new Map<string, Chunk[]>()
  #count = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get count(): number {
    return this.#count
  }

  /** Adds an entry that is newer than all there are. Returns the chunk that has it now. */
  add(entry: Entry): Chunk {
    const lane = this.#laneOf(entry.player)
    const last = lane.at(-1)
    const chunk =
      last !== undefined && last.entries.length < this.#limits.perChunk
        ? last
        : { key: entry.id, entries: [] }
    if (chunk !== last) lane.push(chunk)
    chunk.entries.push(entry)
    this.#count++
    return chunk
  }

  /** Takes in a chunk of the store that is newer than all there are of its lane. */
  restore(chunk: Chunk): void {
    const [first] = chunk.entries
    if (first === undefined) return
    this.#laneOf(first.player).push(chunk)
    this.#count += chunk.entries.length
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
    const { perPlayer, altogether, days } = this.#limits
    const dropped: Chunk[] = []
    for (const lane of this.#lanes.values()) {
      let count = lane.reduce((sum, { entries }) => sum + entries.length, 0)
      while (count > perPlayer || isOlder(lane[0], nowMs - days * dayMs)) {
        count -= lane[0]?.entries.length ?? 0
        this.#dropFirst(lane, dropped)
      }
    }
    while (this.#count > altogether) this.#dropFirst(this.#oldestLane(), dropped)
    for (const [player, lane] of this.#lanes) if (lane.length === 0) this.#lanes.delete(player)
    return dropped
  }

  /** Of one player, or of all. */
  *newestFirst(player?: string): Generator<Entry> {
    const lanes = player === undefined ? [...this.#lanes.values()] : [this.#lanes.get(player) ?? []]
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

  #chunkWith(id: string): Chunk | undefined {
    for (const lane of this.#lanes.values()) {
      const chunk = lane.findLast(({ key }) => key <= id)
      if (chunk?.entries.some((entry) => entry.id === id)) return chunk
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

  #dropFirst(lane: Chunk[], dropped: Chunk[]): void {
    const chunk = lane.shift()
    if (chunk === undefined) return
    this.#count -= chunk.entries.length
    dropped.push(chunk)
  }
}

function isOlder(chunk: Chunk | undefined, thanMs: number): boolean {
  const newest = chunk?.entries.at(-1)
  return newest !== undefined && Date.parse(newest.at) < thanMs
}

function* backwards(lane: readonly Chunk[]): Generator<Entry, undefined> {
  for (let place = lane.length - 1; place >= 0; place--) yield* (lane[place]?.entries ?? []).toReversed()
  return undefined
}
