import { expect, test } from 'vitest'
import { framesPerBlock, type LiveFile } from '../../../src/audio/live/live-files.ts'
import { LiveSession, tickMs } from '../../../src/audio/live/live-session.ts'
import { burstFrames } from '../../../src/audio/live/pace.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const frameBytes = 384
const framesPerTick = tickMs / 24

/** A file of that many frames, no two of which begin alike. */
function fileOf(frames: number): { readonly file: LiveFile; readonly bytes: Buffer } {
  const bytes = Buffer.alloc(frames * frameBytes)
  for (let frame = 0; frame < frames; frame++) bytes.writeUInt32BE(frame, frame * frameBytes)
  const blockBytes = framesPerBlock * frameBytes
  const file: LiveFile = {
    file: {
      file: 'a.mp3',
      title: 'a',
      size: bytes.length,
      seconds: frames * 0.024,
      firstFrame: 0,
      frames,
      hash: 'a',
      modifiedAt: new Date(0),
    },
    block: async (index) => bytes.subarray(index * blockBytes, (index + 1) * blockBytes),
    close: () => undefined,
  }
  return { file, bytes }
}

const nothing = { from: null, track: null }

async function sessionOf(frames: number, frame: number) {
  const clock = new VirtualClock()
  const { file, bytes } = fileOf(frames)
  const session = new LiveSession({
    stream: 'bath',
    track: { id: 'item-1', round: null, file },
    frame,
    walk: { after: async () => nothing, toCurrent: async () => nothing, warm: async () => undefined },
    length: () => 1,
    clock,
    sent: () => undefined,
    went: () => undefined,
    over: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  const writes: Buffer[] = []
  await session.prepare()
  session.play({
    write: (block, start, end) => {
      writes.push(block.subarray(start, end))
      return true
    },
    unsent: 0,
    end: () => undefined,
    drop: () => undefined,
  })
  await clock.advance(0)
  return { clock, session, writes, bytes }
}

const framesOf = (writes: readonly Buffer[]) => Buffer.concat(writes).length / frameBytes

test.each([0, 3, 100, 167])(
  'a second is there at once from frame %i on, and the burst with the first tick, to the frame',
  async (frame) => {
    const { clock, session, writes } = await sessionOf(1000, frame)
    expect(framesOf(writes)).toBe(42)
    session.tick(clock.now().getTime())
    await clock.advance(0)
    expect(framesOf(writes)).toBe(burstFrames)
  },
)

test.each([0, 3, 100, 167])(
  'a tick is one write, also where one block ends (from frame %i on)',
  async (frame) => {
    const { clock, session, writes, bytes } = await sessionOf(4000, frame)
    const first = clock.now().getTime()
    session.tick(first)
    await clock.advance(0)
    const begun = writes.length
    for (let tick = 1; tick <= 300; tick++) {
      await clock.advance(tickMs)
      session.tick(first + tick * tickMs)
      await clock.advance(0)
      expect(writes.length).toBe(begun + tick)
      const due = Math.floor(burstFrames + tick * framesPerTick)
      expect(framesOf(writes)).toBeLessThanOrEqual(due)
      expect(framesOf(writes)).toBeGreaterThan(due - framesPerTick)
    }
    const sent = Buffer.concat(writes)
    expect(sent.equals(bytes.subarray(frame * frameBytes, frame * frameBytes + sent.length))).toBe(true)
  },
)
