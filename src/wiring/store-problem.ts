import { type AppError, errnoOf } from '../core/error.ts'

/** What a write that has failed means for people, and what to do; null where it has not. */
export function storeProblem(fault: AppError | null): string | null {
  if (fault === null) return null
  if (errnoOf(fault.cause) === 'SQLITE_FULL')
    return 'the disk of the data folder is full: nothing can be changed, and plays are not counted, until there is room on it; what plays goes on'
  return `nothing was kept of the last change: ${fault.message}`
}
