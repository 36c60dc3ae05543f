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

interface Gathering extends CalendarSurroundings {
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
  /** Whether all of it was checked before. */
  readonly isChecked: boolean
}

/** Gathers it from all files; what is wrong is reported in the file where it stands. */
export async function declaredIn(
  written: readonly ParsedFile[],
  { isChecked, ...surroundings }: Gathering,
): Promise<Declared> {
  const { breathe } = surroundings
  const files = withinBounds(written)
  const calendar = await readCalendars(files, surroundings)
  const templates = await templatesIn(files, breathe)
  return { calendar, templates, ...(await declarationsIn(files, { breathe, isChecked })) }
}

// More than any household has, of all files together: each of them is known to every rule.
const mostDeclared = { vars: 500, inputs: 500, players: 500, templates: 200 } as const
type Counted = keyof typeof mostDeclared

/** The files without what is more than a household may declare; where that begins is reported. */
function withinBounds(files: readonly ParsedFile[]): readonly ParsedFile[] {
  const left: Record<Counted, number> = { ...mostDeclared }
  return files.map((file) => {
    const cut = new Map<string, ReturnType<ParsedFile['section']>>()
    for (const name of ['vars', 'inputs', 'players', 'templates'] as const) {
      const section = file.section(name)
      if (section === null) continue
      const room = left[name]
      left[name] = Math.max(0, room - section.entries.size)
      const tooMany = section.entries.size > room ? [...section.entries.values()][room] : undefined
      if (tooMany === undefined) continue
      const message = `a household has at most ${mostDeclared[name]} ${name}, of all files together`
      file.report.add(tooMany.key, 'error', 'type/value', message, 'take out those that nothing uses')
      cut.set(name, { ...section, entries: new Map([...section.entries].slice(0, room)) })
    }
    return cut.size === 0 ? file : { ...file, section: (name) => cut.get(name) ?? file.section(name) }
  })
}
