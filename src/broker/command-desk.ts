import type { Perform, PlayerCommand } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'
import { streamNamePattern } from '../core/queue.ts'
import { type Parsed, parseField, parseFields, parseStreamSet, type StreamWish } from './commands.ts'
import type { SetTopic, Topics } from './topic.ts'

export interface CommandDeskOptions {
  readonly topics: Topics
  readonly log: Log
  players(): readonly PlayerState[]
  readonly perform: Perform
  usePlaylist(stream: string, playlist: string, because: string): Promise<void>
  /** Tells whoever sent a command what became of it. */
  respond(answer: CommandAnswer): void
}

/** What `<base>/bridge/response/set` says. */
export type CommandAnswer = {
  readonly status: 'ok' | 'error'
  readonly data: { readonly topic: string }
  readonly error?: { readonly code: string; readonly message: string }
}

const longestShown = 80

/** Takes messages under `set`, has them carried out and says so, or in one line of the log and to the sender why not. */
export class CommandDesk {
  readonly #options: CommandDeskOptions

  constructor(options: CommandDeskOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async take(topic: string, payload: string, message: { readonly retain: boolean }): Promise<void> {
    const read = this.#options.topics.read(topic)
    // An empty message is how a retained one is taken back: nobody means a command by it.
    if ((read?.kind !== 'player-set' && read?.kind !== 'stream-set') || payload === '') return
    if (message.retain) {
      this.#options.log.warn('ignored a retained MQTT command: commands must not be retained', { topic })
      return
    }
    try {
      const refusal =
        read.kind === 'player-set'
          ? await this.#player(read, topic, payload)
          : await this.#stream(read, topic, payload)
      if (refusal === null) this.#options.respond({ status: 'ok', data: { topic } })
      else this.#refuse(topic, refusal)
    } catch (error) {
      this.#fail(topic, {
        code: error instanceof AppError ? error.code : 'failed',
        message: messageOf(error),
      })
      this.#options.log.warn('an MQTT command failed', {
        topic,
        value: shown(payload),
        problem: messageOf(error),
      })
    }
  }

  async #player(
    read: SetTopic & { kind: 'player-set' },
    topic: string,
    payload: string,
  ): Promise<Refused | null> {
    if (!this.#options.players().some(({ id }) => id === read.player))
      return {
        code: 'not_found',
        field: read.field ?? null,
        value: payload,
        message: 'there is no such player',
      }
    const parsed: Parsed<PlayerCommand> =
      read.field === undefined ? parseFields(payload) : parseField(read.field, payload)
    if (!parsed.ok) return parsed
    for (const command of parsed.wishes)
      await this.#options.perform({ kind: 'command', player: read.player, command }, `MQTT ${topic}`)
    return null
  }

  async #stream(
    { stream }: SetTopic & { kind: 'stream-set' },
    topic: string,
    payload: string,
  ): Promise<Refused | null> {
    if (!streamNamePattern.test(stream))
      return {
        code: 'unprocessable',
        field: null,
        value: payload,
        message: 'this cannot be the name of a stream',
      }
    const parsed = parseStreamSet(payload)
    if (!parsed.ok) return parsed
    for (const wish of parsed.wishes) await this.#wish(stream, wish, `MQTT ${topic}`)
    return null
  }

  #wish(stream: string, wish: StreamWish, because: string): Promise<void> {
    const { perform, usePlaylist } = this.#options
    if (wish.type === 'playlist') return usePlaylist(stream, wish.playlist, because)
    return perform({ kind: 'mutate-queue', stream, mutation: wish.mutation }, because)
  }

  #refuse(topic: string, refusal: Refused): void {
    this.#fail(topic, refusal)
    this.#options.log.warn('ignored an MQTT command', {
      topic,
      code: refusal.code,
      ...(refusal.field === null ? {} : { field: refusal.field.slice(0, longestShown) }),
      value: shown(refusal.value),
      problem: refusal.message,
    })
  }

  #fail(topic: string, { code, message }: { code: string; message: string }): void {
    this.#options.respond({ status: 'error', data: { topic }, error: { code, message } })
  }
}

interface Refused {
  readonly code: string
  readonly field: string | null
  readonly value: unknown
  readonly message: string
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}
