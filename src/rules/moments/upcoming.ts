import type { Span } from '../plugin.ts'
import { dateAt, localDay } from './local-day.ts'
import type { MomentWish } from './wish.ts'

const dayMs = 86_400_000

/**
 * The moments of all the wishes within the span, in order. Pure: of what has come already it knows nothing. Each date is
 * asked for when it is its turn, so whoever reads a few asks for few.
 */
export function* upcomingMoments(
  wishes: readonly Pick<MomentWish, 'on'>[],
  { from, until, calendar: { zone } }: Span,
): Generator<Date> {
  const first = dateAt(from, zone).subtract({ days: 1 })
  const dates = first.until(dateAt(until, zone).add({ days: 1 })).days
  const span = { after: new Date(from.getTime() - 1), until }
  let waiting: Date[] = []
  for (let days = 0; days <= dates; days++) {
    const day = localDay(first.add({ days }), zone)
    if (day === null) continue
    const found = wishes.flatMap((wish) => wish.on(day, span)).flatMap(({ at }) => at ?? [])
    waiting = [...waiting, ...found].sort((one, other) => one.getTime() - other.getTime())
    // Moments lie within a day of their date: those of the next one are not before this.
    const settled = days === dates ? Number.POSITIVE_INFINITY : day.end.getTime() - dayMs
    for (const at of waiting.filter((moment) => moment.getTime() < settled))
      if (from <= at && at < until) yield at
    waiting = waiting.filter((moment) => moment.getTime() >= settled)
  }
}
