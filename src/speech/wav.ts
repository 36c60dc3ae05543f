/** How samples stand one behind the other. */
export interface PcmFormat {
  /** Samples of a channel in a second. */
  readonly rate: number
  /** Bytes of a sample. */
  readonly width: number
  readonly channels: number
}

const headerBytes = 44
const pcm = 1

/** A WAVE file of these samples. */
export function wavOf({ rate, width, channels }: PcmFormat, samples: readonly Uint8Array[]): Buffer {
  const length = samples.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(headerBytes - 8 + length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(pcm, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * width * channels, 28)
  header.writeUInt16LE(width * channels, 32)
  header.writeUInt16LE(width * 8, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(length, 40)
  return Buffer.concat([header, ...samples])
}
