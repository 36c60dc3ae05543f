import { describe, expect, test } from 'vitest'
import { inspectMp3 } from '../../src/audio/frames.ts'
import { frames } from './sound.ts'

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function reasonFor(bytes: Uint8Array): Promise<string> {
  const inspection = await inspectMp3(bytes)
  return inspection.inProfile ? 'in the profile' : inspection.reason
}

/** Five good frames, with one byte of the fourth made another. */
function withByte(offset: number, value: number): Buffer {
  const bytes = frames(5)
  bytes[3 * 384 + offset] = value
  return bytes
}

describe('inspecting an MP3', () => {
  test('counts the frames of one in the profile, however it arrives', async () => {
    for (const size of [1, 7, 384, 385, 1000, 100_000])
      expect(await inspectMp3(inChunks(frames(9), size))).toEqual({ inProfile: true, frames: 9 })
  })

  test.each([
    ['another bit rate', withByte(2, 0xb4), /192 kbit\/s, not 128/],
    ['another sample rate', withByte(2, 0x90), /44100 Hz, not 48000/],
    ['padding', withByte(2, 0x96), /padded/],
    ['mono', withByte(3, 0xc0), /mono, not joint stereo/],
    ['plain stereo', withByte(3, 0x00), /plain stereo, not joint stereo/],
    ['MPEG-2', withByte(1, 0xf3), /MPEG-2/],
    ['layer II', withByte(1, 0xfd), /layer II, not layer III/],
    ['a bit reservoir', withByte(4, 1), /borrows from the one before/],
    ['a bit reservoir of one byte', withByte(5, 0x80), /borrows from the one before/],
    ['anything else', withByte(0, 0x41), /no MP3 frame/],
  ])('refuses %s in a frame far in, and says where', async (_, bytes, reason) => {
    expect(await reasonFor(bytes)).toMatch(reason)
    expect(await reasonFor(bytes)).toContain('(at byte 1152)')
  })

  test('says what the profile is', async () => {
    expect(await reasonFor(withByte(3, 0xc0))).toMatch(/The profile is 48 kHz, CBR 128 kbit\/s/)
  })

  test.each([
    ['ID3\u0003', /begins with an ID3 tag/],
    ['RIFF....WAVE', /a WAV file/],
    ['OggS', /an Ogg file/],
    ['fLaC', /a FLAC file/],
    ['....ftypM4A ', /an MPEG-4 file/],
    ['#EXTM3U\n/etc/passwd', /a playlist, not audio/],
    ['ffconcat version 1.0', /a list of other files/],
    ['hello', /it is no MP3 file/],
  ])('names what %j is', async (head, reason) => {
    expect(await reasonFor(Buffer.from(head))).toMatch(reason)
    if (head !== 'hello') expect(await reasonFor(Buffer.from(head.padEnd(1000, '.')))).toMatch(reason)
  })

  test('refuses an empty file, half a frame at the end, and a tag there', async () => {
    expect(await reasonFor(Buffer.alloc(0))).toBe('the file is empty')
    expect(await reasonFor(frames(3).subarray(0, 900))).toMatch(
      /middle of a frame, with 132 bytes of 384 \(at byte 768\)/,
    )
    const tag = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)])
    expect(await reasonFor(Buffer.concat([frames(2), tag]))).toMatch(/ends with an ID3v1 tag \(at byte 768\)/)
  })

  test.each(['Xing', 'Info', 'VBRI'])('refuses a %s header, but only where it counts', async (name) => {
    const first = frames(3)
    first.write(name, 36, 'latin1')
    expect(await reasonFor(first)).toContain(`its first frame is a ${name} header`)
    const second = frames(3)
    second.write(name, 384 + 36, 'latin1')
    expect(await reasonFor(second)).toBe('in the profile')
  })

  test('stops reading at the first wrong frame of a long file', async () => {
    let given = 0
    const endless = async function* () {
      for (;;) {
        given++
        yield Buffer.alloc(384)
      }
    }
    await inspectMp3(endless())
    expect(given).toBe(1)
  })
})
