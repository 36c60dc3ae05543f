import { isJsonObject } from '../../core/json.ts'
import { durationInWords } from '../../language/duration.ts'
import { list, quote } from '../../language/wording.ts'
import { inWords } from '../telling.ts'
import { fillingInWords, mutationInWords, type Naming, shown } from './queue-words.ts'

/**
 * What an effect does, in plain words: "puts forest into the stream bedroom". `asked`: its fields, without its kind. */
export function effectInWords(kind: string, asked: unknown, naming: Naming): string {
  const fields = isJsonObject(asked) ? asked : {}
  const text = (name: string) => shown(fields[name])
  const player = () => naming.player(text('player'))
  switch (kind) {
    case 'fill-queue':
      return fillingInWords(fields)
    case 'mutate-queue':
      return mutationInWords(fields.mutation, text('stream'), naming)
    case 'delete-stream':
      return `deletes the stream ${text('stream')}`
    case 'command':
      return commandInWords(fields.command, player())
    case 'start-stream':
      return `has ${player()} play the stream ${text('stream')}`
    case 'tell-story':
      return storyInWords(fields, text, player())
    case 'let-end':
      return `lets ${player()} play what it plays to its end, and nothing after it`
    case 'send-on':
      return `has the players that play the stream ${text('stream')} go on to its current item`
    case 'return-volume':
      return `puts the volume of ${player()} back to ${text('step')} at ${naming.time(text('at'))}, if it is as it was left then`
    case 'publish':
      return `publishes ${quote(text('payload'))} to ${text('topic')}${fields.retain === true ? ', to stay there' : ''}`
    case 'webhook':
      return `calls ${hostIn(String(fields.url))} by ${text('method')}`
    case 'ha':
      return `calls ${text('action')} of Home Assistant${aboutWhat(fields.target)}`
    case 'log':
      return `writes ${quote(text('message'))} into the log`
    case 'set-var':
    case 'set-input': {
      const what = `sets the ${kind === 'set-var' ? 'variable' : 'input'} ${text('name')}`
      const { value } = fields
      if (typeof value === 'boolean') return `${what} to ${value ? 'on' : 'off'}`
      return value === undefined ? what : `${what} to ${text('value')}`
    }
    case 'plugin':
      return `has a plug-in act: ${shown(asked)}`
    default:
      return `${kind} ${shown(asked)}`
  }
}

function storyInWords(
  fields: Readonly<Record<string, unknown>>,
  text: (name: string) => string,
  player: string,
): string {
  const from = fields.scene === undefined ? '' : ` from the scene ${text('scene')}`
  if (fields.how === 'end') return `ends the story ${text('story')} on ${player}`
  return `has ${player} ${fields.how === 'resume' ? 'go on with' : 'play'} the story ${text('story')}${from}`
}

/** The rest of an address may hold secrets. */
function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address'
}

/** "has Den go on to the next track". */
function commandInWords(command: unknown, player: string): string {
  const { type, ...rest } = isJsonObject(command) ? command : {}
  switch (type) {
    case 'play':
      return `has ${player} play on`
    case 'pause':
      return `pauses ${player}`
    case 'stop':
      return `stops ${player}`
    case 'next':
      return `has ${player} go on to the next track`
    case 'previous':
      return `has ${player} go back to the previous track`
    case 'restart':
      return `has ${player} begin its track again`
    case 'reboot':
      return `restarts ${player}`
    case 'refresh':
      return `asks ${player} how it is`
    case 'volume-step':
      return `sets the volume of ${player} to ${shown(rest.step)}`
    case 'volume-percent':
      return `sets the volume of ${player} to ${shown(rest.percent)} %`
    case 'seek':
      return `has ${player} play from ${secondsInWords(rest.position_s)} on`
    case 'card':
      return cardInWords(rest, player)
    case 'sleep-timer':
      if (rest.until !== undefined)
        return `has ${player} stop at the end of the ${shown(rest.until)} (sleep timer)`
      return rest.seconds === 0
        ? `ends the sleep timer of ${player}`
        : `sets the sleep timer of ${player} to ${secondsInWords(rest.seconds)}`
    case 'nightlight':
      return rest.light === 'off'
        ? `turns the light of ${player} off`
        : `sets the light of ${player} to ${shown(rest.light)}`
    case 'settings':
      return `sets for ${player} ${settingsInWords(rest.settings)}`
    default:
      return `tells ${player}: ${[shown(type), fieldsInWords(rest)].filter((text) => text !== '').join(', ')}`
  }
}

function cardInWords(
  { card_id, chapter_key, track_key, seconds_in }: Readonly<Record<string, unknown>>,
  player: string,
): string {
  const place = [
    ...(chapter_key === undefined ? [] : [`chapter ${shown(chapter_key)}`]),
    ...(track_key === undefined ? [] : [`track ${shown(track_key)}`]),
    ...(seconds_in === undefined ? [] : [`${secondsInWords(seconds_in)} in`]),
  ]
  const from = place.length === 0 ? '' : ` from ${place.join(', ')}`
  return `has ${player} play the card ${shown(card_id)}${from}`
}

function secondsInWords(seconds: unknown): string {
  return typeof seconds === 'number' ? durationInWords(seconds * 1000) : shown(seconds)
}

const settings: Readonly<Record<string, string>> = {
  ambient_day: 'the light by day',
  ambient_night: 'the light by night',
  volume_max_step_day: 'the loudest volume by day',
  volume_max_step_night: 'the loudest volume by night',
}

/** "the light by day to off and the light by night to #200800". */
function settingsInWords(asked: unknown): string {
  const words = Object.entries(isJsonObject(asked) ? asked : {}).map(
    ([name, value]) => `${settings[name] ?? name} to ${shown(value)}`,
  )
  return inWords(words, 'and')
}

/** "action on, name Kitchen". */
function fieldsInWords(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ')
}

function aboutWhat(target: unknown): string {
  const named = isJsonObject(target) ? Object.values(target).flat().map(shown) : []
  return named.length === 0 ? '' : ` for ${list(named)}`
}
