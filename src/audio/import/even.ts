import { onlySound, type Running, runFfmpeg, type Source } from './ffmpeg.ts'
import { toProfileSound } from './sound.ts'

/**
 * Decodes a file whose sample rate or channels change on the way into `output`, where they do not. ffmpeg builds
 * its filters again at every change: measuring and levelling would start over there too.
 * @throws ImportFault, or the reason of the signal
 */
export async function makeEven(
  source: Source,
  output: string,
  making: Running & { readonly seconds: number },
): Promise<Source> {
  const { signal, clock, ffmpeg, seconds } = making
  await runFfmpeg(source, {
    ...{ signal, clock, ffmpeg, seconds },
    logLevel: 'error',
    filters: toProfileSound,
    outputOptions: [
      ...onlySound,
      '-c:a',
      'flac',
      '-compression_level',
      '0',
      '-map_metadata',
      '-1',
      '-f',
      'flac',
    ],
    target: `file:${output}`,
  })
  return { path: output, container: 'flac' }
}
