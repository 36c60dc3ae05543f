import { AppError } from '../core/error.ts'

/** Why a picture is not taken, for the panel; the words of the error say it to people. */
export type PictureFault =
  | 'empty'
  | 'no-picture'
  | 'not-png'
  | 'too-large'
  | 'too-many-pixels'
  | 'too-wide'
  | 'not-16x16'
  | 'too-many-frames'
  | 'broken'

/** AppError `unprocessable` with `fault` in its details. */
export function pictureFault(fault: PictureFault, message: string): AppError {
  return new AppError('unprocessable', message, { details: { fault } })
}
