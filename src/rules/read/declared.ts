import { type Calendar, plainCalendar } from '../calendar.ts'
import type { ParsedFile } from './parsed-file.ts'

/** What rule files share: all of it is gathered before anything that names it is read. */
export interface Declared {
  readonly calendar: Calendar
}

/** Gathers it from all files; what is wrong is reported in the file where it stands. */
export function declaredIn(_files: readonly ParsedFile[], { zone }: { readonly zone: string }): Declared {
  return { calendar: plainCalendar(zone) }
}
