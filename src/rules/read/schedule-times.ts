import { list } from '../../language/wording.ts'
import type { Calendar } from '../calendar.ts'
import type { Slot } from '../rule-set.ts'
import { minutesOf } from '../window.ts'
import { changedEnd, clockChanges } from './clock-changes.ts'
import type { RuleFile } from './rule-file.ts'
import type { ReadSchedule } from './schedules.ts'
import { slotEntry } from './slot-node.ts'
import { gapsInWords, Week } from './week.ts'

const mostGaps = 3
// As many as a report holds; a hostile file has a hundred thousand.
const mostSlots = 100

/** Warns of slots that never play. */
export function checkShadowed(file: RuleFile): void {
  for (const { schedule, node } of file.schedules) {
    if (schedule.slots.length < 2) continue
    const name = (slot: Slot) => {
      const key = slotEntry(node, slot.id)?.key
      return `"${slot.id}"${key === undefined ? '' : ` (line ${file.report.lineOf(key)})`}`
    }
    const week = new Week(schedule.slots)
    for (const slot of week.shadowed.slice(0, mostSlots)) {
      const covering = week.coveringOf(slot)
      const verb = covering.length === 1 ? 'covers' : 'together cover'
      const message = `slot "${slot.id}" never plays: ${list(covering.map(name))} ${verb} it on every one of its days`
      const help = 'the first slot that fits wins: put this one above, or take it out'
      file.report.add(slotEntry(node, slot.id)?.key ?? node, 'warning', 'time/shadowed', message, help)
    }
  }
}

/**
 * Warns of slots of the same days whose hours overlap while none lies within the other: which of them holds then goes by
 * their order alone. Of other days the upper one is taken to be an exception, and so is one within the other.
 */
export function checkOverlaps(file: RuleFile): void {
  let said = 0
  for (const { schedule, node } of file.schedules)
    for (const [index, slot] of schedule.slots.slice(0, mostSlots).entries())
      for (const upper of schedule.slots.slice(0, index)) {
        const common = said < mostSlots ? commonHours(upper, slot) : null
        const key = slotEntry(node, upper.id)?.key
        if (common === null || key === undefined) continue
        const message = `slots "${upper.id}" (line ${file.report.lineOf(key)}) and "${slot.id}" overlap from ${common[0]} to ${common[1]}: "${upper.id}" stands first and holds then`
        const help = 'the first slot that fits wins: end one of them where the other begins'
        file.report.add(slotEntry(node, slot.id)?.key ?? node, 'warning', 'time/overlap', message, help)
        said += 1
      }
}

const dayMinutes = 24 * 60

/** When both would hold; null where they do not, one lies within the other, they bring the same, or it is not certain. */
function commonHours(upper: Slot, slot: Slot): readonly [from: string, to: string] | null {
  if (JSON.stringify(upper.days) !== JSON.stringify(slot.days)) return null
  if (upper.play === slot.play && upper.ifPressed === slot.ifPressed) return null
  const [one, other] = [hoursOf(upper), hoursOf(slot)]
  if (one === null || other === null) return null
  // What lasts into the next day meets what begins there, where that is one of its days too.
  for (const shift of slot.days === null ? [-dayMinutes, 0, dayMinutes] : [0]) {
    const [from, to] = [other.from + shift, other.to + shift]
    const [start, end] = [Math.max(one.from, from), Math.min(one.to, to)]
    const isWithin = (one.from <= from && to <= one.to) || (from <= one.from && one.to <= to)
    if (start < end && !isWithin) return [clockOf(start), clockOf(end)]
  }
  return null
}

function hoursOf({ window }: Slot): { readonly from: number; readonly to: number } | null {
  const [from, to] = window ?? []
  if (typeof from !== 'string' || typeof to !== 'string') return null
  const [start, end] = [minutesOf(from), minutesOf(to)]
  return { from: start, to: end <= start ? end + dayMinutes : end }
}

/** "19:30"; of the days before and after, too. */
function clockOf(minutes: number): string {
  const inDay = (minutes + dayMinutes) % dayMinutes
  return [Math.floor(inDay / 60), inDay % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

/** Tells of hours in which nothing is due. */
export function adviseGaps(file: RuleFile): void {
  for (const { schedule, node, fills } of file.schedules) {
    if (schedule.default !== null || !fills) continue
    const gaps = gapsInWords(new Week(schedule.slots).gaps)
    if (gaps.length === 0) continue
    const more = gaps.length > mostGaps ? ' and more' : ''
    const message = `${gaps.slice(0, mostGaps).join('; ')}${more} ${gaps.length > 1 ? 'have' : 'has'} no slot and there is no default: the stream is silent then`
    const help =
      'add `default:` with a playlist; if silence is meant, say so with a last slot of `play: none`'
    file.report.add(node.entries.get('slots')?.key ?? node, 'info', 'time/gap', message, help)
  }
}

/** Tells of slots that begin or end where the clocks change within a year of `now`. */
export function adviseClockChanges(
  file: RuleFile,
  { now, calendar }: { readonly now: Date; readonly calendar: Calendar },
): void {
  const changes = clockChanges(now, calendar.zone)
  let said = 0
  for (const read of file.schedules)
    for (const slot of read.schedule.slots)
      for (const end of ['from', 'to'] as const) {
        const message = said < mostSlots ? changedEnd(slot, end, { changes, calendar }) : null
        if (message === null) continue
        file.report.add(endNode(read, slot, end), 'info', 'time/dst', message)
        said += 1
      }
}

function endNode({ node }: ReadSchedule, slot: Slot, end: 'from' | 'to') {
  const value = slotEntry(node, slot.id)?.value
  return (value?.kind === 'map' ? value.entries.get(end)?.value : undefined) ?? node
}
