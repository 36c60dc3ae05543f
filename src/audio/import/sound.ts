/** Samples of a second of everything that is measured or made here. */
export const sampleRate = 48_000
/** How loud everything is made, in LUFS. */
export const targetLufs = -18

/** By EBU R 128, of the sound as it will be encoded: 48 kHz stereo. */
export interface Loudness {
  readonly integrated_lufs: number
  readonly range_lu: number
  readonly threshold_lufs: number
  /** What has to be added to reach the target. */
  readonly offset_lu: number
}

export interface Heard {
  /** `null` where there is none to measure: silence, or less than 0.4 s of sound. */
  readonly loudness: Loudness | null
  /** `null` for digital silence. */
  readonly true_peak_dbtp: number | null
}

/** Of a file as it was really decoded, whatever its header says. */
export interface Measured extends Heard {
  /** A channel's, at 48 kHz. */
  readonly samples: number
  readonly seconds: number
  /** The sample rate or the channels change on the way: then the loudness is not that of the whole. */
  readonly changes: boolean
  /** Of the original; `null` where that cannot be told. */
  readonly channels: number | null
  /** Some of it could not be decoded, and is not heard. */
  readonly isDamaged: boolean
}

/** To the form in which everything is measured and encoded. */
export const toProfileSound = `aformat=sample_fmts=flt:sample_rates=${sampleRate}:channel_layouts=stereo`
