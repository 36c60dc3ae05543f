import { isJsonObject } from '../../core/json.ts'
import type { Queue } from '../../core/queue.ts'
import { textOfItem } from '../../core/spoken.ts'
import { durationInWords } from '../../language/duration.ts'
import { list, quote } from '../../language/wording.ts'

// A text that a person wrote, such as what is sent to a topic, may be as long as a book.
const longest = 120

/** How people call what effects name by an id or a time. */
export interface Naming {
  player(id: string): string
  /** A time in ISO 8601, as the household's clocks show it. */
  time(iso: string): string
}

/** A playlist or a file by its name; what a voice says in quotes. */
function itemInWords(content: unknown): string {
  const said = typeof content === 'string' ? textOfItem(content) : null
  return said === null ? shown(content) : `the words ${quote(shown(said))}`
}

/** What a rule or a schedule has put into a stream by its name. */
export function fillingInWords(fields: Readonly<Record<string, unknown>>): string {
  const stream = shown(fields.stream)
  return [
    placeInWords(shown(fields.how), itemInWords(fields.content), stream),
    ...holdInWords(fields.hold),
  ].join(', ')
}

function placeInWords(how: string, content: string, stream: string): string {
  switch (how) {
    case 'append':
      return `adds ${content} to the end of the stream ${stream}`
    case 'insert-next':
      return `puts ${content} next into the stream ${stream}`
    case 'now':
      return `puts ${content} into the stream ${stream}, at once`
    case 'replace-next':
      return `puts ${content} in place of all that comes next in the stream ${stream}`
    default:
      return `puts ${content} into the stream ${stream}`
  }
}

/** "for 2 hours", "also when the next slot begins"; nothing where it is there until the next slot, as all is. */
function holdInWords(hold: unknown): string[] {
  const { forMs, overSlots } = isJsonObject(hold) ? hold : {}
  return [
    ...(typeof forMs === 'number' ? [`for ${durationInWords(forMs)}`] : []),
    ...(overSlots === true ? ['also when the next slot begins'] : []),
  ]
}

export function mutationInWords(mutation: unknown, stream: string, naming: Pick<Naming, 'time'>): string {
  const asked = isJsonObject(mutation) ? mutation : {}
  const files = filesInWords(asked.files)
  switch (asked.op) {
    case 'append':
      return `adds ${files} to the end of the stream ${stream}`
    case 'insert-next':
      return asked.instead === true
        ? `puts ${files} in place of all that comes next in the stream ${stream}`
        : `puts ${files} next into the stream ${stream}${asked.now === true ? ', at once' : ''}`
    case 'replace':
      return replacingInWords(asked, stream)
    case 'restore':
      return `brings back what the stream ${stream} held before`
    case 'remove':
      return `takes an item out of the stream ${stream}`
    case 'move':
      return `moves an item of the stream ${stream} to another place`
    case 'clear':
      return `empties the stream ${stream}`
    case 'end-after-current':
      return `lets the stream ${stream} end with its current item`
    case 'shuffle':
    case 'reshuffle':
      return `shuffles the stream ${stream}`
    case 'step':
      return asked.by === -1
        ? `goes back to the previous item of the stream ${stream}`
        : `goes on to the next item of the stream ${stream}`
    case 'go-to':
      return asked.id === null
        ? `ends the queue of the stream ${stream}`
        : `goes to another item of the stream ${stream}`
    case 'settings':
      return settingsInWords(asked.settings, stream, naming)
    default:
      return `changes the queue of the stream ${stream}: ${shown(asked.op)}`
  }
}

/** What a schedule puts there, or a rule: a playlist, files, or nothing. */
function replacingInWords(asked: Readonly<Record<string, unknown>>, stream: string): string {
  const count = Array.isArray(asked.files) ? asked.files.length : 0
  const items = `${count} item${count === 1 ? '' : 's'}`
  if (count > 0) {
    const content =
      typeof asked.playlist === 'string'
        ? `the playlist ${shown(asked.playlist)} (${items})`
        : filesInWords(asked.files)
    const shut =
      asked.closed === true ? ' and closes it' : asked.closed === false ? ', which is open then' : ''
    return `puts ${content} into the stream ${stream}${shut}`
  }
  if (asked.closed !== true)
    return typeof asked.playlist === 'string'
      ? `empties the stream ${stream}, as the playlist ${shown(asked.playlist)} has no file`
      : `empties the stream ${stream}`
  return typeof asked.if_pressed === 'string'
    ? `closes the stream ${stream}; a press plays ${shown(asked.if_pressed)}`
    : `closes the stream ${stream}`
}

function settingsInWords(settings: unknown, stream: string, { time }: Pick<Naming, 'time'>): string {
  const asked = isJsonObject(settings) ? settings : {}
  const { closed, closed_until: until, if_pressed: pressed, stays, ...rest } = asked
  const till = typeof until === 'string' ? ` until ${time(until)}` : ''
  const words = [
    ...(closed === true ? [`closes the stream ${stream}${till}`] : []),
    ...(closed === false ? [`opens the stream ${stream}`] : []),
    ...(typeof pressed === 'string' ? [`has a press on the stream ${stream} play ${shown(pressed)}`] : []),
    ...(pressed === null && closed === undefined
      ? [`has a press on the stream ${stream} play nothing else`]
      : []),
    ...(stays === true ? [`keeps what the stream ${stream} holds, also when the next slot begins`] : []),
    ...(stays === false ? [`has the schedule of the stream ${stream} hold again`] : []),
    ...Object.entries(rest).map(([name, value]) => settingInWords(name, value, stream)),
  ]
  return words.length === 0 ? `changes nothing in the stream ${stream}` : words.join(' and ')
}

function settingInWords(name: string, value: unknown, stream: string): string {
  if (name === 'loop')
    return value === true
      ? `has the stream ${stream} begin again after its last item`
      : `has the stream ${stream} end after its last item`
  if (name === 'shuffle')
    return value === true
      ? `plays the stream ${stream} in a shuffled order`
      : `plays the stream ${stream} in the order of its list`
  return `sets the ${name} of the stream ${stream} to ${shown(value)}`
}

/** "the file moon.mp3", "the files moon.mp3, sun.mp3", the words "Good night". */
function filesInWords(files: unknown): string {
  const [only, ...more] = Array.isArray(files) ? files : []
  if (only === undefined) return 'no file'
  if (more.length > 0) return `the files ${list([only, ...more].map(itemInWords))}`
  return typeof only === 'string' && textOfItem(only) !== null ? itemInWords(only) : `the file ${shown(only)}`
}

type ShownQueue = Pick<Queue, 'items' | 'current' | 'playlist' | 'closed' | 'closed_until'>

/** How a queue stands: "forest (3 items), stories/forest.mp3 is due, closed until 06:30". */
export function queueInWords(queue: ShownQueue, { time }: Pick<Naming, 'time'>): string {
  const { items, current, playlist, closed, closed_until } = queue
  const now = items.find(({ id }) => id === current)?.file
  const count = `${items.length} item${items.length === 1 ? '' : 's'}`
  const content = items.length === 0 ? 'empty' : playlist === null ? count : `${playlist} (${count})`
  const due = now === undefined ? [] : [`${itemInWords(now)} is due`]
  const shut = closed ? [`closed${closed_until === null ? '' : ` until ${time(closed_until)}`}`] : []
  return [content, ...due, ...shut].join(', ')
}

export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
