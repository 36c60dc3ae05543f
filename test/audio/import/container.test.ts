import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containerOf, containerOfFile } from '../../../src/audio/import/container.ts'
import { testWith } from '../../support/programs.ts'
import { makeSound, workFolder } from './make.ts'

const latin = (text: string) => Buffer.from(text, 'latin1')
const atoms = (brand: string) => latin(`\x00\x00\x00\x1cftyp${brand}\x00\x00\x02\x00isom`)

function detected(bytes: Buffer): Promise<string> {
  const read = (position: number, length: number) =>
    Promise.resolve(bytes.subarray(position, position + length))
  return containerOf({ size: bytes.length, read }).then((found) =>
    'refused' in found ? found.refused : found.container,
  )
}

/** An ID3v2.4 tag with so many bytes in it. */
function id3(size: number): Buffer {
  const digits = [21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f)
  return Buffer.concat([latin('ID3\x04\x00\x00'), Buffer.from(digits), Buffer.alloc(size)])
}

/** MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame. */
function mp3Frames(count: number): Buffer {
  const frame = Buffer.alloc(417, 0x11)
  frame.set([0xff, 0xfb, 0x90, 0x44])
  return Buffer.concat(Array.from({ length: count }, () => frame))
}

function adtsFrames(count: number): Buffer {
  const frame = Buffer.alloc(200, 0x11)
  frame.set([0xff, 0xf1, 0x50, 0x80, 200 >> 3, ((200 & 7) << 5) | 0x1f, 0xfc])
  return Buffer.concat(Array.from({ length: count }, () => frame))
}

/** A WAVE that says it has so many bytes of sound, and has them where they are not too many. */
function wav(bytes: number): Buffer {
  const header = latin(`${'RIFF\0\0\0\0WAVEfmt \x10\0\0\0'.padEnd(36, '\x01')}data\0\0\0\0`)
  header.writeUInt32LE(bytes, 40)
  return Buffer.concat([header, Buffer.alloc(bytes > 1e6 ? 0 : bytes, 7)])
}

describe('what a file really is', () => {
  test.each([
    ['mp3', mp3Frames(10)],
    ['mp3', mp3Frames(1)],
    ['mp3', Buffer.concat([id3(5_000_000), mp3Frames(10)])],
    ['mp3', Buffer.concat([id3(100), id3(50), mp3Frames(10)])],
    ['mp3', Buffer.concat([Buffer.alloc(60_000, 0xff), mp3Frames(10)])],
    ['mp3', Buffer.concat([latin('Some words before it. '), mp3Frames(10)])],
    ['mp3', Buffer.concat([mp3Frames(1), latin('TAG'), Buffer.alloc(125)])],
    ['aac', adtsFrames(10)],
    ['aac', Buffer.concat([id3(3000), adtsFrames(10)])],
    ['flac', latin('fLaC\x00\x00\x00\x22')],
    ['flac', Buffer.concat([id3(70_000), latin('fLaC\x00\x00\x00\x22')])],
    ['ogg', latin('OggS\x00\x02')],
    ['mov', atoms('M4A ')],
    ['mov', atoms('M4B ')],
    ['mov', atoms('qt  ')],
    ['mov', latin('\x00\x00\x01\x00moov\x00\x00\x00\x6cmvhd')],
    ['wav', latin('RIFF\x24\x00\x00\x00WAVEfmt ')],
    ['wav', latin('RF64\xff\xff\xff\xffWAVEds64')],
    ['wav', wav(10_000)],
    ['wav', Buffer.concat([wav(0), Buffer.alloc(500)])],
    ['wav', Buffer.concat([wav(0xffff_ffff), Buffer.alloc(500)])],
    ['w64', latin('riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00')],
    ['aiff', latin('FORM\x00\x00\x00\x24AIFFCOMM')],
    ['aiff', latin('FORM\x00\x00\x00\x24AIFCFVER')],
  ])('is told by its bytes: %s', async (container, bytes) => {
    expect(await detected(bytes)).toBe(container)
  })

  test.each([
    ['an empty file', Buffer.alloc(0), /is empty/],
    ['zeros', Buffer.alloc(5000), /nothing but zeros; copy it again/],
    ['a lonely tag', id3(2000), /only a tag, without any sound/],
    ['half a tag', id3(2000).subarray(0, 1000), /only a tag/],
    [
      'an HLS list',
      latin('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
      /a playlist.*put in the files it names/,
    ],
    ['one behind a byte order mark', latin('\xef\xbb\xbf\n#extm3u\na.mp3'), /a playlist/],
    ['one behind a tag', Buffer.concat([id3(10), latin('#EXTM3U\na.mp3')]), /a playlist/],
    ['a PLS list', latin('[playlist]\nFile1=a.mp3\n'), /a playlist/],
    ['an ffconcat list', latin("ffconcat version 1.0\nfile '/etc/passwd'\n"), /a list of other files/],
    ['a DASH list', latin('<?xml version="1.0"?>\n<MPD type="static">'), /a playlist/],
    ['a cue sheet', latin('REM GENRE Kids\nFILE "a.wav" WAVE\n'), /a cue sheet/],
    ['a list of addresses', latin('http://example.org/radio.mp3\n'), /a list of addresses/],
    ['a web page', latin('\n<!DOCTYPE html><html>'), /a web page; the download has failed/],
    ['any other text', latin('Once upon a time there was a bear.\n'), /a text, not audio/],
    ['Matroska', latin('\x1a\x45\xdf\xa3\x01'), /a video \(Matroska or WebM\); save its sound as MP3/],
    ['AVI', latin('RIFF\x24\x00\x00\x00AVI LIST'), /a video \(AVI\)/],
    ['WMA', latin('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9'), /Windows Media.*save its sound as/],
    ['a photo', latin('\xff\xd8\xff\xe0\x00\x10JFIF'), /a picture/],
    ['a PNG', latin('\x89PNG\r\n\x1a\n'), /a picture/],
    ['a WebP', latin('RIFF\x24\x00\x00\x00WEBPVP8 '), /a picture/],
    ['a photo of a telephone', atoms('heic'), /a picture/],
    ['a protected song', atoms('M4P '), /protected by its seller \(DRM\).*without protection/],
    ['an Audible book', atoms('aax '), /protected/],
    ['an old Audible book', latin('\x00\x01\x02\x03\x57\x90\x75\x36\x00'), /Audible.*protected/],
    ['a ZIP', latin('PK\x03\x04\x14\x00'), /an archive \(ZIP\); unpack it/],
    ['MIDI', latin('MThd\x00\x00\x00\x06'), /MIDI, notes without sound/],
    ['a program', latin('\x7fELF\x02\x01\x01\x00'), /a program/],
    [
      'noise',
      Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * at * 31 + at * 7) % 251)),
      /no audio that can/,
    ],
  ])('is said of %s', async (_, bytes, words) => {
    expect(await detected(bytes)).toMatch(words)
  })

  test('is said of any bytes at all', async () => {
    const starts = [
      '',
      'ID3\x04\x00\x00\x00\x00\x00\x05',
      'RIFF',
      'RIFF\x00\x00\x00\x00WAVE',
      'FORM',
      'BM',
      '\xff\xfb\x90',
      '\xff\xf1\x50',
      '\xff\xfe',
    ]
    const bytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 600 }))
    await fc.assert(
      fc.asyncProperty(bytes, async ([start, rest]) => {
        expect(await detected(Buffer.concat([latin(start), rest]))).toMatch(
          /^(it is |it holds nothing but zeros|mp3|mov|aac|ogg|flac|wav|aiff|w64)/,
        )
      }),
    )
  })

  test('needs frames that follow each other: sync bits alone are chance', async () => {
    const stray = Buffer.concat([Buffer.from([0x80, 0x81]), mp3Frames(2), Buffer.alloc(3000, 0x80)])
    expect(await detected(stray)).toMatch(/no audio that can be imported/)
  })

  test('is decided quickly, also about a text that looks like a cue sheet for long', async () => {
    const started = performance.now()
    expect(await detected(latin('rem '.repeat(20_000)))).toMatch(/a text/)
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  test('is never waited for: a pipe is no file', async () => {
    const pipe = join(await workFolder(), 'pipe.mp3')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    expect(await containerOfFile(pipe)).toEqual({ refused: 'it is no file' })
  })

  testWith(['ffmpeg'], 'has nothing to do with its name', async () => {
    const folder = await workFolder()
    const kinds = [
      ['mp3', 'libmp3lame', 'mp3'],
      ['mov', 'aac', 'ipod'],
      ['aac', 'aac', 'adts'],
      ['ogg', 'libvorbis', 'ogg'],
      ['ogg', 'libopus', 'opus'],
      ['ogg', 'flac', 'ogg'],
      ['flac', 'flac', 'flac'],
      ['wav', 'pcm_s24le', 'wav'],
      ['w64', 'pcm_s16le', 'w64'],
      ['aiff', 'pcm_s16be', 'aiff'],
    ] as const
    for (const [container, codec, format] of kinds) {
      const path = await makeSound(folder, 'song.txt', {
        from: 'sine=d=0.3',
        options: ['-c:a', codec, '-f', format],
      })
      expect(await containerOfFile(path), `${codec} in ${format}`).toEqual({ container })
    }
    await writeFile(join(folder, 'page.mp3'), '<html></html>')
    expect(await containerOfFile(join(folder, 'page.mp3'))).toMatchObject({
      refused: expect.stringContaining('web page'),
    })
  })
})
