/**
 * The one MP3 profile that is served: 48 kHz, CBR 128 kbit/s, joint stereo, no bit reservoir, no tags. Every
 * frame of it has the same size and stands alone, so a queue is plain arithmetic: byte = frame × 384.
 */
export const bytesPerFrame = 384
export const msPerFrame = 24

// MPEG-1 Layer III at 128 kbit/s and 48 kHz, joint stereo. Without side information a frame is silent.
const silentHeader = Buffer.from([0xff, 0xfb, 0x94, 0x40])

/** Silence of so many frames. */
export function silentFrames(count: number): Buffer {
  const bytes = Buffer.alloc(count * bytesPerFrame)
  for (let at = 0; at < bytes.length; at += bytesPerFrame) silentHeader.copy(bytes, at)
  return bytes
}

/** `reason` is for people: what was found and where, and what the profile asks for. */
export type Inspection =
  | { readonly inProfile: true; readonly frames: number }
  | { readonly inProfile: false; readonly reason: string }

const profile = '48 kHz, CBR 128 kbit/s, joint stereo MP3 without bit reservoir and tags'

/**
 * Reads a whole file, chunk by chunk, and decides whether every single frame of it is in the profile. It stops
 * reading at the first thing that is not.
 */
export async function inspectMp3(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Inspection> {
  let rest = Buffer.alloc(0)
  let frames = 0
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    rest = rest.length === 0 ? bufferOver(chunk) : Buffer.concat([rest, chunk])
    const whole = Math.floor(rest.length / bytesPerFrame)
    for (let index = 0; index < whole; index++) {
      const wrong = wrongInFrame(rest.subarray(index * bytesPerFrame), frames === 0)
      if (wrong !== null) return refusal(wrong, frames)
      frames++
    }
    rest = rest.subarray(whole * bytesPerFrame)
  }
  if (rest.length > 0) return refusal(wrongAtEnd(rest, frames === 0), frames)
  return frames === 0 ? { inProfile: false, reason: 'the file is empty' } : { inProfile: true, frames }
}

function bufferOver(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
}

function refusal(wrong: string, frames: number): Inspection {
  const reason = `${wrong} (at byte ${frames * bytesPerFrame}). The profile is ${profile}`
  return { inProfile: false, reason }
}

function wrongInFrame(frame: Buffer, first: boolean): string | null {
  if (first) {
    const foreign = foreignFormat(frame)
    if (foreign !== null) return `it is ${foreign}`
  }
  return wrongInHeader(frame) ?? wrongInside(frame, first)
}

function wrongAtEnd(rest: Buffer, first: boolean): string {
  const foreign = first ? foreignFormat(rest) : null
  if (foreign !== null) return `it is ${foreign}`
  if (first && !startsFrame(rest)) return 'it is no MP3 file'
  if (rest.toString('latin1', 0, 3) === 'TAG') return 'it ends with an ID3v1 tag'
  return `it ends in the middle of a frame, with ${rest.length} bytes of ${bytesPerFrame}`
}

/** Eleven set bits begin every frame. */
function startsFrame(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt16BE(0) >> 5 === 0x7ff
}

const signatures: readonly (readonly [offset: number, text: string, format: string])[] = [
  [0, 'ID3', 'an MP3 that begins with an ID3 tag'],
  [0, 'RIFF', 'a WAV file'],
  [0, 'RF64', 'a WAV file'],
  [0, 'riff', 'a W64 file'],
  [0, 'OggS', 'an Ogg file'],
  [0, 'fLaC', 'a FLAC file'],
  [0, 'FORM', 'an AIFF file'],
  [4, 'ftyp', 'an MPEG-4 file (M4A, M4B or AAC)'],
  [0, '#EXTM3U', 'a playlist, not audio'],
  [0, 'ffconcat', 'a list of other files, not audio'],
]

function foreignFormat(head: Buffer): string | null {
  const found = signatures.find(
    ([offset, text]) => head.toString('latin1', offset, offset + text.length) === text,
  )
  return found?.[2] ?? null
}

// ISO 11172-3, 2.4.2.3. Indexed by the bits of the header.
const layers = ['a reserved layer', 'layer III', 'layer II', 'layer I']
const kbits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0]
const hertz = [44_100, 48_000, 32_000, 0]
const channelModes = ['plain stereo', 'joint stereo', 'two channels', 'mono']

function wrongInHeader(frame: Buffer): string | null {
  const [sync = 0, version = 0, rates = 0, channels = 0] = frame
  if (sync !== 0xff || version >> 5 !== 0b111) return noFrame(frame)
  if (((version >> 3) & 0b11) !== 0b11) return 'a frame has half the sample rate or less (MPEG-2)'
  const layer = (version >> 1) & 0b11
  if (layer !== 0b01) return `a frame is ${layers[layer]}, not layer III`
  const rate = hertz[(rates >> 2) & 0b11]
  if (rate !== 48_000) return `a frame has ${rate} Hz, not 48000`
  const kbit = kbits[rates >> 4]
  if (kbit !== 128) return `a frame has ${kbit} kbit/s, not 128`
  if ((rates & 0b10) !== 0) return 'a frame is padded'
  const mode = channelModes[channels >> 6]
  return mode === 'joint stereo' ? null : `a frame is ${mode}, not joint stereo`
}

function noFrame(frame: Buffer): string {
  const name = frame.toString('latin1', 0, 8)
  if (name.startsWith('TAG')) return 'there is an ID3v1 tag'
  if (name.startsWith('ID3')) return 'there is an ID3 tag'
  if (name === 'APETAGEX') return 'there is an APE tag'
  return 'there is no MP3 frame where one should begin'
}

const headerBytes = 4
const checksumBytes = 2
// The information about a VBR file stands where a decoder would look for the sound of the first frame.
const sideInfoBytes = 32

function wrongInside(frame: Buffer, first: boolean): string | null {
  const hasChecksum = ((frame[1] ?? 0) & 1) === 0
  const at = headerBytes + (hasChecksum ? checksumBytes : 0)
  const mainDataBegin = ((frame[at] ?? 0) << 1) | ((frame[at + 1] ?? 0) >> 7)
  if (mainDataBegin !== 0) return 'a frame borrows from the one before it (bit reservoir)'
  if (!first) return null
  const tag = frame.toString('latin1', headerBytes + sideInfoBytes, headerBytes + sideInfoBytes + 4)
  return ['Xing', 'Info', 'VBRI'].includes(tag) ? `its first frame is a ${tag} header, not sound` : null
}
