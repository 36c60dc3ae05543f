import { openForReading } from '../open-files.ts'
import { foreignBinary, foreignBrand, foreignRiff, foreignText, startsWith } from './foreign.ts'
import { firstFrame } from './frame-sync.ts'

/** By the names of ffmpeg's demuxers, so that exactly that one is let at the file. */
export type Container = 'mp3' | 'mov' | 'aac' | 'ogg' | 'flac' | 'wav' | 'aiff' | 'w64'

/** `refused` is for people and goes on behind the name of the file: what it is, and what would do. */
export type Detected = { readonly container: Container } | { readonly refused: string }

interface Bytes {
  readonly size: number
  /** Fewer bytes than asked for mean that the file ends there. */
  read(position: number, length: number): Promise<Buffer>
}

/**
 * What a file really is, whatever it is called, from its first bytes and those behind its ID3 tags.
 * @throws Error of the system where the file cannot be read
 */
export async function containerOfFile(path: string): Promise<Detected> {
  const handle = await openForReading(path)
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) return { refused: 'it is no file' }
    return await containerOf({
      size: stat.size,
      read: async (position, length) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
        return buffer.subarray(0, bytesRead)
      },
    })
  } finally {
    await handle.close()
  }
}

// As much as is forgiven every other file, for headers round.
const missingShare = 0.02
// ffmpeg looks for the first frame of an MP3 no further than this either.
const junkBytes = 64 * 1024
const longestFrames = 16 * 1024

/** The same for bytes that lie anywhere. */
export async function containerOf(file: Bytes): Promise<Detected> {
  if (file.size === 0) return { refused: 'it is empty: not one byte has arrived' }
  const begin = await behindTags(file)
  if (begin >= file.size) return { refused: 'it is only a tag, without any sound behind it' }
  const head = await file.read(begin, junkBytes + longestFrames)
  if (isZero(head)) return { refused: 'it holds nothing but zeros; copy it again' }
  const known = knownContainer(head)
  if (known !== null) return isCutWave(head, file.size - begin) ? { refused: cutWave } : known
  // Before frames are looked for: whoever searches long enough finds some in anything.
  const foreign = foreignBinary(head) ?? (frameAtStart(head, begin, file.size) ? null : foreignText(head))
  if (foreign !== null) return { refused: `it is ${foreign}` }
  const frame = firstFrame(head, { until: junkBytes, isAll: begin + head.length >= file.size })
  if (frame !== null) return { container: frame.container }
  return {
    refused: 'it is no audio that can be imported; MP3, M4A, M4B, AAC, Ogg, Opus, FLAC, WAV and AIFF can',
  }
}

function frameAtStart(head: Buffer, begin: number, size: number): boolean {
  return firstFrame(head, { until: 0, isAll: begin + head.length >= size }) !== null
}

const mostTags = 16
const tagHeaderBytes = 10

/** Where the first byte behind all tags at the beginning lies: a cover in them may take megabytes. */
async function behindTags(file: Bytes): Promise<number> {
  let position = 0
  for (let count = 0; count < mostTags; count++) {
    const header = await file.read(position, tagHeaderBytes)
    if (header.length < tagHeaderBytes || !startsWith(header, 'ID3')) return position
    // Seven bits of every byte count. https://id3.org/id3v2.4.0-structure, 3.1
    const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((header[at] ?? 0) & 0x7f), 0)
    const hasFooter = ((header[5] ?? 0) & 0x10) !== 0
    position += tagHeaderBytes + size + (hasFooter ? tagHeaderBytes : 0)
  }
  return position
}

function isZero(head: Buffer): boolean {
  return head.every((byte) => byte === 0)
}

// The GUID of "riff" in Sony's Wave64.
const w64 = 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00'
const quickTimeAtoms = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']

function knownContainer(head: Buffer): Detected | null {
  if (startsWith(head, 'fLaC')) return { container: 'flac' }
  if (startsWith(head, 'OggS')) return { container: 'ogg' }
  if (startsWith(head, w64)) return { container: 'w64' }
  const [kind, inner] = [head.toString('latin1', 0, 4), head.toString('latin1', 8, 12)]
  if (['RIFF', 'RF64', 'BW64'].includes(kind))
    return inner === 'WAVE' ? { container: 'wav' } : { refused: `it is ${foreignRiff(inner)}` }
  if (kind === 'FORM')
    return inner === 'AIFF' || inner === 'AIFC'
      ? { container: 'aiff' }
      : { refused: `it is ${foreignRiff(inner)}` }
  const atom = head.toString('latin1', 4, 8)
  if (atom === 'ftyp') {
    const foreign = foreignBrand(inner)
    return foreign === null ? { container: 'mov' } : { refused: `it is ${foreign}` }
  }
  return quickTimeAtoms.includes(atom) ? { container: 'mov' } : null
}

const cutWave = 'it is incomplete: less of it is there than it says it has; copy it again from where it came'
// What writes to a pipe does not know the size, and puts something this large there, or nothing.
const unknownBytes = 0x7fff_0000

/** A WAVE that ends before its sound does. ffmpeg takes what is there, and says nothing. */
function isCutWave(head: Buffer, size: number): boolean {
  if (!startsWith(head, 'RIFF') || !startsWith(head, 'WAVE', 8)) return false
  for (let at = 12; at + 8 <= head.length; ) {
    const length = head.readUInt32LE(at + 4)
    const end = at + 8 + length
    if (startsWith(head, 'data', at)) return length < unknownBytes && end - size > length * missingShare
    at = end + (length % 2)
  }
  return false
}
