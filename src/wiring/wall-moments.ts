import { Temporal } from 'temporal-polyfill'

interface Span {
  readonly after: Date
  readonly before: Date
  /** IANA name. */
  readonly zone: string
}

/**
 * The moments within the span at which clocks on the wall of the zone show one of the times ("HH:MM"), in order. Those at
 * which the clocks are set are among them: a time that is left out there has come when they show the next one.
 */
export function wallMoments(times: ReadonlySet<string>, { after, before, zone }: Span): Date[] {
  const [afterMs, beforeMs] = [after.getTime(), before.getTime()]
  const found = new Set<number>()
  const begin = Temporal.Instant.fromEpochMilliseconds(afterMs).toZonedDateTimeISO(zone)
  for (let day = begin; day.epochMilliseconds < beforeMs; day = day.startOfDay().add({ days: 1 })) {
    for (const time of times) {
      const wall = day.toPlainDate().toPlainDateTime(Temporal.PlainTime.from(time))
      // Where the clocks are set back it comes twice.
      for (const disambiguation of ['earlier', 'later'] as const)
        found.add(wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds)
    }
  }
  let set = begin.getTimeZoneTransition('next')
  for (; set !== null && set.epochMilliseconds < beforeMs; set = set.getTimeZoneTransition('next'))
    found.add(set.epochMilliseconds)
  return [...found]
    .filter((moment) => afterMs < moment && moment < beforeMs)
    .sort((one, other) => one - other)
    .map((moment) => new Date(moment))
}
