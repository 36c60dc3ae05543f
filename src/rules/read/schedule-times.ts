import { list } from '../../language/wording.ts'
import type { Calendar } from '../calendar.ts'
import type { Slot } from '../rule-set.ts'
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
