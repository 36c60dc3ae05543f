import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerPatch } from '../core/player.ts'
import { Answers, longestWaitMs } from './answers.ts'
import type { CommandMessage } from './command.ts'
import type { CloudConnection, Delivery } from './connection.ts'
import { Liveness } from './liveness.ts'
import { parseMessage, unknownTopic } from './parse.ts'
import { PlayerWatch, type Question } from './player-watch.ts'
import { randomText } from './random-text.ts'

export interface SessionOptions {
  readonly playerIds: () => readonly string[]
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  readonly log: Log
  readonly onPatch: (playerId: string, patch: PlayerPatch, at: Date) => void
  /** Told whether a player begins its card again after the last track, whenever it says so; before `onPatch`. */
  readonly onRepeatsAll?: (playerId: string, repeats: boolean) => void
  /** Told how new the card in a player is, whenever the player says so; after `onPatch`. */
  readonly onCardUpdatedAt?: (playerId: string, updatedAt: string) => void
  /** Kinds of trouble that were logged before; they outlive a session, so that each is logged once. */
  readonly logged: Set<string>
  /** What is known of the players' being there; it outlives a session, too. */
  readonly livenesses: Map<string, Liveness>
}

// All six fit into one SUBSCRIBE; the broker takes 8 topics at most, and no wildcards.
const topics = ['data/events', 'data/status', 'status/full', 'presence', 'response', 'status']
// A player that starts anew answers nothing, and questions are answered on other topics.
const unanswered: ReadonlySet<string> = new Set(['command/reboot'])
// Much longer than any broker takes; a connection that died without a word is found out by it.
const longestQuestionMs = 10_000
const shownValueLength = 80

/** The talk with all players over one connection: subscribes, asks, listens, sends, until it is closed. */
export class Session {
  readonly #connection: CloudConnection
  readonly #options: SessionOptions
  readonly #watches = new Map<string, PlayerWatch>()
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
    const { playerIds, livenesses } = this.#options
    const ids = new Set(playerIds())
    for (const id of ids) if (!this.#watches.has(id)) this.#inBackground(id, this.#watch(id))
    for (const [id, watch] of this.#watches) {
      if (ids.has(id)) continue
      watch.stop()
      this.#watches.delete(id)
      livenesses.delete(id)
      this.#inBackground(id, this.#connection.unsubscribe(topicsOf(id)))
    }
  }

  /** Never throws: a message that does harm is logged, and the next one is heard. */
  receive(topic: string, payload: Uint8Array, delivery: Delivery): void {
    if (this.#closed) return
    try {
      this.#receive(topic, payload, delivery)
    } catch (thrown) {
      this.#options.log.error('a message of the cloud could not be taken in', {
        topic: topic.slice(0, shownValueLength),
        reason: messageOf(thrown),
      })
    }
  }

  /** Sends a command and waits for the player's answer, where it gives one. */
  async send(playerId: string, { topic, payload }: CommandMessage): Promise<void> {
    this.#watchOf(playerId)
    if (unanswered.has(topic)) return this.#publishInTime(playerId, { topic, payload }, longestWaitMs)
    const requestId = payload === null ? null : randomText(this.#options.random, 16)
    const answer = this.#answers.expect({ playerId, command: topic.replace('command/', ''), requestId })
    const message = { topic, payload: payload === null ? null : { ...payload, requestId } }
    const sent = this.#publishInTime(playerId, message, longestWaitMs)
    await Promise.race([answer, sent.then(() => answer)])
  }

  /** Asks a player for everything; the answers come as patches. */
  async ask(playerId: string): Promise<void> {
    await this.#watchOf(playerId).askAll()
  }

  #receive(topic: string, payload: Uint8Array, delivery: Delivery): void {
    const message = parseMessage(topic, payload)
    const kind = topic.split('/').slice(2).join('/')
    if ('error' in message) {
      const trouble = message.error === unknownTopic ? 'topic' : kind
      this.#complain(trouble, { topic: topic.slice(0, shownValueLength), reason: message.error })
      return
    }
    const { playerId, ack, unreadable } = message
    const watch = this.#watches.get(playerId)
    if (watch === undefined) return
    for (const { field, value } of unreadable)
      this.#complain(`${kind} ${field}`, { topic, field, value: shown(value) })
    if (message.repeatsAll !== undefined) this.#options.onRepeatsAll?.(playerId, message.repeatsAll)
    watch.hear({
      kind,
      message,
      text: Buffer.from(payload).toString('latin1'),
      isRetained: delivery.retain,
      isRepeated: delivery.dup,
    })
    if (message.cardUpdatedAt !== undefined) this.#options.onCardUpdatedAt?.(playerId, message.cardUpdatedAt)
    if (ack) this.#answers.receive(playerId, ack)
  }

  async #watch(playerId: string): Promise<void> {
    const { clock } = this.#options
    const watch = new PlayerWatch({
      liveness: this.#livenessOf(playerId),
      clock,
      ask: (question) => this.#ask(playerId, question),
      onPatch: (patch) => this.#hand(playerId, patch),
    })
    this.#watches.set(playerId, watch)
    watch.start()
    // A topic that is refused must not keep the player from being asked for the others.
    await this.#subscribe(playerId, watch).finally(() => void watch.askAll())
  }

  /** Again and again where it is refused: the player would not be heard for as long as the connection lasts. */
  async #subscribe(playerId: string, watch: PlayerWatch, failures = 1): Promise<void> {
    const { clock, random, log } = this.#options
    const topics = topicsOf(playerId)
    try {
      const subscribing = { player: playerId, topic: topics.join(', ') }
      await this.#inTime(subscribing, longestQuestionMs, () => this.#connection.subscribe(topics))
    } catch (thrown) {
      if (this.#closed) return
      if (failures === 1)
        log.warn('a player is not heard, because Yoto refuses its topics; tried again until it works', {
          player: playerId,
          reason: messageOf(thrown),
        })
      clock.at(new Date(clock.now().getTime() + backoffMs(failures, { random })), () => {
        if (this.#watches.get(playerId) === watch) void this.#subscribe(playerId, watch, failures + 1)
      })
    }
  }

  #livenessOf(playerId: string): Liveness {
    const { livenesses } = this.#options
    const liveness = livenesses.get(playerId) ?? new Liveness()
    livenesses.set(playerId, liveness)
    return liveness
  }

  #watchOf(playerId: string): PlayerWatch {
    const watch = this.#watches.get(playerId)
    if (watch === undefined) throw new AppError('not_found', `the Yoto account has no player ${playerId}`)
    return watch
  }

  #hand(playerId: string, patch: PlayerPatch): void {
    const { clock, log, onPatch } = this.#options
    try {
      onPatch(playerId, patch, clock.now())
    } catch (thrown) {
      log.error('a listener to the cloud failed', { player: playerId, reason: messageOf(thrown) })
    }
  }

  #ask(playerId: string, question: Question): void {
    // Sources send an id with the full status only (yoto-protocol §3.3).
    const payload = question === 'status' ? { requestId: randomText(this.#options.random, 16) } : null
    const message = { topic: `command/${question}`, payload }
    this.#inBackground(playerId, this.#publishInTime(playerId, message, longestQuestionMs))
  }

  /** A command that was given up must not come true later. */
  async #publishInTime(playerId: string, message: CommandMessage, patienceMs: number): Promise<void> {
    const { topic, payload } = message
    const text = payload === null ? '' : JSON.stringify(payload)
    await this.#inTime({ player: playerId, topic }, patienceMs, () =>
      this.#connection.publish(`device/${playerId}/${topic}`, text),
    )
  }

  /** What the broker has not taken by then ends the connection with whatever of it is still under way. */
  async #inTime(
    what: { readonly player: string; readonly topic: string },
    patienceMs: number,
    act: () => Promise<void>,
  ): Promise<void> {
    const { clock, log } = this.#options
    const cancel = clock.at(new Date(clock.now().getTime() + patienceMs), () => {
      log.warn("Yoto's broker does not take a message; the connection is ended", what)
      this.#connection.end()
    })
    await act().finally(cancel)
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

/** For the log. Whatever a stranger nested into each other is not unfolded. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return JSON.stringify(value).slice(0, shownValueLength)
}
