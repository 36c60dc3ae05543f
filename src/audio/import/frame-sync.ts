/** Finding the first frame of MP3 or ADTS AAC, which have no header of the whole file. */
export interface FirstFrame {
  readonly container: 'mp3' | 'aac'
  readonly at: number
}

// A single match is chance: the sync bits appear once in every few thousand bytes of anything.
const framesInARow = 4

/**
 * The first place from which frames follow each other; `null` where there is none in the first `until` bytes.
 * `isAll` says that the bytes end where the file does: then the row may end there too.
 */
export function firstFrame(bytes: Buffer, options: { until: number; isAll: boolean }): FirstFrame | null {
  const last = Math.min(options.until, bytes.length - 4)
  for (let at = 0; at <= last; at++) {
    if (bytes[at] !== 0xff) continue
    if (isRow(bytes, { at, isAll: options.isAll, read: mpegFrame })) return { container: 'mp3', at }
    if (isRow(bytes, { at, isAll: options.isAll, read: adtsFrame })) return { container: 'aac', at }
  }
  return null
}

interface Frame {
  readonly length: number
  /** What stays the same from frame to frame. */
  readonly kind: number
}

type ReadFrame = (bytes: Buffer, at: number) => Frame | null

function isRow(bytes: Buffer, { at, isAll, read }: { at: number; isAll: boolean; read: ReadFrame }): boolean {
  const first = read(bytes, at)
  if (first === null) return false
  let next = at + first.length
  for (let count = 1; count < framesInARow; count++) {
    // A file of one or two frames is still a file, and may end with a tag or within a frame.
    if (isAll && (next + 4 > bytes.length || bytes.toString('latin1', next, next + 3) === 'TAG')) return true
    const frame = read(bytes, next)
    if (frame === null || frame.kind !== first.kind) return false
    next += frame.length
  }
  return true
}

// ISO 11172-3, 2.4.2.3, and 13818-3, 2.4.2.3: kbit/s by the bits of the header.
const mpeg1 = {
  1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0],
  2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0],
  3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
} as const
const mpeg2 = {
  1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
  3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
} as const
const hertz = [44_100, 48_000, 32_000, 0]

function mpegFrame(bytes: Buffer, at: number): Frame | null {
  const [sync = 0, version = 0, rates = 0] = bytes.subarray(at, at + 3)
  if (sync !== 0xff || version >> 5 !== 0b111) return null
  const versionBits = (version >> 3) & 0b11
  const layer = layerOf(version)
  if (versionBits === 0b01 || layer === null) return null
  const kbit = (versionBits === 0b11 ? mpeg1 : mpeg2)[layer][rates >> 4] ?? 0
  const rate = (hertz[(rates >> 2) & 0b11] ?? 0) / (versionBits === 0b11 ? 1 : versionBits === 0b10 ? 2 : 4)
  if (kbit === 0 || rate === 0) return null
  const padding = (rates >> 1) & 1
  const kind = ((version & 0b1_1110) << 8) | (rates & 0b1100)
  if (layer === 1) return { length: (Math.floor((12_000 * kbit) / rate) + padding) * 4, kind }
  const slots = layer === 3 && versionBits !== 0b11 ? 72_000 : 144_000
  return { length: Math.floor((slots * kbit) / rate) + padding, kind }
}

function layerOf(version: number): 1 | 2 | 3 | null {
  switch ((version >> 1) & 0b11) {
    case 0b11:
      return 1
    case 0b10:
      return 2
    case 0b01:
      return 3
    default:
      return null
  }
}

// ISO 13818-7, 6.2.
function adtsFrame(bytes: Buffer, at: number): Frame | null {
  const [sync = 0, version = 0, rates = 0, channels = 0, middle = 0, low = 0] = bytes.subarray(at, at + 6)
  const isSync = sync === 0xff && (version & 0b1111_0110) === 0b1111_0000
  if (!isSync || ((rates >> 2) & 0b1111) > 12) return null
  const length = ((channels & 0b11) << 11) | (middle << 3) | (low >> 5)
  return length < 7 ? null : { length, kind: ((version & 0b1000) << 8) | (rates & 0b1111_1100) }
}
