import { type Calendar, plainCalendar } from '../calendar.ts'
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
export function declaredIn(files: readonly ParsedFile[], { zone }: { readonly zone: string }): Declared {
  return { calendar: plainCalendar(zone), templates: templatesIn(files), ...declarationsIn(files) }
}
