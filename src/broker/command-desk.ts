import type { Clock } from '../core/clock.ts'
import type { Perform, PlayerCommand } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Light } from '../core/player.ts'
import { checkStreamName } from '../core/queue.ts'
import { Turns } from '../core/turns.ts'
import { parseField, parseFields } from './commands.ts'
import { type Failure, failureOf } from './failure.ts'
import { Freshness } from './freshness.ts'
import type { LightField } from './light-json.ts'
import type { Parsed, Refusal } from './reading.ts'
import type { RequestPorts } from './requests/request.ts'
import { type Answer, answerRequest, refusedRequest } from './requests.ts'
import { carryOut, type StreamPorts, tellPlayers } from './stream-desk.ts'
import { parseStreamSet } from './stream-set.ts'
import type { SetTopic, Topics } from './topic.ts'

export interface CommandDeskOptions extends StreamPorts, RequestPorts {
  readonly topics: Topics
  readonly log: Log
  /** Real time, by which it is seen that the program stood still; the machine's clock where absent. */
  readonly heart?: Clock
  /** The colour that a player's light has or last had; null where nobody knows. */
  lastColour(player: string, field: LightField): Light | null
  /** Tells whoever sent something what became of it, on `bridge/response/<what>`. */
  respond(what: string, answer: Answer | CommandAnswer): void
}

/** What `<base>/bridge/response/set` says. */
export type CommandAnswer = {
  readonly status: 'ok' | 'error'
  readonly data: { readonly topic: string }
  readonly error?: Failure
}

const longestShown = 80

/**
 * Takes messages under `set` and `bridge/request`, has them carried out and says so, or in one line of the log and to
 * the sender why not. What is retained, or has become old, is not carried out.
 */
export class CommandDesk {
  readonly #options: CommandDeskOptions
  readonly #freshness: Freshness
  /** Wishes of one stream follow one another, so that the last is the one that holds. */
  readonly #turns = new Turns<string>()

  constructor(options: CommandDeskOptions) {
    this.#options = options
    this.#freshness = new Freshness(options)
  }

  start(): void {
    this.#freshness.start()
  }

  stop(): void {
    this.#freshness.stop()
  }

  /** Never rejects. */
  async take(topic: string, payload: string, { retain }: { readonly retain: boolean }): Promise<void> {
    const read = this.#options.topics.read(topic)
    if (read === undefined) return
    // An empty message is how a retained one is taken back: nobody means a command by it.
    if (payload === '' && (retain || read.kind !== 'request')) return
    if (retain)
      this.#options.log.warn('ignored a retained MQTT command: commands must not be retained', { topic })
    if (read.kind === 'request') await this.#answer(read.what, payload, retain)
    else if (!retain) await this.#set(read, topic, payload)
  }

  async #answer(what: string, payload: string, retain: boolean): Promise<void> {
    const { check } = this.#freshness.arrived()
    const ports = { ...this.#options, perform: this.#checked(check) }
    const answer = retain
      ? refusedRequest(payload, { code: 'retained', message: 'not done: requests must not be retained' })
      : await answerRequest({ what, payload }, { ...ports, check })
    this.#options.respond(what, answer)
  }

  async #set(read: SetTopic, topic: string, payload: string): Promise<void> {
    const { check } = this.#freshness.arrived()
    const taken = { topic, payload, perform: this.#checked(check) }
    try {
      const refusal =
        read.kind === 'player-set' ? await this.#player(read, taken) : await this.#stream(read, taken)
      if (refusal === null) this.#options.respond('set', { status: 'ok', data: { topic } })
      else this.#refuse(topic, refusal)
    } catch (error) {
      this.#fail(topic, failureOf(error))
      this.#options.log.warn('an MQTT command failed', {
        topic,
        value: shown(payload),
        problem: messageOf(error),
      })
    }
  }

  async #player(read: SetTopic & { kind: 'player-set' }, taken: Taken): Promise<Refusal | null> {
    const { topic, payload, perform } = taken
    const { player, field } = read
    if (!this.#options.players().some(({ id }) => id === player))
      throw new AppError('not_found', 'there is no such player')
    const lastColour = (light: LightField) => this.#options.lastColour(player, light)
    const parsed: Parsed<PlayerCommand> =
      field === undefined ? parseFields(payload, lastColour) : parseField(field, payload, lastColour)
    if (!parsed.ok) return parsed
    for (const command of parsed.wishes) await perform({ kind: 'command', player, command }, `MQTT ${topic}`)
    return null
  }

  async #stream({ stream }: SetTopic & { kind: 'stream-set' }, taken: Taken): Promise<Refusal | null> {
    const { topic, payload, perform } = taken
    checkStreamName(stream)
    const parsed = parseStreamSet(payload)
    if (!parsed.ok) return parsed
    const ports: StreamPorts = { ...this.#options, perform }
    const because = `MQTT ${topic}`
    for (const wish of parsed.wishes) {
      const then = await this.#turns.take(stream, () => carryOut(wish, { stream, because }, ports))
      // The next wish does not wait for players, who may be slow to answer.
      await tellPlayers(then, because, perform)
    }
    return null
  }

  /** The same, as long as what it is done for is not too old. */
  #checked(check: () => void): Perform {
    return async (effect, because) => {
      check()
      await this.#options.perform(effect, because)
    }
  }

  #refuse(topic: string, refusal: Refusal): void {
    this.#fail(topic, refusal)
    this.#options.log.warn('ignored an MQTT command', {
      topic,
      code: refusal.code,
      ...(refusal.field === null ? {} : { field: refusal.field.slice(0, longestShown) }),
      value: shown(refusal.value),
      problem: refusal.message,
    })
  }

  #fail(topic: string, { code, message }: Failure): void {
    this.#options.respond('set', { status: 'error', data: { topic }, error: { code, message } })
  }
}

/** A message that is being carried out. */
interface Taken {
  readonly topic: string
  readonly payload: string
  /** Throws once the message is too old. */
  readonly perform: Perform
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}
