import type { Calendar } from '../calendar.ts'
import { type CalendarSurroundings, readCalendars } from './calendar.ts'
import { type Declarations, declarationsIn } from './declarations.ts'
import type { ParsedFile } from './parsed-file.ts'
import { type Templates, templatesIn } from './templates.ts'

/** What rule files share: all of it is gathered before anything that names it is read. */
export interface Declared extends Declarations {
  readonly calendar: Calendar
  /** Rules with holes, that other rules are made from. */
  readonly templates: Templates
}

/** Gathers it from all files; what is wrong is reported in the file where it stands. */
export async function declaredIn(
  files: readonly ParsedFile[],
  surroundings: CalendarSurroundings,
): Promise<Declared> {
  const calendar = await readCalendars(files, surroundings)
  return { calendar, templates: templatesIn(files), ...declarationsIn(files) }
}
