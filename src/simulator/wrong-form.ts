import { AppError } from '../core/error.ts'

/** For what a client wrote in another form than Yoto's: the place in it, and what that should hold. */
export function wrongForm(path: string, expected: string): AppError {
  return new AppError('invalid', `${path} must be ${expected}`)
}
