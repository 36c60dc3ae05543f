import type { Temporal } from 'temporal-polyfill'
import { list } from '../../language/wording.ts'
import type { CheckSurroundings, Remark } from '../plugin.ts'
import { type ChangedHours, clockChanges, dayInWords } from '../read/clock-changes.ts'
import { clockAt, localDay } from './local-day.ts'

const mostShown = 3

interface How {
  readonly option: string
  /** What becomes of a time that clocks leave out: it comes when they go on, or not at all. */
  readonly leftOut: 'moved' | 'dropped'
  isOn(date: Temporal.PlainDate): boolean
}

/** Tells where the clocks of the coming year leave one of the times out, or show it twice. */
export function clockRemarks(
  times: readonly string[],
  { calendar, adviceAt }: CheckSurroundings,
  { option, leftOut, isOn }: How,
): readonly Remark[] {
  if (adviceAt === null) return []
  const said = clockChanges(adviceAt, calendar.zone).flatMap((change) => {
    const hit = times.filter((time) => change.from <= time && time < change.to)
    if (hit.length === 0 || !isOn(change.date)) return []
    return [inWords(hit, change, { leftOut, zone: calendar.zone })]
  })
  return said.length === 0 ? [] : [{ option, level: 'info', code: 'time/dst', message: said.join('; ') }]
}

function inWords(
  times: readonly string[],
  { isTwice, date }: ChangedHours,
  { leftOut, zone }: { readonly leftOut: How['leftOut']; readonly zone: string },
): string {
  const [first = ''] = times
  const one = times.length === 1
  const shown = times.length > mostShown ? `its times from ${first} to ${times.at(-1)}` : list(times)
  const does = isTwice
    ? `${one ? 'comes' : 'come'} twice on ${dayInWords(date)}: this rule runs the first time`
    : `${one ? 'is' : 'are'} left out on ${dayInWords(date)}: this rule ${instead(first, { leftOut, date, zone })}`
  return `${shown} ${does}`
}

function instead(
  time: string,
  {
    leftOut,
    date,
    zone,
  }: { readonly leftOut: How['leftOut']; readonly date: Temporal.PlainDate; readonly zone: string },
): string {
  const day = localDay(date, zone)
  if (leftOut === 'dropped' || day === null) return 'does not run then'
  return `runs at ${clockAt(day.instantOf(time), zone)}`
}
