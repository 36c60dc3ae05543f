import type { FiledAnswer, RuleSet, Schedule, Slot } from '../rule-set.ts'
import { daysInWords, dayTimeInWords } from '../telling.ts'
import { crossesMidnight } from '../window.ts'
import { conditionsInWords, playlistInWords } from './rule-words.ts'

/** Which other streams are heard in place of one, in the order in which they are tried. */
export function answersInWords(stream: string, answers: readonly FiledAnswer[]): string {
  const order = answers.length > 1 ? '; the first that holds is taken' : ''
  return [
    `Where the stream ${stream} is asked for, another one may be heard${order}:`,
    ...answers.map((answer) => `- the stream ${answer.stream}, ${answerInWords(answer)};`),
    '- else the stream itself.',
  ].join('\n')
}

/** For whom and when it holds: "for the player anna, if it is between 19:00 and 06:00". */
export function answerInWords({ player, if: conditions }: FiledAnswer): string {
  const telling = { player, stream: null, content: (name: string) => name }
  const holds = conditions.length === 0 ? [] : [`if ${conditionsInWords(conditions, telling)}`]
  return [...(player === null ? [] : [`for the player ${player}`]), ...holds].join(', ')
}

/** What a schedule puts into its stream, a sentence for each slot in the order in which they are tried. */
export function scheduleInWords(
  { stream, slots, default: otherwise }: Schedule,
  playlists: RuleSet['playlists'],
): string {
  const rest =
    otherwise === null
      ? 'is closed, as there is no default'
      : `holds the ${playlistInWords(otherwise, playlists)}`
  if (slots.length === 0) return `The stream ${stream} always ${rest}.`
  const order = slots.length > 1 ? ' The first that fits holds:' : ''
  return [
    `What the stream ${stream} holds goes by the clock.${order}`,
    ...slots.map((slot) => `- ${slotInWords(slot, playlists)}`),
    `- at any other time it ${rest}.`,
  ].join('\n')
}

function slotInWords({ id, window, days, play, ifPressed }: Slot, playlists: RuleSet['playlists']): string {
  const when = `${days === null ? '' : `on ${daysInWords(days)} `}${hoursInWords(window)}`
  const pressed = ifPressed === null ? '' : `, and a press plays the file ${ifPressed}`
  const holds = play === null ? `is closed${pressed}` : `holds the ${playlistInWords(play, playlists)}`
  return `${when} it ${holds} (slot ${id});`
}

function hoursInWords(window: Slot['window']): string {
  if (window === null) return 'the whole day'
  const [from, to] = window
  const end = to === '00:00' ? 'midnight' : dayTimeInWords(to)
  const isNext = to !== '00:00' && crossesMidnight(window)
  return `from ${dayTimeInWords(from)} to ${end}${isNext ? ' of the next day' : ''}`
}
