import { ImportFault, noSound } from './fault.ts'
import { durationIn, positionIn } from './ffmpeg.ts'
import { protectedWords } from './foreign.ts'
import { type Measured, sampleRate, targetLufs } from './sound.ts'

/** ffmpeg says what is below this, and what has no block of 0.4 s, in this way. */
const noLoudness = -70

const elsewhere = 'its sound is not in it but in another file; put that in instead'

// Headers round, and decoders drop what is left of a last frame.
const missingSeconds = 2
const missingShare = 0.02

// As ffmpeg 4 to 6 says it, and as 7 does.
const decodingFault = /^(\[\S+ @ \w+\] )?Error (while decoding stream|submitting packet to decoder)/

/** What the report reads the words of, in this order behind the first one. */
export const measureFilters =
  'astats=measure_perchannel=none:measure_overall=Number_of_samples,ebur128=peak=true:framelog=verbose'

/** What ffmpeg says while it measures. Tags of the file stand in between, so only lines of the filters count. */
export class MeasureReport {
  readonly #onProgress: ((fraction: number) => void) | undefined
  #claimedSeconds: number | null = null
  #isEstimated = false
  #isPartial = false
  #isElsewhere = false
  #isProtected = false
  #isDamaged = false
  #channels: number | null = null
  #hasVideo = false
  #isSummary = false
  #summaries = 0
  #samples = 0
  readonly #values = new Map<string, number>()

  constructor(onProgress: ((fraction: number) => void) | undefined) {
    this.#onProgress = onProgress
  }

  read(line: string): void {
    if (line.startsWith('[')) this.#readOfPart(line)
    else if (this.#isSummary) this.#readSummary(line)
    else this.#readOfFile(line)
  }

  /** @throws ImportFault where the sound is not all there, or not to be had */
  measured(): Measured {
    this.requireSound()
    this.#requireWhole(this.#samples / sampleRate)
    const value = (name: string) => this.#values.get(name) ?? Number.NEGATIVE_INFINITY
    const integrated = value('I')
    const peak = value('Peak')
    return {
      samples: this.#samples,
      seconds: this.#samples / sampleRate,
      loudness:
        integrated > noLoudness
          ? {
              integrated_lufs: integrated,
              range_lu: value('LRA'),
              threshold_lufs: value('Threshold'),
              offset_lu: Math.round((targetLufs - integrated) * 10) / 10,
            }
          : null,
      true_peak_dbtp: Number.isFinite(peak) ? peak : null,
      changes: this.#summaries > 1,
      channels: this.#channels,
      isDamaged: this.#isDamaged,
    }
  }

  /** @throws ImportFault where nothing was heard */
  requireSound(): void {
    if (this.#isProtected) throw new ImportFault('file', `it is ${protectedWords}`)
    if (this.#samples === 0) throw new ImportFault('file', this.#isElsewhere ? elsewhere : noSound)
  }

  /** Nothing that ends before the length its own header gives. */
  #requireWhole(seconds: number): void {
    const claimed = this.#isEstimated || this.#hasVideo ? null : this.#claimedSeconds
    const missing = claimed === null ? 0 : claimed - seconds
    const isCut = missing > Math.max(missingSeconds, missingShare * (claimed ?? 0))
    if (!isCut && !this.#isPartial) return
    const length = isCut ? `after ${clock(seconds)} of ${clock(claimed ?? 0)}` : `after ${clock(seconds)}`
    throw new ImportFault('file', `it is incomplete: it ends ${length}; copy it again from where it came`)
  }

  #readOfPart(line: string): void {
    if (decodingFault.test(line)) this.#isDamaged = true
    if (/^\[mov,.*\] stream \d+, offset 0x[\da-f]+: partial file/.test(line)) this.#isPartial = true
    if (/^\[mov,.*\] Skipped opening external track/.test(line)) this.#isElsewhere = true
    if (/^\[\w+ @ \w+\] (Estimating duration|invalid concatenated file)/.test(line)) this.#isEstimated = true
    const samples = /^\[Parsed_astats_1 @ \w+\] Number of samples: (\d+)/.exec(line)
    if (samples !== null) this.#samples += Number(samples[1])
    this.#isSummary = /^\[Parsed_ebur128_2 @ \w+\] Summary:/.test(line)
    if (this.#isSummary) this.#summaries++
  }

  #readSummary(line: string): void {
    const match = /^ {4}(I|LRA|Threshold|Peak): +(-?[\d.]+|-?inf|nan) /.exec(line)
    const [, name = '', number = ''] = match ?? []
    // The second threshold is that of the range.
    if (match === null || (name === 'Threshold' && this.#values.has(name))) return
    const value = Number(number)
    this.#values.set(name, Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY)
  }

  #readOfFile(line: string): void {
    if (decodingFault.test(line)) this.#isDamaged = true
    this.#claimedSeconds ??= durationIn(line)
    // That of the output comes later.
    this.#channels ??= channelsIn(line)
    if (/^ {2}Stream #0:\d.*: Audio: .*\((drms|enca|aavd) \//.test(line)) this.#isProtected = true
    if (/^ {2}Stream #0:\d.*: Video: /.test(line) && !line.includes('(attached pic)')) this.#hasVideo = true
    const position = positionIn(line)
    if (position !== null && this.#claimedSeconds !== null && this.#claimedSeconds > 0)
      this.#onProgress?.(Math.min(1, position / this.#claimedSeconds))
  }
}

/** The channels of a stream of sound; null where the line tells of something else. */
function channelsIn(line: string): number | null {
  const [, layout = ''] = /^ {2}Stream #0:\d.*: Audio: .*, \d+ Hz, ([^,]+)/.exec(line) ?? []
  if (layout === 'mono' || layout === 'stereo') return layout === 'mono' ? 1 : 2
  // `6 channels`, or `5.1(side)`.
  const [, front, low = '0'] = /^(\d+)(?: channels|\.(\d+))/.exec(layout) ?? []
  return front === undefined ? null : Number(front) + Number(low)
}

/** `1:02:03`, `2:03`. */
function clock(seconds: number): string {
  const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor)
  const two = (number: number | undefined) => String(number).padStart(2, '0')
  return hours === 0 ? `${minutes}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`
}
