import type { Clock } from '../core/clock.ts'
import type { Effect, Perform, PlayerCommand } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import { FewLines } from '../core/few-lines.ts'
import type { Input } from '../core/input.ts'
import { type JsonObject, parseJsonObject } from '../core/json.ts'
import type { Log, LogDetail } from '../core/log.ts'
import type { Light } from '../core/player.ts'
import { type Door, performThrough } from '../core/player-lines.ts'
import { checkStreamName } from '../core/queue.ts'
import { calledSo } from '../core/slug.ts'
import { Turns } from '../core/turns.ts'
import { UnderWay } from '../core/under-way.ts'
import { Answers } from './answers.ts'
import { parseField, parseFields } from './commands.ts'
import { type Failure, failureOf } from './failure.ts'
import { Freshness } from './freshness.ts'
import { readInputSet } from './input-set.ts'
import type { LightField } from './light-json.ts'
import type { Parsed, Refusal } from './reading.ts'
import { SharedDiagnostics } from './requests/diagnostics.ts'
import type { RequestPorts } from './requests/request.ts'
import { type Answer, answerRequest, refusedRequest } from './requests.ts'
import { carryOut, type StreamPorts, tellPlayers } from './stream-desk.ts'
import { closes, fills, parseStreamSet } from './stream-set.ts'
import type { SetTopic, Topics } from './topic.ts'

export interface CommandDeskOptions extends StreamPorts, Omit<RequestPorts, 'diagnostics' | 'stopping'> {
  readonly topics: Topics
  readonly log: Log
  /** By which all that is asked for here comes to players. */
  readonly door: Door
  inputs(): readonly Input[]
  /** Real time, by which it is seen that the program stood still; the machine's clock where absent. */
  readonly heart?: Clock
  /** The state of the product without secrets, however large. */
  diagnostics(): JsonObject
  /** The colour that a player's light has or last had; null where nobody knows. */
  lastColour(player: string, field: LightField): Light | null
  /**
   * Tells whoever sent something what became of it, on `bridge/response/<what>`. Resolves when the broker has it, or
   * it was given up.
   */
  respond(what: string, answer: Answer | CommandAnswer): Promise<void>
}

/** What `<base>/bridge/response/set` says. */
export type CommandAnswer = {
  readonly status: 'ok' | 'error'
  /** `overtaken`: it was not done, because something newer took its place; a list names the fields of which that holds. */
  readonly data: {
    readonly topic: string
    readonly overtaken?: true | readonly string[]
    /** When what was put into a stream is heard, or how long it stays. */
    readonly note?: string
  }
  readonly error?: Failure
}

const longestShown = 80
const unnamed = {
  level: 'warn',
  message: 'more MQTT messages were refused or failed than the log names',
} as const
// They wait for the store and not for players: a burst of an automation is no flood.
const mostOfAStream = 32
const mostOfARequest = 32
const mostOfAnInput = 32

/**
 * Takes messages under `set` and `bridge/request`, has them carried out and says so, or in one line of the log and to
 * the sender why not. What is retained, or has become old, is not carried out.
 */
export class CommandDesk {
  readonly #options: CommandDeskOptions
  readonly #freshness: Freshness
  readonly #warnings: FewLines
  readonly #answers: Answers<Answer | CommandAnswer>
  readonly #diagnostics: SharedDiagnostics
  /** Wishes of one stream follow one another, so that the last is the one that holds. */
  readonly #turns = new Turns<string>()
  readonly #streams = new UnderWay(mostOfAStream)
  readonly #requests = new UnderWay(mostOfARequest)
  readonly #inputs = new UnderWay(mostOfAnInput)
  readonly #stopping = new AbortController()

  constructor(options: CommandDeskOptions) {
    this.#options = options
    this.#freshness = new Freshness(options)
    this.#warnings = new FewLines({ ...options, more: unnamed })
    this.#answers = new Answers({ ...options, warnings: this.#warnings })
    this.#diagnostics = new SharedDiagnostics(options)
  }

  start(): void {
    this.#freshness.start()
  }

  stop(): void {
    this.#stopping.abort()
    this.#freshness.stop()
    this.#warnings.stop()
  }

  /** Never rejects. */
  async take(topic: string, payload: string, { retain }: { readonly retain: boolean }): Promise<void> {
    const read = this.#options.topics.read(topic)
    if (read === undefined) return
    // An empty message is how a retained one is taken back: nobody means a command by it.
    if (payload === '' && (retain || read.kind !== 'request')) return
    if (retain)
      this.#warnings.say('warn', `${topic} retained`, {
        message: 'ignored a retained MQTT command: commands must not be retained',
        detail: { topic },
      })
    if (read.kind === 'request') await this.#answer(read.what, payload, retain)
    else if (!retain) await this.#set(read, topic, payload)
  }

  async #answer(what: string, payload: string, retain: boolean): Promise<void> {
    if (retain) {
      const failure = { code: 'retained', message: 'not done: requests must not be retained' }
      this.#answers.say(what, refusedRequest(payload, failure))
      return
    }
    const { check } = this.#freshness.arrived()
    const ports = {
      ...this.#options,
      perform: performThrough(this.#options.door, this.#checked(check)),
      check,
      diagnostics: () => this.#diagnostics.read(),
      stopping: this.#stopping.signal,
      log: {
        error: (message: string, detail: LogDetail = {}) =>
          this.#warnings.say('error', `${what} internal`, { message, detail }),
      },
    }
    const run = () => answerRequest({ what, payload }, ports)
    const answer = await this.#requests
      .take(`the request ${what}`, { run })
      .catch((error) => refusedRequest(payload, failureOf(error)))
    this.#answers.say(what, answer)
  }

  async #set(read: SetTopic, topic: string, payload: string): Promise<void> {
    const { check } = this.#freshness.arrived()
    // Names with accents may come in two forms.
    const taken = { topic, payload: payload.normalize('NFC'), perform: this.#checked(check) }
    let outcome: Outcome
    try {
      outcome = await this.#outcomeOf(read, taken)
    } catch (error) {
      this.#failed(taken, error)
      return
    }
    if (outcome.ok) this.#answers.say('set', { status: 'ok', data: { topic, ...outcome.came } })
    else this.#refuse(topic, outcome)
  }

  #outcomeOf(read: SetTopic, taken: Taken): Promise<Outcome> {
    switch (read.kind) {
      case 'player-set':
        return this.#player(read, taken)
      case 'stream-set':
        return this.#stream(read, taken)
      case 'input-set':
        return this.#input(read, taken)
    }
  }

  async #input({ input: called }: SetTopic & { kind: 'input-set' }, taken: Taken): Promise<Outcome> {
    const { topic, payload, perform } = taken
    const input = calledSo(this.#options.inputs(), called, ({ id }) => id)
    if (input === undefined)
      throw new AppError('not_found', `there is no input "${called.slice(0, longestShown)}"`)
    const { id } = input
    const read = readInputSet(input, payload)
    if (!read.ok) return read
    const run = () => perform({ kind: 'set-input', name: id, value: read.value }, `MQTT ${topic}`)
    await this.#inputs.take(`the input ${id}`, { run })
    return { ok: true }
  }

  async #player(read: SetTopic & { kind: 'player-set' }, taken: Taken): Promise<Outcome> {
    const { topic, payload, perform } = taken
    const { player, field } = read
    if (!this.#options.players().some(({ id }) => id === player))
      throw new AppError('not_found', 'there is no such player')
    const lastColour = (light: LightField) => this.#options.lastColour(player, light)
    const parsed: Parsed<PlayerCommand> =
      field === undefined ? parseFields(payload, lastColour) : parseField(field, payload, lastColour)
    if (!parsed.ok) return parsed
    const overtaken = await this.#options.door({
      player,
      commands: parsed.wishes,
      send: (command) => perform({ kind: 'command', player, command }, `MQTT ${topic}`),
    })
    if (overtaken.length === 0) return { ok: true }
    if (overtaken.length === parsed.wishes.length) return { ok: true, came: { overtaken: true } }
    // Each field is one command.
    const fields = Object.keys(parseJsonObject(payload) ?? {})
    const isOvertaken = (_: string, at: number) => overtaken.some((command) => command === parsed.wishes[at])
    return { ok: true, came: { overtaken: fields.filter(isOvertaken) } }
  }

  async #stream({ stream: called }: SetTopic & { kind: 'stream-set' }, taken: Taken): Promise<Outcome> {
    const { topic, payload, perform } = taken
    const known = calledSo(this.#options.queues(), called, ({ name }) => name)
    const stream = known?.name ?? checkStreamName(called)
    const parsed = parseStreamSet(payload)
    if (!parsed.ok) return parsed
    const ports: StreamPorts = { ...this.#options, perform }
    const because = `MQTT ${topic}`
    const run = async () => {
      const effects: Effect[] = []
      for (const wish of parsed.wishes)
        effects.push(...(await this.#turns.take(stream, () => carryOut(wish, { stream, because }, ports))))
      return effects
    }
    const isUrgent = parsed.wishes.every(closes)
    const effects = await this.#streams.take(`stream ${stream}`, { run, isUrgent })
    // Players may be slow to answer, and what follows for the stream does not wait for them.
    await tellPlayers(effects, because, performThrough(this.#options.door, perform))
    const queue = this.#options.queues().find(({ name }) => name === stream)
    const note =
      queue !== undefined && parsed.wishes.some(fills) ? this.#options.outlooks.wordsOn(queue) : null
    return note === null ? { ok: true } : { ok: true, came: { note } }
  }

  /** The same, as long as what it is done for is not too old. */
  #checked(check: () => void): Perform {
    return async (effect, because) => {
      check()
      await this.#options.perform(effect, because)
    }
  }

  #failed({ topic, payload }: Taken, error: unknown): void {
    const failure = failureOf(error)
    this.#answerFailure(topic, failure)
    this.#warnings.say('warn', `${topic} ${failure.code}`, {
      message: 'an MQTT command failed',
      detail: { topic, value: shown(payload), problem: messageOf(error) },
    })
  }

  #refuse(topic: string, { code, field, value, message: problem }: Refusal): void {
    const named = field === null ? {} : { field: shown(field) }
    const message = field === null ? problem : `${shown(field)}: ${problem}`
    this.#answerFailure(topic, { code, message, ...named })
    this.#warnings.say('warn', `${topic} ${code}`, {
      message: 'ignored an MQTT command',
      detail: { topic, code, ...named, value: shown(value), problem },
    })
  }

  #answerFailure(topic: string, { details: _, ...error }: Failure): void {
    this.#answers.say('set', { status: 'error', data: { topic }, error })
  }
}

/** What became of a message: a refusal says why nothing. */
type Outcome = Refusal | { readonly ok: true; readonly came?: Omit<CommandAnswer['data'], 'topic'> }

/** A message that is being carried out. */
interface Taken {
  readonly topic: string
  readonly payload: string
  /** Throws once the message is too old. */
  readonly perform: Perform
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value)
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // What is nested thousands deep can be read from JSON, but not written.
    return '(a value that cannot be shown)'
  }
}
