import type { Clock } from '../core/clock.ts'
import type { Effect, Perform } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import { isJsonObject } from '../core/json.ts'
import { type CommandGiven, follows, followsWithinMs } from './caused.ts'
import type { Asked, CommandFacts, Outcome } from './entry.ts'
import type { History } from './history.ts'

interface Given extends CommandGiven {
  readonly id: string
  readonly player: string
  readonly atMs: number
  /** The events that followed from it. */
  readonly brought: Set<string>
}

interface Wish {
  readonly id: string
  readonly stream: string
  readonly because: string
  readonly isDeletion: boolean
}

/** Keeps in the history what is wished and what comes of it, and tells what followed from it. */
export class Commands {
  readonly #history: History
  readonly #clock: Clock
  /** What players were told in the last minutes, the oldest first; what was refused is not in it. */
  #given: readonly Given[] = []
  /** Wishes of a stream's queue that are being carried out, the oldest first. */
  readonly #underWay = new Set<Wish>()

  constructor(options: { readonly history: History; readonly clock: Clock }) {
    this.#history = options.history
    this.#clock = options.clock
  }

  /** Does the same, and keeps it. `cause`: the entry that the wishes follow from. */
  kept(perform: Perform, cause: () => string | null = () => null): Perform {
    return async (effect, because) => {
      if (effect.kind === 'log') return perform(effect, because)
      const atMs = this.#nowMs
      const id = this.#history.add({
        kind: 'command',
        player: effect.kind === 'command' ? effect.player : null,
        stream: 'stream' in effect ? effect.stream : null,
        cause: cause(),
        what: factsOf(effect, because),
      })
      const end = this.#begun(id, effect, because)
      try {
        await perform(effect, because)
        end('done')
        this.#settle(id, atMs, { outcome: 'done', reason: null })
      } catch (error) {
        const outcome = outcomeOf(error)
        end(outcome)
        this.#settle(id, atMs, { outcome, reason: messageOf(error) })
        throw error
      }
    }
  }

  /** The wish that this change of a queue is the doing of. */
  behindQueue(stream: string, because: string): string | null {
    const wishes = [...this.#underWay]
    return wishes.find((wish) => wish.stream === stream && wish.because === because)?.id ?? null
  }

  /** The wish that has deleted the stream. */
  behindDeletion(stream: string): string | null {
    return [...this.#underWay].find((wish) => wish.stream === stream && wish.isDeletion)?.id ?? null
  }

  /** The command that made the player do this. `commanded`: the player said what a command would make it say. */
  behindEvent(event: PlayerEvent, commanded: boolean): string | null {
    const nowMs = this.#nowMs
    const given = this.#given.findLast(
      (command) =>
        command.player === event.player &&
        nowMs - command.atMs <= followsWithinMs(command.command) &&
        follows(event, command, commanded) &&
        !command.brought.has(event.type),
    )
    given?.brought.add(event.type)
    return given?.id ?? null
  }

  #begun(id: string, effect: Effect, because: string): (outcome: Outcome) => void {
    if (effect.kind === 'command') {
      const { player, command } = effect
      const nowMs = this.#nowMs
      const given: Given = { id, player, command, atMs: nowMs, brought: new Set() }
      const recent = this.#given.filter(({ atMs, command }) => nowMs - atMs <= followsWithinMs(command))
      this.#given = [...recent, given]
      // A player that did not answer in time may have obeyed all the same.
      return (outcome) => {
        if (outcome === 'refused') this.#given = this.#given.filter((one) => one !== given)
      }
    }
    if (!('stream' in effect)) return () => undefined
    const wish = { id, stream: effect.stream, because, isDeletion: effect.kind === 'delete-stream' }
    this.#underWay.add(wish)
    return () => this.#underWay.delete(wish)
  }

  #settle(id: string, atMs: number, came: Pick<CommandFacts, 'outcome' | 'reason'>): void {
    this.#history.amend(id, { ...came, ms: this.#nowMs - atMs })
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function factsOf(effect: Exclude<Effect, { kind: 'log' }>, because: string): CommandFacts {
  const type = effect.kind === 'command' ? effect.command.type : effect.kind
  return { type, asked: askedBy(effect), because, outcome: null, reason: null, ms: null }
}

/** Content of messages is nobody's business but the receiver's. */
function askedBy(effect: Exclude<Effect, { kind: 'log' }>): Asked {
  switch (effect.kind) {
    case 'command':
      return inWords(effect.command, ['type'])
    case 'fill-queue':
      return inWords(effect, ['kind', 'stream'])
    case 'mutate-queue':
      return inWords(effect.mutation, [])
    case 'delete-stream':
      return {}
    case 'publish':
      return { topic: effect.topic, retain: effect.retain }
  }
}

/** Of lists only how many are in them: there may be thousands of files. */
function inWords(wish: object, without: readonly string[]): Asked {
  const words = Object.entries(wish).flatMap(([name, value]): [string, Asked[string]][] => {
    if (without.includes(name)) return []
    if (Array.isArray(value)) return [[name, value.length]]
    if (isJsonObject(value)) return Object.entries(inWords(value, []))
    const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value)
    return isPlain ? [[name, value]] : []
  })
  return Object.fromEntries(words)
}

function outcomeOf(error: unknown): Outcome {
  const isAway = error instanceof AppError && (error.code === 'unavailable' || error.code === 'unanswered')
  return isAway ? 'unavailable' : 'refused'
}
