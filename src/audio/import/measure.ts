import { onlySound, type Running, runFfmpeg, type Source } from './ffmpeg.ts'
import { MeasureReport, measureFilters } from './measure-report.ts'
import { type Measured, toProfileSound } from './sound.ts'

interface Measuring extends Running {
  /** From 0 to 1, as far as the file says how long it is. */
  readonly onProgress?: ((fraction: number) => void) | undefined
}

/**
 * Decodes the whole file and measures it. What is protected, breaks off or has no sound is refused.
 * @throws ImportFault, or the reason of the signal
 */
export async function measure(source: Source, measuring: Measuring = {}): Promise<Measured> {
  const { signal, clock, ffmpeg, onProgress } = measuring
  const report = new MeasureReport(onProgress)
  await runFfmpeg(source, {
    ...{ signal, clock, ffmpeg },
    logLevel: 'info',
    filters: `${toProfileSound},${measureFilters}`,
    outputOptions: [...onlySound, '-f', 'null'],
    onLine: (line) => report.read(line),
  })
  return report.measured()
}

const beginningSeconds = 10

/**
 * Decodes only the beginning of the file.
 * @throws ImportFault where nothing can be heard there, or the reason of the signal
 */
export async function listenIn(source: Source, { signal, clock, ffmpeg }: Running): Promise<void> {
  const report = new MeasureReport(undefined)
  await runFfmpeg(source, {
    ...{ signal, clock, ffmpeg },
    logLevel: 'info',
    inputOptions: ['-t', String(beginningSeconds)],
    filters: `${toProfileSound},${measureFilters}`,
    outputOptions: [...onlySound, '-f', 'null'],
    onLine: (line) => report.read(line),
  })
  report.requireSound()
}
