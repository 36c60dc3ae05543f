import { expect, test } from 'vitest'
import { Mp3Frames } from '../../src/simulator/mp3-frames.ts'
import { silentMp3 } from './support/mp3.ts'

test('frames are counted however the bytes are cut, and only when whole', () => {
  const bytes = silentMp3(1.2)
  for (const size of [1, 7, 383, 384, 1000, bytes.length]) {
    const frames = new Mp3Frames()
    for (let at = 0; at < bytes.length - 1; at += size)
      frames.push(bytes.subarray(at, Math.min(at + size, bytes.length - 1)))
    expect(frames.seconds, `cut by ${size}`).toBe(1.176)
    frames.push(bytes.subarray(-1))
    expect(frames.seconds, `cut by ${size}`).toBe(1.2)
    expect(frames.bytesPerSecond).toBe(16_000)
  }
})

test('a tag in front is stepped over, also when it looks like audio inside', () => {
  const tag = Buffer.concat([
    Buffer.from('ID3\x04\x00\x00\x00\x00\x07\x68', 'latin1'),
    Buffer.alloc(1000, 0xff),
  ])
  const frames = new Mp3Frames()
  for (const chunk of [tag.subarray(0, 500), tag.subarray(500), silentMp3(0.48)]) frames.push(chunk)
  expect(frames.seconds).toBe(0.48)
  expect(frames.firstFrameAt).toBe(1010)
})

test('what is no audio is counted as such', () => {
  const frames = new Mp3Frames()
  frames.push(Buffer.from('<html>nothing to hear</html>'))
  expect(frames.seconds).toBe(0)
  expect(frames.strayBytes).toBeGreaterThan(10)
})
