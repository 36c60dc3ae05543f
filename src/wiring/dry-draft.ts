import { AppError } from '../core/error.ts'
import type { Source } from '../language/source.ts'
import { checkRuleFileName } from './rule-file.ts'

/** A file as it may become; null where nothing is to be tried that is not written. @throws AppError for one without the other. */
export function draftOf(file: string | undefined, text: string | undefined): Source | null {
  if (file === undefined && text === undefined) return null
  if (file === undefined || text === undefined)
    throw new AppError('unprocessable', 'a text is tried as a file: send both, {"file": "…", "text": "…"}')
  return { file: checkRuleFileName(file), text }
}
