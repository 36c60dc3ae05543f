import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import type { Sending } from '../../../src/core/upload.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { canMount, smallDisk } from '../../support/small-disk.ts'
import { folderWith, frames, openBelow, put } from '../sound.ts'
import { type DeskOptions, openDesk, sending } from './upload-desk.ts'

const song = frames(100)

async function desk({ files = {}, ...options }: DeskOptions & { files?: Record<string, Uint8Array> } = {}) {
  const folder = await folderWith(files)
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { folder, ...(await deskIn(folder, options)) }
}

async function deskIn(folder: string, options: DeskOptions = {}) {
  const opened = await openDesk(folder, options)
  onTestFinished(() => opened.stop())
  return opened
}

const wish = (name: string, size = song.length, replace = false) => ({ name, size, replace })
const partsIn = (folder: string) => readdir(join(folder, '.uploads')).catch(() => [])

/** What somebody hears whose wish was not granted. */
async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error('it was granted'),
    (error: unknown) => error,
  )
  if (!(error instanceof AppError)) throw error
  return error
}

/** Bytes that come when the test says so, and break off when it says so. */
function slowSending(from = 0, length: number | null = null) {
  const waiting: (Uint8Array | Error | null)[] = []
  let wake = () => {}
  const push = (item: Uint8Array | Error | null) => {
    waiting.push(item)
    wake()
  }
  const slow: Sending = {
    from,
    length,
    async *bytes(signal) {
      signal.addEventListener('abort', () => wake())
      for (;;) {
        signal.throwIfAborted()
        const next = waiting.shift()
        if (next === null) return
        if (next instanceof Error) throw next
        if (next !== undefined) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
  return {
    sending: slow,
    come: (bytes: Uint8Array) => push(bytes),
    end: () => push(null),
    breakOff: () => push(new AppError('invalid', 'the body broke off')),
  }
}

describe('a file that is uploaded', () => {
  test('is under its name when all of it has come, and plays', async () => {
    const { folder, uploads, library, landings } = await desk()
    const begun = await uploads.begin(wish('stories/new/One.mp3'))
    expect(begun).toMatchObject({ state: 'waiting', received: 0, progress: 0, name: 'stories/new/One.mp3' })
    expect(await uploads.receive(begun.id, sending(song.subarray(0, 20_000)))).toMatchObject({
      state: 'waiting',
      received: 20_000,
    })
    expect(existsSync(join(folder, 'stories'))).toBe(false)
    const landed = await uploads.receive(begun.id, sending(song.subarray(20_000), 20_000))
    expect(landed).toMatchObject({ state: 'importing', received: song.length })
    expect(landings()).toBe(1)
    expect(await uploads.find(begun.id)).toMatchObject({ state: 'ready', received: song.length })
    expect(readFileSync(join(folder, 'stories/new/One.mp3')).equals(song)).toBe(true)
    expect(await library.find('stories/new/One.mp3')).toMatchObject({ state: 'ready' })
    expect(await partsIn(folder)).toEqual([])
    expect(openBelow(folder)).toBe(0)
  })

  test('is no file of the library before', async () => {
    const { uploads, library } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 20_000)))
    expect(await library.list()).toEqual([])
    expect(await library.filesIn('.uploads')).toEqual([])
  })

  test('that cannot be played says why, and stays where it is', async () => {
    const { folder, uploads } = await desk()
    const list = Buffer.from('#EXTM3U\n/etc/passwd\n')
    const { id } = await uploads.begin(wish('list.mp3', list.length))
    await uploads.receive(id, sending(list))
    expect(await uploads.find(id)).toMatchObject({ state: 'refused', reason: expect.any(String) })
    expect(readdirSync(folder)).toContain('list.mp3')
  })

  test('and was removed since says so', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song))
    await rm(join(folder, 'one.mp3'))
    expect(await uploads.find(id)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/removed/),
    })
  })
})

describe('a name', () => {
  test.each([
    'a b/Ünïcode 🎵/100% + #1 \'why?\' "so".mp3',
    '-v.mp3',
    '%41.mp3',
    ' spaced .mp3',
    '👨‍👩‍👧 und 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} ❤️.mp3',
    'می‌خواهم.mp3',
    'אבא العربية ไทย हिन्दी 한국어.mp3',
    `${'ä'.repeat(125)}.mp3`,
  ])('may be %s', async (name) => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish(name))
    await uploads.receive(id, sending(song))
    expect(await uploads.find(id)).toMatchObject({ state: 'ready', name })
    expect(existsSync(join(folder, name))).toBe(true)
  })

  test.each([
    ['../out.mp3', /inside of the library, such as/],
    ['/etc/out.mp3', /inside of the library, such as/],
    ['a/../../out.mp3', /inside of the library, such as/],
    ['a\\..\\out.mp3', /inside of the library, such as/],
    ['%2e%2e%2fout.mp3', /inside of the library, such as/],
    ['%252e%252e/out.mp3', /inside of the library, such as/],
    ['a\0.mp3', /inside of the library, such as/],
    ['a//b.mp3', /inside of the library, such as/],
    ['a/', /inside of the library, such as/],
    ['.hidden.mp3', /hidden/],
    ['.uploads/one.mp3', /hidden/],
    ['one.txt', /ends like that of an audio file/],
    ['mp3', /ends like that of an audio file/],
    ['\ud800.mp3', /broken/],
    ['song\u202e3pm.mp3', /"songU\+202E3pm\.mp3": the character U\+202E of it cannot be seen/],
    ['a\u200bb.mp3', /U\+200B/],
    ['a\u0085b.mp3', /U\+0085/],
    ['\u2066a\u2069/b.mp3', /U\+2066/],
    ['a\u061cb.mp3', /U\+061C/],
    ['a\u00adb.mp3', /U\+00AD/],
    ['a\ufeff.mp3', /U\+FEFF/],
    ['a\u2028b.mp3', /U\+2028/],
    ['a\u{e0061}b.mp3', /U\+E0061/u],
    ['a\u3164b.mp3', /U\+3164/],
    [`${'ä'.repeat(126)}.mp3`, /255 bytes/],
    [`${'long/'.repeat(250)}a.mp3`, /inside of the library, such as/],
  ])('may not be %j', async (name, words) => {
    const { folder, uploads } = await desk()
    const { code, message } = await refusal(uploads.begin(wish(name)))
    expect(code).toBe('unprocessable')
    expect(message).toMatch(words)
    expect(readdirSync(folder)).toEqual([])
    expect(await uploads.list()).toEqual([])
  })

  test('is one name however its letters are composed', async () => {
    const decomposed = 'Mu\u0308cke/Cafe\u0301.mp3'
    const { folder, uploads } = await desk({ files: { [decomposed]: song } })
    const composed = decomposed.normalize('NFC')
    expect((await refusal(uploads.begin(wish(composed)))).code).toBe('conflict')
    const { id, name } = await uploads.begin(wish(composed, song.length, true))
    expect(name).toBe(decomposed)
    const other = frames(100, 2)
    await uploads.receive(id, sending(other))
    expect(readdirSync(join(folder, 'Mu\u0308cke'))).toEqual(['Cafe\u0301.mp3'])
    expect(readFileSync(join(folder, decomposed)).equals(other)).toBe(true)
    expect(await uploads.begin(wish('o\u0308.mp3'))).toMatchObject({ name: '\u00f6.mp3' })
  })

  test('may not lead out of the library through a link', async () => {
    const { folder, uploads } = await desk()
    const outside = await folderWith({})
    await symlink(outside, join(folder, 'door'))
    const { code, message } = await refusal(uploads.begin(wish('door/one.mp3')))
    expect([code, message]).toEqual(['unprocessable', '"door" is a link that leads out of the library'])
    // Put there while it was on its way.
    const { id } = await uploads.begin(wish('later/one.mp3'))
    await symlink(outside, join(folder, 'later'))
    expect((await refusal(uploads.receive(id, sending(song)))).code).toBe('unprocessable')
    expect(readdirSync(outside)).toEqual([])
  })

  test('may lead round inside of it through a link', async () => {
    const { folder, uploads } = await desk()
    await symlink('.', join(folder, 'loop'))
    const { id } = await uploads.begin(wish('loop/loop/one.mp3'))
    await uploads.receive(id, sending(song))
    expect(await uploads.find(id)).toMatchObject({ state: 'ready', name: 'loop/loop/one.mp3' })
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test('may not be that of a folder, nor lie in a file', async () => {
    const { uploads, folder } = await desk({ files: { 'one.mp3': song } })
    await mkdir(join(folder, 'box.mp3'))
    expect((await refusal(uploads.begin(wish('box.mp3', 1, true)))).message).toMatch(/is a folder/)
    expect((await refusal(uploads.begin(wish('one.mp3/two.mp3')))).message).toMatch(/is a file/)
  })
})

describe('a file that is there already', () => {
  const newer = frames(100, 2)

  test('is not replaced unless that was said', async () => {
    const { folder, uploads } = await desk({ files: { 'one.mp3': song } })
    const { code, message } = await refusal(uploads.begin(wish('one.mp3')))
    expect([code, message]).toEqual(['conflict', expect.stringMatching(/already.*replace/)])
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test('plays on until the other has come, and is then replaced in one step', async () => {
    const { folder, uploads, library } = await desk({ files: { 'one.mp3': song } })
    const before = await library.find('one.mp3')
    const { id } = await uploads.begin(wish('one.mp3', newer.length, true))
    await uploads.receive(id, sending(newer.subarray(0, 30_000)))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
    await uploads.receive(id, sending(newer.subarray(30_000), 30_000))
    expect(readFileSync(join(folder, 'one.mp3')).equals(newer)).toBe(true)
    const after = await library.find('one.mp3')
    if (before.state !== 'ready' || after.state !== 'ready') throw new Error('it is not ready')
    expect(after.file.hash).not.toBe(before.file.hash)
  })

  test('and came meanwhile is kept, and what was uploaded with it', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await put(folder, { 'one.mp3': newer })
    expect((await refusal(uploads.receive(id, sending(song)))).code).toBe('conflict')
    expect(readFileSync(join(folder, 'one.mp3')).equals(newer)).toBe(true)
    expect(await uploads.find(id)).toMatchObject({ state: 'waiting', received: song.length })
    expect(await uploads.begin(wish('one.mp3', song.length, true))).toMatchObject({ id })
    await uploads.receive(id, sending(Buffer.alloc(0), song.length))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })
})

describe('what broke off', () => {
  test('goes on where it was, under the same name and size', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    const line = slowSending(0, song.length)
    const first = uploads.receive(id, line.sending)
    line.come(song.subarray(0, 25_000))
    line.breakOff()
    expect((await refusal(first)).code).toBe('invalid')
    expect(await uploads.begin(wish('one.mp3'))).toMatchObject({ id, received: 25_000 })
    await uploads.receive(id, sending(song.subarray(25_000), 25_000))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test('is begun anew when that is what is sent', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(frames(90, 9)))
    await uploads.receive(id, sending(song))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test('cannot go on behind its end, and hears where that is', async () => {
    const { uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 1000)))
    const { code, details } = await refusal(uploads.receive(id, sending(song.subarray(2000), 2000)))
    expect([code, details]).toEqual(['conflict', { received: 1000 }])
  })

  test.each([
    ['is gone', 0],
    ['was cut', 7000],
  ])('cannot go on when what had come %s', async (_, left) => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 20_000)))
    const part = join(folder, '.uploads', `${id}.part`)
    if (left === 0) await rm(part)
    else await truncate(part, left)
    const { code, details } = await refusal(uploads.receive(id, sending(song.subarray(20_000), 20_000)))
    expect([code, details]).toEqual(['conflict', { received: left }])
    expect(await uploads.find(id)).toMatchObject({ state: 'waiting', received: left })
    await uploads.receive(id, sending(song.subarray(left), left))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test('is begun with what is really there', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 20_000)))
    await truncate(join(folder, '.uploads', `${id}.part`), 7000)
    expect(await uploads.begin(wish('one.mp3'))).toMatchObject({ id, received: 7000 })
  })

  test('is another file when it has another size', async () => {
    const { uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3', 1000))
    const { code, details } = await refusal(uploads.begin(wish('one.mp3', 2000)))
    expect([code, details]).toEqual(['conflict', { id, size: 1000, received: 0 }])
    await uploads.giveUp(id)
    expect(await uploads.begin(wish('one.mp3', 2000))).toMatchObject({ size: 2000 })
  })

  test('is there in the next run, as far as the disk surely has it', async () => {
    const { folder, uploads, records, stop } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    const line = slowSending()
    const first = refusal(uploads.receive(id, line.sending))
    line.come(song.subarray(0, 25_000))
    await expect.poll(async () => (await uploads.find(id)).received).toBe(25_000)
    await stop()
    expect((await first).code).toBe('unavailable')
    // As after a crash: more in the file than anybody has vouched for.
    await writeFile(join(folder, '.uploads', `${id}.part`), Buffer.alloc(5000), { flag: 'a' })
    const second = await deskIn(folder, { records })
    expect(await second.uploads.begin(wish('one.mp3'))).toMatchObject({ id, received: 25_000 })
    await second.uploads.receive(id, sending(song.subarray(25_000), 25_000))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
    await second.stop()
    const third = await deskIn(folder, { records })
    expect(await third.uploads.find(id)).toMatchObject({ state: 'ready' })
  })

  test('counts from the shorter of file and record, and from nothing when the file is gone', async () => {
    const { folder, uploads, records, stop } = await desk()
    const [one, two] = [await uploads.begin(wish('one.mp3')), await uploads.begin(wish('two.mp3'))]
    for (const { id } of [one, two]) await uploads.receive(id, sending(song.subarray(0, 20_000)))
    await stop()
    await truncate(join(folder, '.uploads', `${one.id}.part`), 7000)
    await rm(join(folder, '.uploads', `${two.id}.part`))
    const next = await deskIn(folder, { records })
    expect((await next.uploads.list()).map(({ received }) => received)).toEqual([7000, 0])
  })

  test('is given up when nothing of it has come for a day, with a line in the log', async () => {
    const { folder, uploads, clock, log, changes } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await clock.advance(20 * 3_600_000)
    await uploads.receive(id, sending(song.subarray(0, 1000)))
    await clock.advance(20 * 3_600_000)
    expect(await partsIn(folder)).toHaveLength(1)
    await clock.advance(5 * 3_600_000)
    await expect.poll(() => partsIn(folder)).toEqual([])
    await expect.poll(() => uploads.list()).toEqual([])
    expect(log.lines).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/given up.*for a day/), level: 'info' }),
    )
    expect(changes.at(-1)).toEqual({ kind: 'upload-removed', id })
  })

  test('leaves nothing of a run whose records are gone, after a day', async () => {
    const { folder, uploads, clock, stop } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 1000)))
    await put(folder, { '.uploads/notes.txt': 'of somebody else' })
    await stop()
    const path = join(folder, '.uploads', `${id}.part`)
    await utimes(path, clock.now(), clock.now())
    await deskIn(folder, { records: memoryCollection() })
    expect(existsSync(path)).toBe(true)
    await clock.advance(25 * 3_600_000)
    await deskIn(folder, { records: memoryCollection(), clock })
    expect(await partsIn(folder)).toEqual(['notes.txt'])
  })
})

describe('of two that send the same upload', () => {
  test('the newer goes on, and no bytes are mixed', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    const [older, newer] = [slowSending(), slowSending()]
    const first = refusal(uploads.receive(id, older.sending))
    older.come(frames(50, 9))
    await expect.poll(async () => (await uploads.find(id)).received).toBe(50 * 384)
    const second = uploads.receive(id, newer.sending)
    expect(await first).toMatchObject({ code: 'conflict', message: expect.stringMatching(/newer/) })
    older.come(frames(50, 9))
    newer.come(song)
    newer.end()
    await second
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
    expect(openBelow(folder)).toBe(0)
  })

  test('the last of three goes on, and the one between writes nothing', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    const older = slowSending()
    const first = refusal(uploads.receive(id, older.sending))
    const second = refusal(uploads.receive(id, sending(frames(100, 9))))
    await uploads.receive(id, sending(song))
    expect([(await first).code, (await second).code]).toEqual(['conflict', 'conflict'])
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test('one that cannot go on ends nobody', async () => {
    const { uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    const line = slowSending()
    const first = uploads.receive(id, line.sending)
    expect((await refusal(uploads.receive(id, sending(song, 10)))).code).toBe('unprocessable')
    expect((await refusal(uploads.receive(id, sending(song.subarray(10), 10)))).code).toBe('conflict')
    line.come(song)
    line.end()
    expect(await first).toMatchObject({ received: song.length })
  })
})

describe('limits', () => {
  test('a file over the limit hears of the option', async () => {
    const { uploads } = await desk({ limitMb: 1 })
    expect(await uploads.begin(wish('just.mp3', 1024 * 1024))).toMatchObject({ state: 'waiting' })
    const { code, message } = await refusal(uploads.begin(wish('one.mp3', 1024 * 1024 + 1)))
    expect(code).toBe('too_large')
    expect(message).toMatch(/2 MB, and at most 1 MB .*media\.upload_limit_mb/)
  })

  test('what goes on beyond its size is refused, and nothing of that sending is kept', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 5000)))
    const line = slowSending(5000)
    const long = refusal(uploads.receive(id, line.sending))
    line.come(song.subarray(5000))
    line.come(Buffer.from('x'))
    expect((await long).code).toBe('unprocessable')
    expect((await uploads.find(id)).received).toBe(5000)
    expect((await stat(join(folder, '.uploads', `${id}.part`))).size).toBe(5000)
    expect(existsSync(join(folder, 'one.mp3'))).toBe(false)
  })

  test('an offset with all of the file behind it does not fit, and what was there is kept', async () => {
    const { uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 5000)))
    const { code, message } = await refusal(uploads.receive(id, sending(song, 4000)))
    expect([code, message]).toEqual(['unprocessable', expect.stringMatching(/offset.*length.*do not fit/)])
    expect((await uploads.find(id)).received).toBe(5000)
    const whole = Buffer.concat([song, Buffer.from('x')])
    expect((await refusal(uploads.receive(id, sending(whole)))).code).toBe('too_large')
  })

  test('four are received at once, and a fifth hears that', async () => {
    const { uploads } = await desk()
    const lines = []
    for (let number = 1; number <= 4; number++) {
      const { id } = await uploads.begin(wish(`${number}.mp3`))
      const line = slowSending()
      lines.push({ line, id, received: uploads.receive(id, line.sending) })
    }
    const fifth = await uploads.begin(wish('5.mp3'))
    expect((await refusal(uploads.receive(fifth.id, sending(song)))).code).toBe('busy')
    for (const { line, received } of lines) {
      line.come(song)
      line.end()
      await received
    }
    expect(await uploads.receive(fifth.id, sending(song))).toMatchObject({ received: song.length })
  })

  test('a hundred are open, and of those that have ended a hundred are remembered', async () => {
    const { uploads, clock } = await desk()
    for (let number = 1; number <= 101; number++) {
      const { id } = await uploads.begin(wish(`done ${number}.mp3`, 1))
      await uploads.receive(id, sending(Buffer.from('x')))
    }
    await clock.advance(600_000)
    await expect.poll(async () => (await uploads.list()).length).toBe(100)
    for (let number = 1; number <= 100; number++) await uploads.begin(wish(`${number}.mp3`))
    const { code, message } = await refusal(uploads.begin(wish('one more.mp3')))
    expect([code, message]).toEqual(['busy', expect.stringMatching(/100 uploads are open/)])
  })
})

describe('giving up', () => {
  test('removes what has come, and ends who sends it', async () => {
    const { folder, uploads, records } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    const line = slowSending()
    const sent = refusal(uploads.receive(id, line.sending))
    line.come(song.subarray(0, 1000))
    await expect.poll(async () => (await uploads.find(id)).received).toBe(1000)
    await uploads.giveUp(id)
    expect(await sent).toMatchObject({ code: 'conflict', message: expect.stringMatching(/given up/) })
    expect([await partsIn(folder), await records.entries(), await uploads.list()]).toEqual([[], [], []])
    expect((await refusal(uploads.find(id))).code).toBe('not_found')
    expect((await refusal(uploads.giveUp(id))).code).toBe('not_found')
    expect((await refusal(uploads.receive(id, sending(song)))).code).toBe('not_found')
  })

  test('leaves a file that has landed', async () => {
    const { folder, uploads } = await desk()
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song))
    expect((await refusal(uploads.receive(id, sending(song)))).message).toMatch(/all of "one.mp3" has come/)
    await uploads.giveUp(id)
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })
})

test('others are told at once of what has become of it, and twice a second of its bytes', async () => {
  const { uploads, clock, changes } = await desk()
  const { id } = await uploads.begin(wish('one.mp3'))
  const line = slowSending()
  const sent = uploads.receive(id, line.sending)
  for (let piece = 0; piece < 100; piece++) {
    line.come(song.subarray(piece * 384, (piece + 1) * 384))
    await expect.poll(async () => (await uploads.find(id)).received, { interval: 1 }).toBe((piece + 1) * 384)
    await clock.advance(50)
  }
  line.end()
  await sent
  await uploads.find(id)
  const told = changes.flatMap((change) => (change.kind === 'upload' ? [change] : []))
  const states = told.map(({ upload }) => upload.state)
  expect([...new Set(states)]).toEqual(['waiting', 'receiving', 'importing', 'ready'])
  const passing = told.filter((change) => change.passing)
  // 100 pieces of 50 ms each are five seconds.
  expect(passing.length).toBeGreaterThanOrEqual(8)
  expect(passing.length).toBeLessThanOrEqual(11)
  expect(told.filter((change) => !change.passing).map(({ upload }) => upload.state)).toEqual([
    'waiting',
    'receiving',
    'importing',
    'ready',
  ])
})

describe('a folder that cannot be used', () => {
  test('is named when it is gone', async () => {
    const { folder, uploads } = await desk()
    await rm(folder, { recursive: true })
    const { code, message } = await refusal(uploads.begin(wish('one.mp3')))
    expect([code, message]).toEqual(['unavailable', 'the media folder cannot be written: it is not there'])
    expect(message).not.toContain(folder)
  })

  const readOnly = 'is named when it is read-only, and what has come is there when it can be written again'
  const full = 'is named when its disk is full: what came is removed, and all else is as before'
  const tooSmall = 'is named when it has no room for what is to come'
  if (!canMount()) {
    for (const name of [readOnly, full, tooSmall])
      test.skip(`${name} (skipped: a disk cannot be mounted)`, () => {})
    return
  }

  async function deskOn(size: string) {
    const { folder, remount } = smallDisk(size)
    return { folder, remount, ...(await deskIn(folder)) }
  }

  test(readOnly, async () => {
    const { folder, remount, uploads } = await deskOn('1m')
    const { id } = await uploads.begin(wish('one.mp3'))
    await uploads.receive(id, sending(song.subarray(0, 5000)))
    remount('ro')
    const { code, message } = await refusal(uploads.receive(id, sending(song.subarray(5000), 5000)))
    expect([code, message]).toEqual([
      'unavailable',
      'the media folder cannot be written: it lies on a read-only file system',
    ])
    remount('rw')
    await uploads.receive(id, sending(song.subarray(5000), 5000))
    expect(readFileSync(join(folder, 'one.mp3')).equals(song)).toBe(true)
  })

  test(full, async () => {
    const { folder, uploads, log } = await deskOn('64k')
    await put(folder, { 'old.mp3': frames(50) })
    const { id } = await uploads.begin(wish('old.mp3', 30_000, true))
    // Somebody else was quicker.
    await writeFile(join(folder, 'other.bin'), Buffer.alloc(24_000))
    const line = slowSending()
    const sent = refusal(uploads.receive(id, sending(Buffer.alloc(30_000, 1))))
    line.end()
    expect((await sent).code).toBe('no_space')
    await rm(join(folder, 'other.bin'))
    const slow = slowSending()
    const filled = refusal(uploads.receive(id, slow.sending))
    slow.come(Buffer.alloc(10_000, 1))
    await expect.poll(async () => (await uploads.find(id)).received).toBe(10_000)
    await writeFile(join(folder, 'other.bin'), Buffer.alloc(60_000)).catch(() => undefined)
    slow.come(Buffer.alloc(20_000, 1))
    expect(await filled).toMatchObject({
      code: 'no_space',
      message: expect.stringMatching(/disk of the media folder is full/),
    })
    expect(await uploads.find(id)).toMatchObject({
      state: 'failed',
      received: 0,
      reason: expect.stringMatching(/full/),
    })
    expect(await partsIn(folder)).toEqual([])
    expect(readFileSync(join(folder, 'old.mp3')).equals(frames(50))).toBe(true)
    expect(openBelow(folder)).toBe(0)
    expect(log.lines.map(({ message }) => message)).toContain('an upload was given up')
    await rm(join(folder, 'other.bin'))
    const newer = frames(78, 2)
    const again = await uploads.begin(wish('old.mp3', newer.length, true))
    expect(again.id).not.toBe(id)
    await uploads.receive(again.id, sending(newer))
    expect(readFileSync(join(folder, 'old.mp3')).equals(newer)).toBe(true)
  })

  test(tooSmall, async () => {
    const { folder, uploads } = await deskOn('64k')
    const { code, message } = await refusal(uploads.begin(wish('one.mp3', 3_000_000)))
    expect(code).toBe('no_space')
    expect(message).toMatch(/0 MB left, and 3 MB are to come/)
    expect(readdirSync(folder)).toEqual([])
  })
})
