import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectMp3 } from '../../../src/audio/frames.ts'
import { importFile } from '../../../src/audio/import/importer.ts'
import { measure } from '../../../src/audio/import/measure.ts'
import { testWith } from '../../support/programs.ts'
import { decode } from '../decode.ts'
import { shippedAudio } from '../sound.ts'
import {
  bytesOf,
  heardIn,
  imported,
  make,
  makeSound,
  reasonFor,
  samplesOf,
  toneIn,
  workFolder,
} from './make.ts'

const long = 'anoisesrc=c=pink:d=6:a=0.4:seed=1'
const speech = 'anoisesrc=c=pink:d=2:a=0.4:seed=1,tremolo=f=3:d=0.9'

describe.concurrent('an imported file', () => {
  const kinds = [
    ['MP3', 'libmp3lame', 'mp3', '-b:a 64k'],
    ['MP3 with a variable rate and no header that says so', 'libmp3lame', 'mp3', '-q:a 4 -write_xing 0'],
    ['M4A', 'aac', 'ipod', ''],
    ['AAC without a container', 'aac', 'adts', ''],
    ['Ogg Vorbis', 'libvorbis', 'ogg', ''],
    ['Opus', 'libopus', 'opus', ''],
    ['FLAC of 24 bits', 'flac', 'flac', '-sample_fmt s32'],
    ['WAV of floating point', 'pcm_f32le', 'wav', ''],
    ['RF64', 'pcm_s16le', 'wav', '-rf64 always'],
    ['W64', 'pcm_s24le', 'w64', ''],
    ['AIFF', 'pcm_s16be', 'aiff', ''],
  ] as const
  for (const [name, codec, format, options] of kinds) {
    testWith(['ffmpeg'], `is in the profile, as loud as all, and as long as it was: ${name}`, async () => {
      const folder = await workFolder()
      const path = await makeSound(folder, 'in.bin', {
        from: speech,
        options: ['-c:a', codec, ...options.split(' ').filter(Boolean), '-f', format],
      })
      const made = await imported(path, folder)
      const bytes = bytesOf(made)
      expect(made.outcome).toBe('converted')
      expect(await inspectMp3(bytes)).toEqual({ inProfile: true, frames: made.frames })
      expect(made.made?.hash).toBe(createHash('sha256').update(bytes).digest('hex'))
      const { said, samples, lufs, peak } = await heardIn(bytes)
      expect({ said, samples }).toEqual({ said: '', samples: made.frames * 1152 })
      expect(Math.abs(lufs + 18)).toBeLessThanOrEqual(1)
      expect(peak).toBeLessThanOrEqual(-1.5)
      // Encoders of some formats pad; the sound is 2 s.
      expect(Math.abs(made.seconds - 2)).toBeLessThan(0.15)
    })
  }

  const shapes = [
    ['mono', 'sine=f=440:d=2'],
    ['5.1', 'sine=f=440:d=2,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0'],
    ['8 kHz', 'sine=f=440:d=2:r=8000'],
    ['192 kHz', 'sine=f=440:d=2:r=192000'],
    ['one channel of two', 'sine=f=440:d=2,pan=stereo|c0=c0'],
  ] as const
  for (const [name, from] of shapes) {
    testWith(['ffmpeg'], `may be of another shape: ${name}`, { tags: 'slow' }, async () => {
      const folder = await workFolder()
      const made = await imported(await makeSound(folder, 'in.wav', { from }), folder)
      const { samples, lufs } = await heardIn(bytesOf(made))
      expect(samples).toBe(Math.ceil((96_000 + 576) / 1152) * 1152)
      expect(Math.abs(lufs + 18)).toBeLessThanOrEqual(1)
      expect(toneIn(await samplesOf(bytesOf(made)), 440, 0.5, 1.5)).toBeGreaterThan(0.1)
    })
  }

  testWith(
    ['ffmpeg'],
    'begins and changes when it did, half a frame into the file',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      // A tone of 1 kHz from the first sample, another from 0.5 s, silence from 1 s on.
      const from = "aevalsrc='0.5*lt(t,1)*sin(2*PI*t*if(lt(t,0.5),1000,3000))':s=48000:d=1.188"
      const made = await imported(await makeSound(folder, 'in.wav', { from }), folder)
      const samples = await samplesOf(bytesOf(made))
      expect(made.frames).toBe(50)
      const source = Float32Array.from({ length: 48_000 }, (_, at) =>
        Math.sin((2 * Math.PI * at * (at < 24_000 ? 1000 : 3000)) / 48_000),
      )
      const likeness = (shift: number) =>
        source
          .slice(2_000, 46_000)
          .reduce((sum, value, at) => sum + value * (samples[at + 2_000 + shift] ?? 0), 0)
      const shifts = Array.from({ length: 200 }, (_, at) => 476 + at)
      expect(shifts.reduce((best, shift) => (likeness(shift) > likeness(best) ? shift : best))).toBe(576)
      const loudest = (first: number, last: number) => Math.max(...samples.slice(first, last).map(Math.abs))
      expect(loudest(576 + 48, 576 + 96)).toBeGreaterThan(0.8 * loudest(10_000, 20_000))
      expect(loudest(0, 384)).toBeLessThan(0.05 * loudest(10_000, 20_000))
      expect(loudest(576 + 48_000 - 96, 576 + 48_000)).toBeGreaterThan(0.8 * loudest(30_000, 40_000))
    },
  )

  testWith(
    ['ffmpeg'],
    'tells how it was before, and whether parts of it are damaged',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      const options = ['-ac', '1', '-ar', '22050', '-c:a', 'aac', '-f', 'ipod']
      const path = await makeSound(folder, 'in.m4a', { from: 'sine=f=440:d=10', options })
      const whole = await imported(path, folder)
      expect(whole.original).toMatchObject({
        container: 'mov',
        size: statSync(path).size,
        format: { codec: 'MPEG-4/AAC', sample_rate: 22_050 },
        measured: { channels: 1, isDamaged: false, changes: false },
      })
      const bytes = readFileSync(path)
      const middle = Math.floor(bytes.length / 2)
      for (let at = middle; at < middle + 2_000; at++) bytes[at] = (at * at * 31) % 256
      await writeFile(path, bytes)
      expect((await imported(path, folder)).original?.measured.isDamaged).toBe(true)
      const surround = 'sine=f=440:d=1,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0'
      const six = await imported(await makeSound(folder, 'six.wav', { from: surround }), folder)
      expect(six.original?.measured.channels).toBe(6)
    },
  )

  testWith(
    ['ffmpeg'],
    'has every sample, whatever is left over of the last frame',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      for (const samples of [1, 577, 1728, 57_025]) {
        const from = `sine=f=440:d=2:r=48000,atrim=end_sample=${samples}`
        const made = await imported(await makeSound(folder, 'in.wav', { from }), folder)
        const frames = Math.max(2, Math.ceil((samples + 576) / 1152))
        expect(await decode(bytesOf(made)), String(samples)).toEqual({ said: '', samples: frames * 1152 })
      }
    },
  )

  testWith(['ffmpeg'], 'joins another without a warning or a click', { tags: 'slow' }, async () => {
    const folder = await workFolder()
    const whole = 'sine=f=441:d=2.4:r=48000'
    const made = await Promise.all(
      // One that fills its last frame to the end, and one that does not.
      ['atrim=end_sample=57024', 'atrim=start_sample=57024'].map(async (part, index) =>
        imported(await makeSound(folder, `${index}.wav`, { from: `${whole},${part}` }), folder),
      ),
    )
    const joined = Buffer.concat(made.map(bytesOf))
    expect(await decode(joined)).toEqual({ said: '', samples: 101 * 1152 })
    const samples = await samplesOf(joined)
    // A click is a step that the tone itself does not make.
    const largestStep = (first: number, last: number) =>
      samples
        .slice(first, last)
        .reduce((most, value, at) => Math.max(most, Math.abs(value - (samples[first + at - 1] ?? value))), 0)
    expect(largestStep(56_000, 60_000)).toBeLessThan(1.3 * largestStep(20_000, 40_000))
  })

  testWith(
    ['ffmpeg'],
    'whose sample rate and channels change on the way is whole and evenly loud',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      const part = (from: string, rate: string, channels: string) => [from, rate, channels] as const
      const parts = [
        part('sine=f=440:d=2,volume=-20dB', '22050', '1'),
        part('sine=f=880:d=2', '44100', '2'),
        part('sine=f=440:d=2,volume=-20dB', '22050', '1'),
      ]
      const whole: Buffer[] = []
      for (const [from, rate, channels] of parts) {
        const options = ['-ar', rate, '-ac', channels, '-write_xing', '0', '-id3v2_version', '0']
        whole.push(readFileSync(await makeSound(folder, 'part.mp3', { from, options })))
      }
      const path = join(folder, 'in.mp3')
      await writeFile(path, Buffer.concat(whole))
      expect(await measure({ path, container: 'mp3' })).toMatchObject({ changes: true })
      expect(await measure({ path: join(folder, 'part.mp3'), container: 'mp3' })).toMatchObject({
        changes: false,
      })
      const made = await imported(path, folder)
      const { said, lufs } = await heardIn(bytesOf(made))
      expect(said).toBe('')
      expect(Math.abs(lufs + 18)).toBeLessThanOrEqual(1)
      expect(Math.abs(made.seconds - 6)).toBeLessThan(0.3)
      const samples = await samplesOf(bytesOf(made))
      expect(toneIn(samples, 440, 0.5, 1.5)).toBeLessThan(toneIn(samples, 880, 2.5, 3.5) / 5)
      expect(toneIn(samples, 440, 4.5, 5.5)).toBeGreaterThan(0.005)
      expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    },
  )

  testWith(['ffmpeg'], 'is the same bytes each time, and the original is only read', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.mp3', { from: speech })
    const before = readFileSync(path)
    const [one, other] = [await imported(path, folder), await imported(path, folder)]
    expect(one.file).not.toBe(other.file)
    expect(bytesOf(one).equals(bytesOf(other))).toBe(true)
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

describe.concurrent('loudness', () => {
  testWith(
    ['ffmpeg'],
    'that the gain alone cannot reach without loud peaks is reached with a limiter',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      // A soft tone with a loud crack every second: 30 dB between them.
      const from = "aevalsrc='if(lt(mod(t,1),0.002),0.9*sin(2*PI*1000*t),0.02*sin(2*PI*440*t))':d=6:s=44100"
      const made = await imported(await makeSound(folder, 'in.wav', { from }), folder)
      const { lufs, peak, said } = await heardIn(bytesOf(made))
      expect(made.made?.level.isLimited).toBe(true)
      expect(Math.abs(lufs + 18)).toBeLessThanOrEqual(1)
      expect(peak).toBeLessThanOrEqual(-1.5)
      expect(said).toBe('')
      expect(made.made?.heard.loudness?.integrated_lufs).toBeCloseTo(lufs, 0)
    },
  )

  testWith(
    ['ffmpeg'],
    'of what is far too loud, or loses a part of itself to the encoder, is right all the same',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      const sounds = [
        'sine=f=300:d=3:r=44100,volume=60dB',
        'anoisesrc=c=white:d=3:a=0.9:r=48000',
        'sine=f=300:d=3:r=44100,volume=-25dB',
      ]
      for (const from of sounds) {
        const made = await imported(await makeSound(folder, 'in.wav', { from }), folder)
        const { lufs, peak } = await heardIn(bytesOf(made))
        expect(Math.abs(lufs + 18), from).toBeLessThanOrEqual(0.6)
        expect(peak, from).toBeLessThanOrEqual(-1.5)
      }
    },
  )

  testWith(
    ['ffmpeg'],
    'of silence, and of the noise of silence, is not raised',
    { tags: 'slow' },
    async () => {
      const folder = await workFolder()
      const silence = await imported(await makeSound(folder, 'a.wav', { from: 'anullsrc=d=2' }), folder)
      expect((await heardIn(bytesOf(silence))).peak).toBeLessThan(-90)
      const noise = 'anoisesrc=c=white:d=2:a=0.001:r=48000'
      const hiss = await imported(await makeSound(folder, 'b.wav', { from: noise }), folder)
      expect((await heardIn(bytesOf(hiss))).peak).toBeLessThan(-55)
    },
  )

  testWith(['ffmpeg'], 'of what is shorter than can be measured stays, but for its peaks', async () => {
    const folder = await workFolder()
    const from = 'sine=f=440:d=0.2:r=48000,volume=8'
    const made = await imported(await makeSound(folder, 'in.wav', { from }), folder)
    expect(made.frames).toBe(9)
    expect((await heardIn(bytesOf(made))).peak).toBeLessThanOrEqual(-1.5)
    expect(toneIn(await samplesOf(bytesOf(made)), 440, 0.03, 0.17)).toBeGreaterThan(0.6)
  })
})

test('a file that is in the profile already is neither converted nor copied, and needs no ffmpeg', async () => {
  const folder = await workFolder()
  const path = join(folder, 'forest.mp3')
  await copyFile(join(shippedAudio, 'stories/forest.mp3'), path)
  expect(await importFile({ path, workFolder: folder, ffmpeg: '/nowhere/ffmpeg' })).toEqual({
    outcome: 'as_it_is',
    file: path,
    frames: 650,
    seconds: 15.6,
    tags: {},
    chapters: [],
  })
  expect(readdirSync(folder)).toEqual(['forest.mp3'])
})

describe('a file that cannot be imported', () => {
  testWith(['ffmpeg'], 'is refused with words, and leaves nothing behind', async () => {
    const folder = await workFolder()
    const whole = await makeSound(folder, 'whole.m4a', { from: long })
    const early = await makeSound(folder, 'early.m4a', { from: long, options: ['-movflags', '+faststart'] })
    const flac = await makeSound(folder, 'whole.flac', { from: long })
    await make('-f', 'lavfi', '-i', 'testsrc=d=1:s=64x64', '-c:v', 'mpeg4', join(folder, 'film.mp4'))
    const half = (path: string) => readFileSync(path).subarray(0, statSync(path).size / 2)
    const renamed = (from: string, to: string) =>
      Buffer.from(readFileSync(whole).toString('latin1').replaceAll(from, to), 'latin1')
    const bad: Record<string, [Buffer, RegExp]> = {
      'half.m4a': [half(whole), /^refused: it is incomplete: its index \(moov\) is missing; copy it again/],
      'half-early.m4a': [half(early), /^refused: it is incomplete: it ends after 0:0\d of 0:06/],
      'half.flac': [half(flac), /^refused: it is incomplete: it ends after 0:0\d of 0:06/],
      'film.mp4': [readFileSync(join(folder, 'film.mp4')), /^refused: there is no sound in it/],
      'protected.m4a': [renamed('mp4a', 'drms'), /^refused: it is protected by its seller/],
      'nothing.flac': [Buffer.from('fLaC and then nonsense, more and more of it'), /^refused: it is damaged/],
      'nothing.ogg': [Buffer.from('OggS and then nonsense, more and more of it'), /^refused: it is damaged/],
      'unknown.wav': [unknownWav(), /^refused: this ffmpeg has no decoder for its sound/],
    }
    for (const [name, [content, words]] of Object.entries(bad)) {
      await writeFile(join(folder, name), content)
      expect(await reasonFor(join(folder, name), folder), name).toMatch(words)
      expect(await reasonFor(join(folder, name), folder), name).not.toContain(folder)
    }
    const made = ['whole.m4a', 'early.m4a', 'whole.flac', 'film.mp4', ...Object.keys(bad)]
    expect(readdirSync(folder).sort()).toEqual([...new Set(made)].sort())
  })

  testWith(['ffmpeg', 'mkfifo'], 'is named where it is none at all', async () => {
    const folder = await workFolder()
    expect(await reasonFor(join(folder, 'a.mp3'), folder)).toBe('failed: the file is gone')
    spawnSync('mkfifo', [join(folder, 'pipe.mp3')])
    expect(await reasonFor(join(folder, 'pipe.mp3'), folder)).toBe('refused: it is no file')
  })
})

/** A WAV whose sound is of a kind that nobody has ever heard of. */
function unknownWav(): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + 4000, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(0x7abc, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(8000, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(4000, 40)
  return Buffer.concat([header, Buffer.alloc(4000, 7)])
}
