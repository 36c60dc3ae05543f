import { isBetween } from '../../core/answer.ts'
import { clockAt } from './local-day.ts'
import type { MomentWish } from './wish.ts'

interface IntervalWish {
  /** At most a day. */
  readonly everyMs: number
  /** As it was written. */
  readonly text: string
  /** "HH:MM"; the whole day where null. */
  readonly window: { readonly from: string; readonly to: string } | null
}

/**
 * At the first instant of each date and every so often after it, by the time that passes and not by what clocks show: a
 * change of the clocks makes no interval longer or shorter, but for the last one before midnight.
 */
export function intervalWish({ everyMs, text, window }: IntervalWish): MomentWish {
  return {
    name: `every ${text} ${window === null ? '' : `${window.from} ${window.to}`}`.trimEnd(),
    on({ start, end, zone }, { after, until }) {
      const firstMs = start.getTime()
      const from = Math.max(0, Math.floor((after.getTime() - firstMs) / everyMs))
      const lastMs = Math.min(end.getTime() - 1, until.getTime())
      const count = Math.max(0, Math.floor((lastMs - firstMs) / everyMs) + 1 - from)
      const instants = Array.from(
        { length: count },
        (_, index) => new Date(firstMs + (from + index) * everyMs),
      )
      return instants
        .filter((at) => window === null || isBetween(clockAt(at, zone), window))
        .map((at) => ({ label: `+${(at.getTime() - start.getTime()) / 60_000}m`, at }))
    },
    ifMissedMs: 0,
    isQuiet: true,
  }
}
