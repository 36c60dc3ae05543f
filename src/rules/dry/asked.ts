import { AppError, messageOf } from '../../core/error.ts'
import { buttons } from '../../core/event.ts'
import { answers, type Story } from '../../core/story.ts'
import { type InputDeclaration, takenBy, valueIn } from '../../core/value-form.ts'
import { durationMs } from '../../language/duration.ts'
import { decodeJson } from '../../language/json.ts'
import { didYouMean } from '../../language/names.ts'
import { list, quote } from '../../language/wording.ts'
import { cardIdPattern, patchOfFields, playerFieldsOnly } from '../read/test-players.ts'
import { type CardIn, playingChanges } from './house.ts'
import type { Deed } from './rule-test.ts'
import { newsOf, type StoryTold } from './story-told.ts'

/** An event that somebody wrote as one word: `button=right`. */
export interface AskedEvent {
  readonly written: string
  readonly deed: Deed
}

interface Known {
  readonly inputs: ReadonlyMap<string, InputDeclaration>
  /** Those whose cards can be put in. */
  readonly streams: ReadonlySet<string>
  readonly stories: ReadonlyMap<string, Story>
  /** Whom it happens to. @throws AppError where nobody can be meant. */
  player(): string
  /** The same, null where nobody can be meant. */
  playerIfAny(): string | null
}

/** What can be written, with an example of each. */
export const eventForms = [
  'button=right',
  'card.inserted=7JtVV',
  'card.inserted=stream:bedroom',
  'card.removed',
  'playing=paused',
  'player.volume=3',
  'input.party=true',
  'input.bell=press',
  'mqtt.home/party/set=ON',
  'webhook.garden-bell=ring',
  'ha.light.nursery=on',
  'story.choice=lighthouse/harbour/left',
  'advance=25m',
] as const

const mostEvents = 50
const longestMs = 8 * 86_400_000

/** Reads them in order. @throws AppError `unprocessable` that says which, what is wrong and what can be written. */
export function eventsAsked(written: readonly string[], known: Known): AskedEvent[] {
  if (written.length > mostEvents)
    throw new AppError(
      'unprocessable',
      `${written.length} events are more than the ${mostEvents} there may be`,
    )
  const events = written.map((one) => ({ written: one, deed: deedOf(one, known) }))
  const ms = events.reduce((sum, { deed }) => sum + (deed.kind === 'advance' ? deed.ms : 0), 0)
  if (ms > longestMs) throw new AppError('unprocessable', 'a dry run lasts at most 8 days of its own clock')
  return events
}

function deedOf(asked: string, known: Known): Deed {
  const written = asked.normalize('NFC')
  const at = written.indexOf('=')
  const what = at < 0 ? written : written.slice(0, at)
  const value = at < 0 ? null : written.slice(at + 1)
  const [group = '', ...rest] = what.split('.')
  const event: Written = { written, value, name: rest.join('.'), known }
  const read = Object.hasOwn(readers, what)
    ? readers[what]
    : Object.hasOwn(groups, group)
      ? groups[group]
      : undefined
  if (read === undefined || (rest.length > 0 && read === groups[group] && event.name === ''))
    throw unknownEvent(written, what)
  return read(event)
}

interface Written {
  readonly written: string
  /** Behind the first `=`; null where there is none. */
  readonly value: string | null
  /** Behind the first dot. */
  readonly name: string
  readonly known: Known
}

type Read = (event: Written) => Deed

const readers: Readonly<Record<string, Read>> = {
  button: (event) => ({
    kind: 'press',
    player: event.known.player(),
    button: wordOf(event, buttons),
  }),
  'card.inserted': (event) => ({ kind: 'insert', player: event.known.player(), card: cardOf(event) }),
  'card.removed': (event) => {
    if (event.value !== null) throw wrong(event, 'nothing behind it, for the card is the one that is in')
    return { kind: 'remove', player: event.known.player() }
  },
  playing: (event) => ({
    kind: 'playing',
    player: event.known.player(),
    change: wordOf(event, playingChanges),
  }),
  advance: (event) => {
    const ms = /^[1-9][0-9]{0,4}[smhd]$/.test(event.value ?? '') ? durationMs(event.value ?? '') : 0
    if (ms > 0) return { kind: 'advance', ms }
    throw wrong(event, 'a length of time such as advance=25m')
  },
}

const groups: Readonly<Record<string, Read>> = {
  player(event) {
    const { name, value, written } = event
    const fields = decodeJson(
      playerFieldsOnly,
      { [name]: plainOf(value) },
      { what: `event ${quote(shown(written))}` },
    )
    if ('problem' in fields) throw new AppError('unprocessable', fields.problem)
    return {
      kind: 'player',
      player: event.known.player(),
      patch: patchOfFields(fields.value, 'paused'),
    }
  },
  input(event) {
    const { name, value, known } = event
    const declared = known.inputs.get(name)
    if (declared === undefined) throw unknownInput(event)
    const read = value === null ? null : valueIn(declared.form, value)
    if (read === null) throw wrong(event, takenBy(declared.form))
    return { kind: 'input', values: new Map([[name, read]]) }
  },
  mqtt(event) {
    const { name: topic, value } = event
    if (topic === '' || /[+#]/.test(topic) || topic.length > 500)
      throw wrong(event, 'a topic without + and #, and what is said there, as in mqtt.home/party/set=ON')
    return { kind: 'mqtt', topic, payload: value ?? '' }
  },
  webhook(event) {
    const { name, value } = event
    if (name === '') throw wrong(event, 'the name of a webhook, as in webhook.garden-bell=ring')
    return { kind: 'webhook', name, body: value ?? '' }
  },
  ha(event) {
    const { name, value } = event
    if (!/^[a-z0-9_]+\.[a-z0-9_]+$/.test(name) || value === null || value === '' || value.length > 255)
      throw wrong(event, 'an entity of Home Assistant and its new state, as in ha.light.nursery=on')
    return { kind: 'ha', states: new Map([[name, value]]) }
  },
  story(event) {
    const told = storyTold(event)
    try {
      newsOf(told, event.known.stories)
    } catch (error) {
      throw new AppError('unprocessable', `event ${quote(shown(event.written))}: ${messageOf(error)}`)
    }
    return { kind: 'story', player: event.known.playerIfAny(), told }
  },
}

const storyEvents = ['started', 'reached', 'choice', 'ended'] as const

function storyTold(event: Written): StoryTold {
  const { name, value } = event
  const [story = '', second = '', third = '', leads_to, ...more] = (value ?? '').split('/')
  const choice = answers.find((answer) => answer === third)
  if (name === 'started' && story !== '' && second === '') return { is: name, story }
  if (name === 'reached' && second !== '' && third === '') return { is: name, story, scene: second }
  if (name === 'choice' && choice !== undefined && more.length === 0)
    return { is: name, story, scene: second, choice, leads_to }
  const ending = (value ?? '').slice(story.length + 1)
  if (name === 'ended' && story !== '') return { is: name, story, ending: ending === '' ? null : ending }
  throw wrong(
    event,
    'story.started=<story>, story.reached=<story>/<scene>, story.choice=<story>/<scene>/<left, right or silence> (and /<scene> where that does not say what follows) or story.ended=<story>/<ending>',
  )
}

function wordOf<Word extends string>(event: Written, words: readonly Word[]): Word {
  const word = words.find((one) => one === event.value)
  if (word !== undefined) return word
  const near = didYouMean(event.value ?? '', words)
  throw wrong(event, `one of ${words.join(', ')}`, near)
}

function cardOf(event: Written): NonNullable<CardIn> {
  const { value, known } = event
  const stream = value?.startsWith('stream:') ? value.slice('stream:'.length) : null
  if (stream !== null) {
    if (known.streams.has(stream)) return { stream }
    const near = didYouMean(stream, known.streams)
    const there =
      known.streams.size === 0
        ? 'the household has no stream'
        : `one of ${[...known.streams].sort().join(', ')}`
    throw wrong(event, `a stream behind stream:, ${there}`, near === null ? null : `stream:${near}`)
  }
  if (value !== null && cardIdPattern.test(value)) return { id: value }
  throw wrong(event, 'a card id of five letters and digits, or stream: and the stream of a card of yours')
}

/** As the fields of tests take it: texts alone, which their schema reads. */
function plainOf(value: string | null): string | number | boolean | null {
  if (value === 'true' || value === 'false') return value === 'true'
  return value !== null && /^-?\d{1,6}$/.test(value) ? Number(value) : value
}

function wrong({ written }: Written, expected: string, near: string | null = null): AppError {
  const question = near === null ? '' : ` - did you mean "${near}"?`
  return new AppError('unprocessable', `event ${quote(shown(written))}: expected ${expected}${question}`)
}

function unknownInput({ written, name, known }: Written): AppError {
  const near = didYouMean(name, known.inputs.keys())
  const question = near === null ? '' : ` - did you mean "input.${near}"?`
  const there =
    known.inputs.size === 0 ? 'the rule files declare none' : `there are: ${list([...known.inputs.keys()])}`
  return new AppError(
    'unprocessable',
    `event ${quote(shown(written))}: there is no input ${quote(shown(name))}${question} (${there})`,
  )
}

function unknownEvent(written: string, what: string): AppError {
  const heads = [
    'button',
    'card.inserted',
    'card.removed',
    'playing',
    'player',
    'input',
    'mqtt',
    'webhook',
    'ha',
    ...storyEvents.map((is) => `story.${is}`),
    'advance',
  ]
  const near = didYouMean(what, heads)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  return new AppError(
    'unprocessable',
    `event ${quote(shown(written))}: there is no such event${question} (what can be written: ${eventForms.join(', ')})`,
  )
}

function shown(written: string): string {
  return written.slice(0, 80)
}
