import { AppError } from '../../core/error.ts'
import { unplayableReason } from '../import/check.ts'
import { ImportFault } from '../import/fault.ts'
import type { Running } from '../import/ffmpeg.ts'

/**
 * Why what was uploaded may not take the place of a file that plays; null where it may.
 * @throws AppError `unavailable` where that cannot be told now: nothing may then be replaced. Otherwise as the file
 * system does, or the reason of the signal.
 */
export async function replacingFault(part: string, running: Running): Promise<string | null> {
  try {
    return await unplayableReason(part, running)
  } catch (error) {
    if (!(error instanceof ImportFault)) throw error
    throw new AppError(
      'unavailable',
      `all of it has come, but whether it can be played could not be told (${error.message}), so nothing was replaced: send it again from its end on, or without replace under another name`,
      { cause: error },
    )
  }
}
