import { type Static, Type } from 'typebox'
import { isStreamName, streamNamePattern } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import { libraryPath } from '../../language/library-path.ts'
import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Calendar } from '../calendar.ts'
import type { Schedule, Slot } from '../rule-set.ts'
import { slotChanges } from '../slot-terms.ts'
import { dayNames } from '../time.ts'
import { dayTime, dayTimeOf, dayTimeText } from '../window.ts'
import { type ReadAnswer, readAnswers } from './answers.ts'
import { isKnownDay } from './days.ts'
import type { Reading as AnswerReading } from './rules.ts'
import { isKnownSun, neverComes } from './sun-times.ts'

const playlistName = Type.String({ minLength: 1, expected: 'the name of a playlist' })

const terms = {
  change: Type.Optional(
    Type.Union(
      slotChanges.map((change) => Type.Literal(change)),
      { expected: `one of ${slotChanges.join(', ')}` },
    ),
  ),
  resume: Type.Optional(Type.Boolean()),
}

export const slotSchema = Type.Object(
  {
    from: Type.Optional(dayTime),
    to: Type.Optional(dayTime),
    days: Type.Optional(dayNames),
    play: playlistName,
    if_pressed: Type.Optional(libraryPath('a file of the library such as "clips/still-sleepy-time.mp3"')),
    ...terms,
    volume_limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 16, expected: 'a volume from 0 to 16' })),
  },
  { additionalProperties: false },
)

export const scheduleSchema = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    default: Type.Optional(playlistName),
    slots: Type.Optional(Type.Unknown()),
    answers: Type.Optional(Type.Unknown()),
    ...terms,
  },
  { additionalProperties: false },
)

export interface ReadSchedule {
  readonly schedule: Schedule
  readonly node: MapNode
  /** Which streams answer in place of this one; none while it is switched off. */
  readonly answers: readonly ReadAnswer[]
  /** Whether it says what the stream holds; with answers alone, and switched off, that is left to whoever fills it. */
  readonly fills: boolean
}

type Reading = AnswerReading & { readonly calendar: Calendar }

/** Reads the map `schedules:`, keyed by stream; wrong ones are reported and left out. */
export function readSchedules(node: MapNode, reading: Reading): ReadSchedule[] {
  const { report } = reading
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
    if (value.kind !== 'map') return []
    // Also beside a fault of the schedule itself, so that all of them are told at once.
    const slots = readSlots(value, reading)
    const answers = readAnswers(stream, value, reading)
    if (decoded === undefined) return []
    const place = `${report.file}:${report.lineOf(key)}`
    const schedule = { stream, place, default: decoded.default ?? null, slots, ...termsOf(decoded) }
    if (decoded.enabled === false) return [{ schedule, node: value, answers: [], fills: false }]
    const fills = !value.entries.has('answers') || decoded.default !== undefined || value.entries.has('slots')
    return [{ schedule, node: value, answers, fills }]
  })
}

// Read one by one off the tree: an object would put ids such as "2" and "10" into an order of its own, and
// the first slot that matches wins.
function readSlots(schedule: MapNode, reading: Reading): Slot[] {
  const { report } = reading
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
    const isSound = [checkTimes(slot, value, reading), checkIfPressed(slot, { node: value, report })]
    return isSound.every(Boolean) ? [slot] : []
  })
}

function slotOf(id: string, written: Static<typeof slotSchema>): Slot {
  const { from, to } = written
  return {
    id,
    window:
      from === undefined && to === undefined ? null : [dayTimeOf(from ?? '00:00'), dayTimeOf(to ?? '00:00')],
    days: written.days ?? null,
    play: written.play === 'none' ? null : written.play,
    ifPressed: written.if_pressed ?? null,
    ...termsOf(written),
    ...(written.volume_limit === undefined ? {} : { volumeLimit: written.volume_limit }),
  }
}

function termsOf({ change, resume }: Pick<Slot, 'change' | 'resume'>): Pick<Slot, 'change' | 'resume'> {
  return { ...(change === undefined ? {} : { change }), ...(resume === undefined ? {} : { resume }) }
}

/** The days and times of a slot: each that is not known here is reported. */
function checkTimes(slot: Slot, node: Node, reading: Reading): boolean {
  const below = (key: string) => (node.kind === 'map' ? node.entries.get(key)?.value : undefined) ?? node
  const days = slot.days === null ? [] : [slot.days].flat()
  const written = below('days')
  const isKnown = days.map((day, index) => {
    const place = written.kind === 'list' ? (written.items[index] ?? written) : written
    return isKnownDay(day, place, reading)
  })
  const ends = (['from', 'to'] as const).map((key) => {
    const end = below(key)
    return end.kind !== 'scalar' || isKnownSun(end.text, end, reading)
  })
  return [...isKnown, ...ends].every(Boolean) && checkWindow(slot, node, reading)
}

function checkWindow({ id, window }: Slot, node: Node, { report, calendar }: Reading): boolean {
  if (window === null) return true
  const [from, to] = window.map(dayTimeText)
  const followsSun = window.some((time) => typeof time !== 'string')
  const isEmpty = from === to
  if (!isEmpty && (!followsSun || !neverComes(window, calendar))) return true
  const message = isEmpty ? `from and to are both ${from}` : `on no day of the year is ${to} behind ${from}`
  const help = isEmpty ? 'for a whole day leave out from and to' : undefined
  report.add(node, 'error', 'time/empty', `slot "${id}" is empty: ${message}`, help)
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
