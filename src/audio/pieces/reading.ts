// The thread that reads pieces: what was ordered meanwhile a few at a time, then it tells of all of those at once.
import { type BigIntStats, fstatSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { pieceBytes } from './piece.ts'
import { Ring, type RingMemory } from './ring.ts'

const ring = new Ring(workerData as RingMemory)

// Those are sent on while the next are read; to be told of each by itself would take longer than that.
const together = 4

for (let turn = ring.done; ; ) {
  const all = ring.ordered
  const until = ((all - turn) | 0) > together ? (turn + together) | 0 : all
  if (until === turn) {
    ring.sleepWhile(turn)
    continue
  }
  readAll(turn, until)
  turn = until
  if (ring.finish(turn)) parentPort?.postMessage(null)
}

/** What was written to a file in place before it was read shows in a look at it afterwards; one does for all of them. */
function readAll(from: number, until: number): void {
  const looks = new Map<number, BigIntStats | null>()
  for (let turn = from; turn !== until; turn = (turn + 1) | 0) {
    const slot = ring.slotOf(turn)
    ring.setOutcome(slot, isRead(slot))
  }
  for (let turn = from; turn !== until; turn = (turn + 1) | 0) {
    const slot = ring.slotOf(turn)
    if (ring.isWell(slot)) ring.setOutcome(slot, isStill(slot, looks))
  }
}

function isRead(slot: number): boolean {
  const length = ring.lengthOf(slot)
  try {
    return readSync(ring.fdOf(slot), ring.pieces, slot * pieceBytes, length, ring.positionOf(slot)) === length
  } catch {
    // Whoever ordered it reads it once more, and says what is wrong.
    return false
  }
}

function isStill(slot: number, looks: Map<number, BigIntStats | null>): boolean {
  const fd = ring.fdOf(slot)
  const seen = looks.get(fd)
  const stat = seen === undefined ? statOf(fd) : seen
  if (seen === undefined) looks.set(fd, stat)
  return stat !== null && ring.isStill(slot, stat)
}

function statOf(fd: number): BigIntStats | null {
  try {
    return fstatSync(fd, { bigint: true })
  } catch {
    return null
  }
}
