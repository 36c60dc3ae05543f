import { AppError } from '../core/error.ts'
import { TooOld } from './freshness.ts'

/** What went wrong, as it stands in answers. */
export interface Failure {
  readonly code: string
  readonly message: string
  /** The field of the message that was wrong, where it was one of them. */
  readonly field?: string
  readonly details?: unknown
}

/** The words of an AppError, without its causes, or of what became too old. Any other error is a fault of ours, and for the log alone. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TooOld) return { code: 'too_old', message: error.message }
  if (!(error instanceof AppError))
    return { code: 'internal', message: 'something went wrong here; the log says what' }
  const { code, message, details } = error
  return { code, message, ...(details === undefined ? {} : { details }) }
}
