import { type Static, Type } from 'typebox'
import { isStreamName, streamNamePattern } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import type { MapEntry, MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Schedule, Slot } from '../rule-set.ts'
import { dayNames, timeOfDay } from '../time.ts'
import { libraryPath } from './library-path.ts'

const playlistName = Type.String({ minLength: 1, expected: 'the name of a playlist' })

const slotSchema = Type.Object(
  {
    from: Type.Optional(timeOfDay),
    to: Type.Optional(timeOfDay),
    days: Type.Optional(dayNames),
    play: playlistName,
    if_pressed: Type.Optional(libraryPath('a file of the library such as "clips/still-sleepy-time.mp3"')),
  },
  { additionalProperties: false },
)

const scheduleSchema = Type.Object(
  {
    default: Type.Optional(playlistName),
    slots: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
)

export interface ReadSchedule {
  readonly schedule: Schedule
  readonly node: MapNode
}

/** Reads the map `schedules:`, keyed by stream; wrong ones are reported and left out. */
export function readSchedules(node: MapNode, report: Report): ReadSchedule[] {
  return [...node.entries].flatMap(([stream, { key, value }]) => {
    if (!isStreamName(stream)) {
      report.add(
        key,
        'error',
        'type/value',
        `"${stream}" cannot be a stream's name`,
        streamNamePattern.test(stream)
          ? 'it is reserved: choose another'
          : 'use letters, digits, dots, dashes and underscores',
      )
      return []
    }
    const decoded = decode(scheduleSchema, value, report, { what: `schedule "${stream}"` })
    if (decoded === undefined || value.kind !== 'map') return []
    const slots = readSlots(value, report)
    return [{ schedule: { stream, default: decoded.default ?? null, slots }, node: value }]
  })
}

// Read one by one off the tree: an object would put ids such as "2" and "10" into an order of its own, and
// the first slot that matches wins.
function readSlots(schedule: MapNode, report: Report): Slot[] {
  const slots = schedule.entries.get('slots')?.value
  if (slots === undefined) return []
  if (slots.kind !== 'map') {
    report.add(slots, 'error', 'type/value', '`slots` takes a map: a name, a colon, and the slot')
    return []
  }
  return [...slots.entries].flatMap(([id, { value }]) => {
    const written = decode(slotSchema, value, report, { what: `slot "${id}"` })
    if (written === undefined) return []
    const slot = slotOf(id, written)
    const isSound = [checkWindow(id, slot, value, report), checkIfPressed(slot, { node: value, report })]
    return isSound.every(Boolean) ? [slot] : []
  })
}

/** The node of one slot, for messages about it. */
export function slotNode(schedule: MapNode, id: string): Node {
  return slotEntry(schedule, id)?.value ?? schedule
}

/** The name of one slot and what stands behind it. */
export function slotEntry(schedule: MapNode, id: string): MapEntry | undefined {
  const slots = schedule.entries.get('slots')?.value
  return slots?.kind === 'map' ? slots.entries.get(id) : undefined
}

function slotOf(id: string, written: Static<typeof slotSchema>): Slot {
  const { from, to } = written
  return {
    id,
    window: from === undefined && to === undefined ? null : [from ?? '00:00', to ?? '00:00'],
    days: written.days ?? null,
    play: written.play === 'none' ? null : written.play,
    ifPressed: written.if_pressed ?? null,
  }
}

function checkWindow(id: string, slot: Slot, node: Node, report: Report): boolean {
  if (slot.window === null || slot.window[0] !== slot.window[1]) return true
  report.add(
    node,
    'error',
    'time/empty',
    `slot "${id}" is empty: from and to are both ${slot.window[0]}`,
    'for a whole day leave out from and to',
  )
  return false
}

function checkIfPressed(slot: Slot, { node, report }: { node: Node; report: Report }): boolean {
  if (slot.ifPressed === null || slot.play === null) return true
  const key = node.kind === 'map' ? node.entries.get('if_pressed')?.key : undefined
  report.add(
    key ?? node,
    'error',
    'schedule/if-pressed',
    `\`if_pressed\` goes with \`play: none\` alone, and slot "${slot.id}" plays "${slot.play}"`,
    'take it out, or write `play: none` to close the stream in this slot',
  )
  return false
}
