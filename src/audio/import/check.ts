import { createReadStream } from 'node:fs'
import { systemClock } from '../../core/clock.ts'
import { inspectMp3 } from '../frames.ts'
import { containerOfFile } from './container.ts'
import { ImportFault } from './fault.ts'
import type { Running } from './ffmpeg.ts'
import { listenIn } from './measure.ts'

// The beginning takes a second; a small machine may have much else to do.
const longestMs = 2 * 60_000

/**
 * Why a file can never be played, as far as its first bytes and its beginning tell; null where it can, or lies in the
 * profile. Much cheaper than to import it: somebody waits for the answer.
 * @throws ImportFault of the machine where that cannot be told now; Error of the system where the file cannot be read;
 * the reason of the signal
 */
export async function unplayableReason(path: string, running: Running): Promise<string | null> {
  const detected = await containerOfFile(path)
  if ('refused' in detected) return detected.refused
  const { container } = detected
  const { signal, clock = systemClock } = running
  if (container === 'mp3' && (await inspectMp3(createReadStream(path, { signal }))).inProfile) return null
  const tooSlow = new AbortController()
  const cancel = clock.at(new Date(clock.now().getTime() + longestMs), () =>
    tooSlow.abort(new ImportFault('machine', 'its beginning could not be decoded in two minutes')),
  )
  const signals = [tooSlow.signal, ...(signal === undefined ? [] : [signal])]
  try {
    await listenIn({ path, container }, { ...running, signal: AbortSignal.any(signals) })
    return null
  } catch (error) {
    if (error instanceof ImportFault && error.of === 'file') return error.message
    throw error
  } finally {
    cancel()
  }
}
