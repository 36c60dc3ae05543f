import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Zip, zipLimits } from '../../../src/stories/import/zip.ts'
import { type ZipEntry, zipOf } from '../../support/zip-bytes.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-zip-'))
})

afterEach(() => rm(home, { recursive: true, force: true }))

async function opened(bytes: Uint8Array, limits = zipLimits): Promise<Zip> {
  await writeFile(join(home, 'pack.zip'), bytes)
  return Zip.open(join(home, 'pack.zip'), limits)
}

const good: readonly ZipEntry[] = [
  { name: 'story.json', data: '{"a": 1}', method: 8 },
  { name: 'assets/', mode: 0o040755 },
  { name: 'assets/gate.mp3', data: 'sound' },
]

async function contentsOf(zip: Zip): Promise<Record<string, string>> {
  const entries: [string, string][] = []
  for (const name of zip.names) entries.push([name, (await zip.bytes(name)).toString()])
  zip.close()
  return Object.fromEntries(entries)
}

describe('a sound zip', () => {
  test.each([
    ['as most write it', zipOf(good)],
    ['in 64 bits', zipOf(good.map((entry) => ({ ...entry, zip64: true })))],
    ['behind other bytes', zipOf([{ name: 'first.txt', data: 'x' }, ...good])],
  ])('%s gives its files', async (_, bytes) => {
    expect(await contentsOf(await opened(bytes))).toMatchObject({
      'story.json': '{"a": 1}',
      'assets/gate.mp3': 'sound',
    })
  })

  test('copies a file to a new one, and never over one', async () => {
    const zip = await opened(zipOf(good))
    await zip.copy('assets/gate.mp3', join(home, 'gate.mp3'))
    expect(await readFile(join(home, 'gate.mp3'), 'utf8')).toBe('sound')
    await expect(zip.copy('story.json', join(home, 'gate.mp3'))).rejects.toThrow(
      /^"story\.json" cannot be unpacked: EEXIST/,
    )
    expect(await readFile(join(home, 'gate.mp3'), 'utf8')).toBe('sound')
    zip.close()
  })
})

const named = (name: string | Buffer) => zipOf([...good, { name, data: 'x' }])
const zeros = (bytes: number) => new Uint8Array(bytes)

describe('refused before anything of it is read', () => {
  test.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['leads out', named('../evil.mp3'), /^the entry "\.\.\/evil\.mp3" leads out of the archive$/],
    [
      'leads out below',
      named('assets/../../evil.mp3'),
      /^the entry "assets\/\.\.\/\.\.\/evil\.mp3" leads out/,
    ],
    ['absolute', named('/etc/passwd'), /^the entry "\/etc\/passwd" has an absolute path$/],
    ['a drive', named('C:/evil.mp3'), /^the entry "C:\/evil\.mp3" has an absolute path$/],
    ['a drive without a slash', named('c:evil.mp3'), /has an absolute path$/],
    [
      'backslashes',
      named('assets\\evil.mp3'),
      /^the entry "assets\\\\evil\.mp3" has a backslash in its name$/,
    ],
    [
      'NUL',
      named('assets/evil.mp3\0.txt'),
      /^the entry "assets\/evil\.mp3\\u0000\.txt" has a control character/,
    ],
    ['a line break', named('assets/evil\n.mp3'), /has a control character in its name$/],
    ['a dot', named('assets/./evil.mp3'), /has a path that is none$/],
    ['two slashes', named('assets//evil.mp3'), /has a path that is none$/],
    ['no name', named(''), /^the entry "" has no name$/],
    ['a long name', named('x'.repeat(2_000)), /has a name of 2000 characters$/],
    [
      'twice',
      zipOf([...good, { name: 'story.json', data: '{}' }]),
      /^the entry "story\.json" is there twice$/,
    ],
    ['twice but for capitals', named('ASSETS/Gate.mp3'), /^the entry "ASSETS\/Gate\.mp3" is there twice$/],
    ['a folder and a file', named('story.json/'), /is there twice$/],
    [
      'a link',
      zipOf([{ name: 'a.mp3', data: '/etc/passwd', mode: 0o120777 }]),
      /^the entry "a\.mp3" is a link to another file$/,
    ],
    ['a device', zipOf([{ name: 'a.mp3', mode: 0o020644 }]), /is neither a file nor a folder$/],
    [
      'encrypted',
      zipOf([{ name: 'a.mp3', data: 'x'.repeat(20), size: 8, flags: 1 }]),
      /^the entry "a\.mp3" is encrypted$/,
    ],
    [
      'another method',
      zipOf([{ name: 'a.mp3', data: 'x', method: 12 }]),
      /packed in a way not known \(12\): use deflate$/,
    ],
    [
      'a declared bomb',
      zipOf([{ name: 'bomb.mp3', data: zeros(11 * 1024 * 1024), method: 8 }]),
      /^the entry "bomb\.mp3" becomes more than 100 times as large: no sound and no picture does$/,
    ],
    [
      'a file of 2 GB',
      zipOf([{ name: 'huge.mp3', data: 'x', method: 8, size: 2 ** 31, packedSize: 2 ** 30 }]),
      /^the entry "huge\.mp3" has 2048 MB, and a file may have 1024 MB$/,
    ],
    [
      'a file of 8 EB in 64 bits',
      zipOf([{ name: 'huge.mp3', data: 'x', method: 8, size: 2 ** 52, packedSize: 9, zip64: true }]),
      /^the entry "huge\.mp3" has \d+ MB, and a file may have 1024 MB$/,
    ],
    [
      'too much in all',
      zipOf(
        Array.from({ length: 5 }, (_, index) => ({
          ...{ name: `${index}.mp3`, data: 'x', method: 8, size: 1000 * 1024 ** 2, packedSize: 2 ** 28 },
          offset: index * 2 ** 29,
        })),
      ),
      /^up to "4\.mp3" it comes to more than 4096 MB$/,
    ],
    [
      'two entries over the same bytes',
      zipOf([
        { name: 'a.mp3', data: 'x'.repeat(100) },
        { name: 'b.mp3', data: 'x'.repeat(100), offset: 0 },
      ]),
      /^the entries "a\.mp3" and "b\.mp3" overlap$/,
    ],
    [
      'one entry within another',
      zipOf([
        { name: 'a.mp3', data: 'x'.repeat(100) },
        { name: 'b.mp3', data: 'x', offset: 60 },
      ]),
      /^the entries "a\.mp3" and "b\.mp3" overlap$/,
    ],
    [
      'a million entries',
      zipOf(good, { count: 1_000_000 }),
      /^it says that it has 1000000 entries, and 20000 are taken$/,
    ],
    [
      'fewer entries than it says',
      zipOf(good, { count: 5 }),
      /^behind "assets\/gate\.mp3" its directory is broken: /,
    ],
    ['no zip', Buffer.from('PK, and then nothing'), /^this is no whole zip: /],
    ['nothing', Buffer.alloc(0), /^this is no whole zip: /],
    ['half', zipOf(good).subarray(0, 120), /^this is no whole zip: /],
    [
      'stored, with another size',
      zipOf([{ name: 'a.mp3', data: 'xx', size: 1 }]),
      /^behind the beginning its directory is broken: .*mismatch/,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(opened(bytes)).rejects.toThrow(message)
    expect(await readdir(home)).toEqual(['pack.zip'])
  })
})

describe('refused as it is read', () => {
  test.each<[what: string, entry: ZipEntry, message: RegExp]>([
    [
      'more than it says',
      { name: 'a.mp3', data: zeros(100_000), method: 8, size: 10 },
      /^"a\.mp3" cannot be unpacked: .*too many bytes/,
    ],
    [
      'less than it says',
      { name: 'a.mp3', data: 'x', method: 8, size: 10 },
      /^"a\.mp3" cannot be unpacked: .*not enough bytes/,
    ],
    [
      'another sum',
      { name: 'a.mp3', data: 'x', sum: 1 },
      /^"a\.mp3" cannot be unpacked: its bytes are not those that were packed/,
    ],
    [
      'no deflate',
      { name: 'a.mp3', data: 'xyz', method: 8, packedSize: 2 },
      /^"a\.mp3" cannot be unpacked: /,
    ],
    [
      'data beyond its end',
      { name: 'a.mp3', data: 'x', packedSize: 9_999, size: 9_999 },
      /^"a\.mp3" cannot be unpacked: /,
    ],
    ['elsewhere', { name: 'a.mp3', data: 'x', offset: 9 }, /^"a\.mp3" cannot be unpacked: .*signature/],
  ])('%s', async (_, entry, message) => {
    const zip = await opened(zipOf([entry]))
    await expect(zip.bytes('a.mp3')).rejects.toThrow(message)
    zip.close()
  })
})

test('an archive in it is a file like any other', async () => {
  const inner = zipOf([{ name: '../evil.mp3', data: 'x' }])
  const zip = await opened(zipOf([...good, { name: 'inner.zip', data: inner }]))
  expect(await zip.bytes('inner.zip')).toEqual(inner)
  zip.close()
})

test('a hundred entries are not read where fewer are taken', async () => {
  const many = zipOf(Array.from({ length: 100 }, (_, index) => ({ name: `${index}.txt`, data: 'x' })))
  await expect(opened(many, { ...zipLimits, entries: 99 })).rejects.toThrow(
    'it says that it has 100 entries, and 99 are taken',
  )
  const zip = await opened(many, { ...zipLimits, entries: 100 })
  expect(zip.names).toHaveLength(100)
  zip.close()
})
