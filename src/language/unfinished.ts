import type { Diagnostic } from './diagnostic.ts'

/** The code of a file that others on the machine left no time to read; another try may end otherwise. */
export const unfinishedCode = 'yaml/busy'

/** Whether that says nothing of the file itself, but that the machine was too busy to read it in time. */
export function isUnfinished({ code }: Pick<Diagnostic, 'code'>): boolean {
  return code === unfinishedCode
}
