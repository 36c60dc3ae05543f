import { type Heard, sampleRate, targetLufs } from './sound.ts'

/** What is done to a sound: one gain for the whole, and a ceiling for the peaks. */
export interface Level {
  readonly gain_db: number
  readonly ceiling_dbtp: number
  /** Whether a limiter keeps the ceiling; without one no peak comes near it. */
  readonly isLimited: boolean
}

/** The loudest true peak that a result may have. */
export const loudestPeakDbtp = -1.5
// LAME makes everything softer by 5 per cent, and single peaks louder; measured with 3.100.
const encoderGainDb = -0.45
const encoderMarginDb = 1
// Softer than that is the noise of something that was meant to be silent, and is not blown up.
const softestLufs = -50

/** The first attempt. */
export function levelFor(heard: Heard): Level {
  const ceiling = loudestPeakDbtp - encoderMarginDb
  const target = targetFor(heard)
  if (target !== null && heard.loudness !== null)
    return levelOf(heard, target - heard.loudness.integrated_lufs - encoderGainDb, ceiling)
  // What is not brought to the target keeps its level, but for a peak that is too loud as it is.
  return levelOf(heard, Math.min(0, ceiling - (heard.true_peak_dbtp ?? ceiling)), ceiling)
}

// The target may be missed by 1 LU; half of it is left to what other meters find.
const missedLu = 0.5
const peakStepDb = 0.2
// A limiter takes loudness away, which more gain brings back; where that does not help, it would only raise noise.
const mostExtraGainDb = 12

/** The next attempt after one has come out as `result`; `null` where that is good. */
export function betterLevel(level: Level, heard: Heard, result: Heard): Level | null {
  const target = targetFor(heard)
  const missed = target === null || result.loudness === null ? 0 : target - result.loudness.integrated_lufs
  const above = (result.true_peak_dbtp ?? loudestPeakDbtp) - loudestPeakDbtp
  if (above <= 0 && Math.abs(missed) <= missedLu) return null
  const gain = Math.min(level.gain_db + missed, levelFor(heard).gain_db + mostExtraGainDb)
  if (above <= 0) return gain === level.gain_db ? null : levelOf(heard, gain, level.ceiling_dbtp)
  // From where the peaks really were, or a sound that never came near the ceiling would come out the same again.
  const loudest = Math.min(level.ceiling_dbtp, peakAfter(heard, level.gain_db))
  return levelOf(heard, gain, loudest - above - peakStepDb)
}

/** Where the loudness is to come; `null` where it stays. */
function targetFor({ loudness }: Heard): number | null {
  return loudness !== null && loudness.integrated_lufs >= softestLufs ? targetLufs : null
}

function levelOf(heard: Heard, gain: number, ceiling: number): Level {
  return { gain_db: gain, ceiling_dbtp: ceiling, isLimited: peakAfter(heard, gain) > ceiling }
}

function peakAfter({ true_peak_dbtp }: Heard, gain: number): number {
  return (true_peak_dbtp ?? Number.NEGATIVE_INFINITY) + gain
}

// Four times the rate, at which the peaks between the samples show: ITU-R BS.1770, annex 2.
const peakRate = 4 * sampleRate

/** The filters that do it; they neither delay nor shorten the sound. */
export function levelFilters({ gain_db, ceiling_dbtp, isLimited }: Level): string[] {
  const gain = `volume=${gain_db.toFixed(2)}dB:precision=float`
  if (!isLimited) return [gain]
  const limit = (10 ** (ceiling_dbtp / 20)).toFixed(5)
  const limiter = `alimiter=limit=${limit}:attack=5:release=50:level=0:latency=1`
  return [gain, `aresample=${peakRate}`, limiter, `aresample=${sampleRate}`]
}
