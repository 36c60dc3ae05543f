/**
 * Reads the headers of MPEG layer III frames out of bytes as they arrive, to know how long what has arrived
 * will play. Tags and other bytes between frames are stepped over.
 */
export class Mp3Frames {
  #seconds = 0
  #bytesPerSecond: number | undefined
  #secondsPerFrame: number | undefined
  #firstFrameAt: number | undefined
  #strayBytes = 0
  /** Bytes before `#rest` in what was pushed. */
  #offset = 0
  #rest = Buffer.alloc(0)
  /** Bytes of a frame or tag whose header was read and that have not arrived yet. */
  #missing = 0
  /** Length of the frame that `#missing` completes. */
  #pendingSeconds = 0

  push(chunk: Buffer): void {
    const skipped = Math.min(this.#missing, chunk.length)
    this.#missing -= skipped
    if (this.#missing > 0) {
      this.#offset += skipped
      return
    }
    this.#complete()
    this.#offset += skipped
    this.#rest = Buffer.concat([this.#rest, chunk.subarray(skipped)])
    this.#read()
  }

  /** What the whole frames that have arrived play, in seconds. */
  get seconds(): number {
    // Sums of 0.024 drift in the last digits.
    return Math.round(this.#seconds * 1e6) / 1e6
  }

  /** Of the first frame; undefined before there was one. */
  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond
  }

  get secondsPerFrame(): number | undefined {
    return this.#secondsPerFrame
  }

  /** Bytes in front of the first frame. */
  get firstFrameAt(): number | undefined {
    return this.#firstFrameAt
  }

  /** Bytes since the last frame that belong to none. */
  get strayBytes(): number {
    return this.#strayBytes
  }

  #read(): void {
    let at = 0
    while (this.#rest.length - at >= headerBytes) {
      const tag = id3Length(this.#rest, at)
      const frame = tag === undefined ? frameAt(this.#rest, at) : undefined
      const length = tag ?? frame?.bytes
      if (length === undefined) {
        at++
        this.#strayBytes++
        continue
      }
      if (frame !== undefined) this.#note(frame, this.#offset + at)
      at += length
      if (at > this.#rest.length) break
      this.#complete()
    }
    this.#missing = Math.max(0, at - this.#rest.length)
    const used = Math.min(at, this.#rest.length)
    this.#offset += used
    this.#rest = this.#rest.subarray(used)
  }

  #note(frame: Frame, at: number): void {
    this.#bytesPerSecond ??= frame.bytes / frame.seconds
    this.#secondsPerFrame ??= frame.seconds
    this.#firstFrameAt ??= at
    this.#strayBytes = 0
    this.#pendingSeconds = frame.seconds
  }

  #complete(): void {
    this.#seconds += this.#pendingSeconds
    this.#pendingSeconds = 0
  }
}

interface Frame {
  readonly bytes: number
  readonly seconds: number
}

// Ten bytes hold the header of an ID3v2 tag; a frame needs four.
const headerBytes = 10
const kilobitsMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const kilobitsMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const hertz = [44_100, 48_000, 32_000]

/** ISO 11172-3 §2.4.1.3 and 13818-3: sync, version, layer, bit rate, sampling rate, padding. */
function frameAt(bytes: Buffer, at: number): Frame | undefined {
  const [sync = 0, kind = 0, rates = 0] = bytes.subarray(at, at + 3)
  if (sync !== 0xff || (kind & 0xe0) !== 0xe0 || (kind & 0x06) !== 0x02) return undefined
  const version = (kind >> 3) & 3
  const sampleRate = hertz[(rates >> 2) & 3]
  const kilobits = (version === 3 ? kilobitsMpeg1 : kilobitsMpeg2)[rates >> 4]
  if (version === 1 || sampleRate === undefined || !kilobits) return undefined
  const rate = version === 3 ? sampleRate : version === 2 ? sampleRate / 2 : sampleRate / 4
  const samples = version === 3 ? 1152 : 576
  const padding = (rates >> 1) & 1
  return { bytes: Math.floor((samples / 8) * ((kilobits * 1000) / rate)) + padding, seconds: samples / rate }
}

/** Length of the ID3v2 tag that begins here, header included; its size is written in seven bits a byte. */
function id3Length(bytes: Buffer, at: number): number | undefined {
  if (bytes.toString('latin1', at, at + 3) !== 'ID3') return undefined
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at + 6, at + 10)
  if ((a | b | c | d) & 0x80) return undefined
  return headerBytes + ((a << 21) | (b << 14) | (c << 7) | d)
}
