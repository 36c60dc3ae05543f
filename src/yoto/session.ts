import { type Clock, every } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerPatch } from '../core/player.ts'
import { Answers, longestWaitMs } from './answers.ts'
import type { CommandMessage } from './command.ts'
import type { CloudConnection } from './connection.ts'
import { parseMessage } from './parse.ts'
import { randomText } from './random-text.ts'

export interface SessionOptions {
  readonly playerIds: () => readonly string[]
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  readonly log: Log
  readonly onPatch: (playerId: string, patch: PlayerPatch, at: Date) => void
  /** Kinds of trouble that were logged before; they outlive a session, so that each is logged once. */
  readonly logged: Set<string>
}

/** What the session remembers of a player, to see when a question is due. */
interface Watch {
  readonly stop: () => void
  online: boolean | undefined
  card: string | null | undefined
  streaming: boolean | null | undefined
  /** Called, each once, when the player's next `data/status` is there. */
  readonly onStatus: Set<() => void>
}

// A push of events lapses about 5 minutes after it was asked for, on a live socket (yoto-protocol §3.5).
const rearmMs = 240_000
const statusMs = 60_000
// Power source and Wi-Fi stand in the full status only.
const statusesPerFull = 5
// Two questions back to back lose most of the answers (yoto-protocol §3.7).
const statusPatienceMs = 500
// All six fit into one SUBSCRIBE; the broker takes 8 topics at most, and no wildcards.
const topics = ['data/events', 'data/status', 'status/full', 'presence', 'response', 'status']
// A player that starts anew answers nothing, and questions are answered on other topics.
const unanswered: ReadonlySet<string> = new Set([
  'command/reboot',
  'command/events/request',
  'command/status/request',
  'command/status',
])

/** The talk with all players over one connection: subscribes, asks, listens, sends, until it is closed. */
export class Session {
  readonly #connection: CloudConnection
  readonly #options: SessionOptions
  readonly #watches = new Map<string, Watch>()
  readonly #answers: Answers
  #closed = false

  constructor(connection: CloudConnection, options: SessionOptions) {
    this.#connection = connection
    this.#options = options
    this.#answers = new Answers(options.clock)
  }

  close(reason: string): void {
    this.#closed = true
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
    this.#answers.rejectAll(new AppError('unavailable', `the connection to Yoto was lost: ${reason}`))
  }

  /** Begins to watch new players and leaves those that are gone. */
  playersChanged(): void {
    const ids = new Set(this.#options.playerIds())
    for (const id of ids) if (!this.#watches.has(id)) this.#inBackground(id, this.#watch(id))
    for (const [id, watch] of this.#watches) {
      if (ids.has(id)) continue
      watch.stop()
      this.#watches.delete(id)
      this.#inBackground(id, this.#connection.unsubscribe(topicsOf(id)))
    }
  }

  receive(topic: string, payload: Uint8Array): void {
    const kind = topic.split('/').slice(2).join('/')
    const message = parseMessage(topic, payload)
    if ('error' in message) {
      this.#complain(kind, { topic, reason: message.error })
      return
    }
    const { playerId, patch, ack, unreadable } = message
    const watch = this.#watches.get(playerId)
    if (watch === undefined) return
    for (const { field, value } of unreadable)
      this.#complain(`${kind} ${field}`, { topic, field, value: JSON.stringify(value).slice(0, 80) })
    this.#hand(playerId, patch)
    if (ack) this.#answers.receive(playerId, ack)
    if (kind === 'data/status') for (const listener of watch.onStatus) listener()
    this.#askWhereDue(playerId, watch, patch)
  }

  /** Sends a command and waits for the player's answer, where it gives one. */
  async send(playerId: string, { topic, payload }: CommandMessage): Promise<void> {
    if (!this.#watches.has(playerId))
      throw new AppError('not_found', `the Yoto account has no player ${playerId}`)
    if (unanswered.has(topic)) return this.#publishInTime(playerId, topic, payload)
    const requestId = payload === null ? null : this.#newRequestId()
    const answer = this.#answers.expect({ playerId, command: topic.replace('command/', ''), requestId })
    const sent = this.#publishInTime(playerId, topic, payload === null ? null : { ...payload, requestId })
    await Promise.race([answer, sent.then(() => answer)])
  }

  /** Asks a player for everything; the answers come as patches. */
  async ask(playerId: string): Promise<void> {
    await this.#publish(playerId, 'command/events/request', null)
    await this.#askStatus(playerId)
    await this.#askFullStatus(playerId)
  }

  async #watch(playerId: string): Promise<void> {
    const stops = [
      every(this.#options.clock, rearmMs, () => {
        this.#inBackground(playerId, this.#publish(playerId, 'command/events/request', null))
      }),
      this.#everyMinute(playerId),
    ]
    const stop = () => {
      for (const cancel of stops) cancel()
    }
    const unknown = { online: undefined, card: undefined, streaming: undefined }
    this.#watches.set(playerId, { stop, ...unknown, onStatus: new Set() })
    // A topic that is refused must not keep the player from being asked for the others.
    await this.#connection.subscribe(topicsOf(playerId)).finally(() => this.ask(playerId))
  }

  #everyMinute(playerId: string): () => void {
    let asked = 0
    return every(this.#options.clock, statusMs, () => {
      asked++
      const full = asked % statusesPerFull === 0
      const status = this.#askStatus(playerId)
      this.#inBackground(playerId, full ? status.then(() => this.#askFullStatus(playerId)) : status)
    })
  }

  /** Resolves when the status is there, or when it has had its time. */
  async #askStatus(playerId: string): Promise<void> {
    const answered = this.#nextStatus(playerId)
    await this.#publish(playerId, 'command/status/request', null)
    await answered
  }

  #askFullStatus(playerId: string): Promise<void> {
    return this.#publish(playerId, 'command/status', { requestId: this.#newRequestId() })
  }

  #nextStatus(playerId: string): Promise<void> {
    const { clock } = this.#options
    const watch = this.#watches.get(playerId)
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        watch?.onStatus.delete(done)
        resolve()
      }
      const cancel = clock.at(new Date(clock.now().getTime() + statusPatienceMs), done)
      watch?.onStatus.add(done)
    })
  }

  /** A player that comes back has forgotten that its events are wanted; a new card changes the status unasked for. */
  #askWhereDue(playerId: string, watch: Watch, patch: PlayerPatch): void {
    const cameBack = watch.online === false && patch.online === true
    const flipped = differs(watch.card, patch.card_id) || differs(watch.streaming, patch.streaming)
    watch.online = patch.online ?? watch.online
    watch.card = patch.card_id === undefined ? watch.card : patch.card_id
    watch.streaming = patch.streaming === undefined ? watch.streaming : patch.streaming
    if (cameBack) this.#inBackground(playerId, this.ask(playerId))
    else if (flipped) this.#inBackground(playerId, this.#askStatus(playerId))
  }

  #hand(playerId: string, patch: PlayerPatch): void {
    const { clock, log, onPatch } = this.#options
    try {
      onPatch(playerId, patch, clock.now())
    } catch (thrown) {
      log.error('a listener to the cloud failed', { player: playerId, reason: messageOf(thrown) })
    }
  }

  /**
   * A command that was given up must not come true later: one that the broker has not taken by then ends the
   * connection with whatever of it is still under way.
   */
  async #publishInTime(playerId: string, topic: string, payload: CommandMessage['payload']): Promise<void> {
    const { clock, log } = this.#options
    const cancel = clock.at(new Date(clock.now().getTime() + longestWaitMs), () => {
      log.warn("Yoto's broker does not take a command; the connection is ended", { player: playerId, topic })
      this.#connection.end()
    })
    try {
      await this.#publish(playerId, topic, payload)
    } finally {
      cancel()
    }
  }

  async #publish(playerId: string, topic: string, payload: CommandMessage['payload']): Promise<void> {
    const text = payload === null ? '' : JSON.stringify(payload)
    await this.#connection.publish(`device/${playerId}/${topic}`, text)
  }

  #newRequestId(): string {
    return randomText(this.#options.random, 16)
  }

  #inBackground(playerId: string, work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      if (this.#closed) return
      this.#options.log.warn('a question to a player could not be sent', {
        player: playerId,
        reason: messageOf(thrown),
      })
    })
  }

  #complain(kind: string, detail: Readonly<Record<string, unknown>>): void {
    const { log, logged } = this.#options
    if (logged.has(kind)) return
    logged.add(kind)
    log.warn('a message of the cloud cannot be read; the next of this kind are not logged', detail)
  }
}

function topicsOf(playerId: string): string[] {
  return topics.map((topic) => `device/${playerId}/${topic}`)
}

function differs<Value>(before: Value | undefined, said: Value | undefined): boolean {
  return before !== undefined && said !== undefined && before !== said
}
