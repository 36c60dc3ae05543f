import { isJsonObject } from '../../core/json.ts'
import { textOfItem } from '../../core/spoken.ts'
import { list, quote } from '../../language/wording.ts'

// A text of somebody's, such as what is sent to a topic, may be as long as a book.
const longest = 120

/**
 * What an effect does, in plain words: "puts forest into the stream bedroom". `asked`: its fields, without its kind.
 * `nameOf`: how people call a player.
 */
export function effectInWords(kind: string, asked: unknown, nameOf: (player: string) => string): string {
  const fields = isJsonObject(asked) ? asked : {}
  const text = (name: string) => shown(fields[name])
  switch (kind) {
    case 'fill-queue':
      return fillingInWords(text('how'), contentInWords(fields.content), text('stream'))
    case 'mutate-queue':
      return mutationInWords(fields.mutation, text('stream'))
    case 'delete-stream':
      return `deletes the stream ${text('stream')}`
    case 'command':
      return `tells ${nameOf(text('player'))}: ${commandInWords(fields.command)}`
    case 'start-stream':
      return `has ${nameOf(text('player'))} play the stream ${text('stream')}`
    case 'tell-story':
      return storyInWords(fields, text, nameOf(text('player')))
    case 'let-end':
      return `has ${nameOf(text('player'))} come to its end with what it plays`
    case 'send-on':
      return `has players that hear the stream ${text('stream')} go on to its current item`
    case 'return-volume':
      return `remembers the volume ${text('step')} of ${nameOf(text('player'))}, to put it back later`
    case 'publish':
      return `publishes ${quote(text('payload'))} to ${text('topic')}${fields.retain === true ? ' (retained)' : ''}`
    case 'webhook':
      return `calls ${hostIn(String(fields.url))} by ${text('method')}`
    case 'ha':
      return `calls ${text('action')} of Home Assistant${aboutWhat(fields.target)}`
    case 'log':
      return `writes ${quote(text('message'))} into the log`
    case 'set-var':
    case 'set-input': {
      const what = `sets the ${kind === 'set-var' ? 'var' : 'input'} ${text('name')}`
      return fields.value === undefined ? what : `${what} to ${text('value')}`
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

/** A playlist or a file by its name; what a voice says in quotes. */
function contentInWords(content: unknown): string {
  const said = typeof content === 'string' ? textOfItem(content) : null
  return said === null ? shown(content) : `the words ${quote(shown(said))}`
}

function fillingInWords(how: string, content: string, stream: string): string {
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

function mutationInWords(mutation: unknown, stream: string): string {
  const { op, ...rest } = isJsonObject(mutation) ? mutation : {}
  const said = Object.entries(rest).map(([name, value]) => `${name} ${shown(value)}`)
  return `changes the queue of the stream ${stream}: ${shown(op)}${said.length === 0 ? '' : ` (${said.join(', ')})`}`
}

function commandInWords(command: unknown): string {
  const { type, ...rest } = isJsonObject(command) ? command : {}
  switch (type) {
    case 'volume-step':
      return `volume ${shown(rest.step)}`
    case 'volume-percent':
      return `volume ${shown(rest.percent)} %`
    default: {
      const said = Object.entries(rest).map(([name, value]) => `${name} ${shown(value)}`)
      return `${shown(type)}${said.length === 0 ? '' : ` (${said.join(', ')})`}`
    }
  }
}

function aboutWhat(target: unknown): string {
  const named = isJsonObject(target) ? Object.values(target).flat().map(shown) : []
  return named.length === 0 ? '' : ` for ${list(named)}`
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
