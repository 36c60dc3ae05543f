import { Temporal } from 'temporal-polyfill'
import type { Clock } from '../core/clock.ts'
import type { Queue } from '../core/queue.ts'
import { type Outlook, type Outlooks, outlookOf, outlookWords } from '../core/queue-outlook.ts'

interface Schedules {
  /** When a schedule puts something else into the queue's stream than it holds at `now`. */
  endsAt(queue: Queue, now: Date): Date | null
}

const dayMs = 86_400_000

/** Tells what becomes of queues, by the schedules that run and on the household's clocks. */
export class QueueOutlooks implements Outlooks {
  readonly #clock: Clock
  readonly #zone: string
  #schedules: Schedules = { endsAt: () => null }

  /** `zone`: IANA name of the household's time zone. */
  constructor({ clock, zone }: { readonly clock: Clock; readonly zone: string }) {
    this.#clock = clock
    this.#zone = zone
  }

  /** Until then no schedule changes anything. */
  setSchedules(schedules: Schedules): void {
    this.#schedules = schedules
  }

  of(queue: Queue): Outlook {
    return outlookOf(queue, this.#schedules.endsAt(queue, this.#clock.now()))
  }

  wordsOn(queue: Queue): string | null {
    return outlookWords(queue, this.of(queue), (moment) => this.#timeText(moment))
  }

  /** The time alone within a day. */
  #timeText(moment: Date): string {
    const shown = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(this.#zone)
    const time = shown.toPlainTime().toString({ smallestUnit: 'minute' })
    const isSoon = moment.getTime() - this.#clock.now().getTime() < dayMs
    return isSoon ? time : `${shown.toPlainDate()} ${time}`
  }
}
