import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { calendarIn, type ReadCalendar } from '../rules/read/calendar.ts'
import type { Problems } from './problems.ts'

type Found = Awaited<ReturnType<ReadCalendar>>

interface CalendarsOptions {
  readonly readFile: ReadCalendar
  /** By path, the text that could be read last. */
  readonly good: Collection<string>
  /** IANA name of the household's time zone. */
  readonly zone: string
  readonly problems: Pick<Problems, 'set'>
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
  readonly log: Log
}

interface Known {
  /** As it was found last. */
  readonly found: string
  readonly answer: Found
}

/**
 * The calendar files that rules name. One that cannot be read any more, as while something writes it anew, is taken as it
 * was when it could: what runs by it goes on.
 */
export class KnownCalendars {
  readonly #options: CalendarsOptions
  readonly #known = new Map<string, Known>()

  constructor(options: CalendarsOptions) {
    this.#options = options
  }

  async read(path: string): Promise<Found> {
    const file = await this.#options.readFile(path)
    const found = JSON.stringify(file)
    const known = this.#known.get(path)
    if (known?.found === found) return known.answer
    const answer = await this.#judged(path, file)
    this.#known.set(path, { found, answer })
    return answer
  }

  /** Whether one of them reads otherwise now. */
  async haveChanged(): Promise<boolean> {
    for (const [path, { found }] of this.#known)
      if (JSON.stringify(await this.#options.readFile(path)) !== found) return true
    return false
  }

  async #judged(path: string, file: Found): Promise<Found> {
    const { good, zone, problems, breathe, log } = this.#options
    const read = await calendarIn(file, { zone, breathe })
    if ('calendar' in read && 'text' in file) {
      problems.set(`rules/${path}`, null)
      await good.set(path, file.text).catch((error) =>
        log.error('a calendar file could not be kept for the next start', {
          path,
          error: messageOf(error),
        }),
      )
      return { text: file.text, calendar: read.calendar }
    }
    const text = await good.get(path).catch(() => undefined)
    if (text === undefined || 'calendar' in read) return file
    const words = `"${path}" cannot be read: ${read.fault}; what it said before holds on`
    problems.set(`rules/${path}`, words)
    log.error(words)
    const before = await calendarIn({ text }, { zone, breathe })
    return 'calendar' in before ? { text, ...before } : { text }
  }
}
