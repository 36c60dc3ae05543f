import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl'
import { AppError, errnoOf, messageOf } from '../../core/error.ts'
import { printable } from '../../language/printable.ts'

/** What an archive may hold; more is no pack, or one that was made to harm. */
export interface ZipLimits {
  /** A pack has a sound and a picture for each of up to 5,000 stages, and folders. */
  readonly entries: number
  /** Bytes of one file; an hour of WAV has 600 MB. */
  readonly file: number
  /** Bytes of all that is in it; packs that are sold have a few hundred MB. */
  readonly all: number
  /** How many times as large a file may become: sound and pictures hardly shrink, and text by a tenth. */
  readonly growth: number
}

export const zipLimits: ZipLimits = { entries: 20_000, file: 1024 ** 3, all: 4 * 1024 ** 3, growth: 100 }

// So many bytes a file of whatever growth may have: a silent second of WAV shrinks to nothing.
const harmless = 10 * 1024 * 1024

/**
 * The files of a zip, by name. All that its directory says was checked before one is read: names that lead elsewhere or
 * are there twice, links, what is encrypted or overlaps, and sizes. Of a file no more is read than it says it has, and it
 * is checked against its sum. Archives in it are not opened.
 */
export class Zip {
  readonly #file: ZipFile
  readonly #entries: ReadonlyMap<string, Entry>

  private constructor(file: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file
    this.#entries = entries
  }

  /** @throws AppError `unprocessable` or `too_large` for an archive that is not taken; it names the entry. */
  static async open(path: string, limits: ZipLimits = zipLimits): Promise<Zip> {
    const file = await openPromise(path, { autoClose: false, decodeStrings: false }).catch(
      (error: unknown) => {
        throw errnoOf(error) === undefined
          ? wrong(`this is no whole zip: ${messageOf(error)}`)
          : new AppError('invalid', `it cannot be read: ${errnoOf(error)}`)
      },
    )
    try {
      return new Zip(file, await entriesOf(file, limits))
    } catch (error) {
      file.close()
      throw error
    }
  }

  /** Of files; folders have none. */
  get names(): readonly string[] {
    return [...this.#entries.keys()]
  }

  /** The bytes that the file says it has; undefined where there is none. */
  sizeOf(name: string): number | undefined {
    return this.#entries.get(name)?.uncompressedSize
  }

  /** All of a file. @throws AppError where it is not as the archive says. */
  async bytes(name: string): Promise<Buffer> {
    const chunks: Buffer[] = []
    await this.#read(name, async (checked) => {
      for await (const chunk of checked) chunks.push(chunk)
    })
    return Buffer.concat(chunks)
  }

  /** Writes a file to a new one. @throws AppError where it is not as the archive says, or cannot be written. */
  async copy(name: string, path: string): Promise<void> {
    await this.#read(name, (checked) => pipeline(checked, createWriteStream(path, { flags: 'wx' })))
  }

  close(): void {
    this.#file.close()
  }

  async #read(name: string, take: (checked: AsyncGenerator<Buffer>) => Promise<void>): Promise<void> {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new RangeError(`the archive has no entry "${name}"`)
    try {
      await take(checked(await this.#file.openReadStreamPromise(entry), entry))
    } catch (error) {
      if (error instanceof AppError) throw error
      const code = errnoOf(error)
      if (code === 'ENOSPC') throw new AppError('no_space', `there is no room for ${shown(name)}`)
      throw wrong(`${shown(name)} cannot be unpacked: ${messageOf(error)}`)
    }
  }
}

/** What is read, and at its end whether it is what was packed. */
async function* checked(stream: Readable, { crc32: sum }: Entry): AsyncGenerator<Buffer> {
  let found = 0
  for await (const chunk of stream) {
    const bytes: Buffer = chunk
    found = crc32(bytes, found)
    yield bytes
  }
  if (found !== sum) throw new Error('its bytes are not those that were packed (CRC-32)')
}

async function entriesOf(file: ZipFile, limits: ZipLimits): Promise<ReadonlyMap<string, Entry>> {
  if (file.entryCount > limits.entries)
    throw tooLarge(`it says that it has ${file.entryCount} entries, and ${limits.entries} are taken`)
  const entries = new Map<string, Entry>()
  const seen = new Set<string>()
  const places: Place[] = []
  let all = 0
  let last = 'the beginning'
  const iterator = file.eachEntry()
  for (;;) {
    const { value: entry, done } = await iterator.next().catch((error: unknown) => {
      throw wrong(`behind ${last} its directory is broken: ${messageOf(error)}`)
    })
    if (done === true || entry === undefined) break
    const name = nameOf(entry)
    last = shown(name)
    checkName(name, seen)
    checkKind(name, entry)
    checkSize(name, entry, limits)
    all += entry.uncompressedSize
    if (all > limits.all) throw tooLarge(`up to ${last} it comes to more than ${inMegabytes(limits.all)}`)
    places.push({ name, from: entry.relativeOffsetOfLocalHeader, to: endOf(entry) })
    if (!name.endsWith('/')) entries.set(name, entry)
  }
  checkPlaces(places)
  return entries
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
}

// As long as any file system takes.
const longestName = 1024

/** Also of entries that nobody asks for: who packs such a one means no good. */
function checkName(name: string, seen: Set<string>): void {
  const why = faultOf(name)
  if (why !== null) throw wrong(`the entry ${shown(name)} ${why}`)
  // File systems that do not tell capitals apart would have one file.
  const key = name.normalize('NFC').toLowerCase().replace(/\/$/, '')
  if (seen.has(key)) throw wrong(`the entry ${shown(name)} is there twice`)
  seen.add(key)
}

function faultOf(name: string): string | null {
  if (name === '') return 'has no name'
  if (name.length > longestName) return `has a name of ${name.length} characters`
  if (/\p{Cc}/u.test(name)) return 'has a control character in its name'
  if (name.includes('\\')) return 'has a backslash in its name'
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'has an absolute path'
  const segments = name.replace(/\/$/, '').split('/')
  if (segments.includes('..')) return 'leads out of the archive'
  return segments.some((segment) => segment === '' || segment === '.') ? 'has a path that is none' : null
}

// Of the upper half of its attributes, where Unix made it (APPNOTE.TXT 4.4.15; stat.h).
const kindOfFile = 0o170000
const kindsTaken = [0, 0o100000, 0o040000]
const encrypted = 0x2041
const methods = [0, 8]

function checkKind(name: string, entry: Entry): void {
  if ((entry.generalPurposeBitFlag & encrypted) !== 0) throw wrong(`the entry ${shown(name)} is encrypted`)
  const kind = (entry.externalFileAttributes >>> 16) & kindOfFile
  if (kind === 0o120000) throw wrong(`the entry ${shown(name)} is a link to another file`)
  if (!kindsTaken.includes(kind)) throw wrong(`the entry ${shown(name)} is neither a file nor a folder`)
  if (!methods.includes(entry.compressionMethod))
    throw wrong(
      `the entry ${shown(name)} is packed in a way not known (${entry.compressionMethod}): use deflate`,
    )
}

function checkSize(name: string, { uncompressedSize, compressedSize }: Entry, limits: ZipLimits): void {
  if (uncompressedSize > limits.file)
    throw tooLarge(
      `the entry ${shown(name)} has ${inMegabytes(uncompressedSize)}, and a file may have ${inMegabytes(limits.file)}`,
    )
  if (uncompressedSize > harmless && uncompressedSize > compressedSize * limits.growth)
    throw tooLarge(
      `the entry ${shown(name)} becomes more than ${limits.growth} times as large: no sound and no picture does`,
    )
}

/** The bytes of an entry, from its header to behind its data. */
interface Place {
  readonly name: string
  readonly from: number
  readonly to: number
}

// Of a header in front of the data, without the name (APPNOTE.TXT 4.3.7).
const headerSize = 30

function endOf({ relativeOffsetOfLocalHeader, fileNameLength, compressedSize }: Entry): number {
  return relativeOffsetOfLocalHeader + headerSize + fileNameLength + compressedSize
}

/** Two that share bytes are one in truth (https://www.bamsoftware.com/hacks/zipbomb/). */
function checkPlaces(places: readonly Place[]): void {
  const order = places.toSorted((one, other) => one.from - other.from)
  for (const [index, place] of order.entries()) {
    const next = order[index + 1]
    if (next !== undefined && next.from < place.to)
      throw wrong(`the entries ${shown(place.name)} and ${shown(next.name)} overlap`)
  }
}

function shown(name: string): string {
  return printable(JSON.stringify(name.slice(0, 200)))
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`
}

function wrong(message: string): AppError {
  return new AppError('unprocessable', message)
}

function tooLarge(message: string): AppError {
  return new AppError('too_large', message)
}
