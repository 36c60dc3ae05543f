import type { Clock } from '../core/clock.ts'
import type { Effect, Perform, PlayerCommand } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Asked, CommandFacts, Outcome } from './entry.ts'
import type { History } from './history.ts'

/** What the history keeps of effects. */
type Kept = Exclude<Effect, { kind: 'log' | 'send-on' }>

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
  /** Under which ids they were kept, by player: one command may be given to many. */
  readonly #given = new WeakMap<PlayerCommand, Map<string, string>>()
  /** Wishes of a stream's queue that are being carried out, the oldest first. */
  readonly #underWay = new Set<Wish>()

  constructor(options: { readonly history: History; readonly clock: Clock }) {
    this.#history = options.history
    this.#clock = options.clock
  }

  /** Does the same, and keeps it. `cause`: the entry that the wishes follow from. */
  kept(perform: Perform, cause: () => string | null = () => null): Perform {
    return async (effect, because, also) => {
      // Whom it sends on is told by commands, which are kept.
      if (effect.kind === 'log' || effect.kind === 'send-on') return perform(effect, because)
      const atMs = this.#nowMs
      const id = this.#history.add({
        kind: 'command',
        player: 'player' in effect ? effect.player : null,
        stream: 'stream' in effect ? effect.stream : null,
        cause: cause(),
        what: factsOf(effect, because),
      })
      const end = this.#begun(id, effect, because)
      try {
        await perform(effect, because, also)
        this.#settle(id, atMs, { outcome: 'done', reason: null })
      } catch (error) {
        this.#settle(id, atMs, { outcome: outcomeOf(error), reason: messageOf(error), ...faultIn(error) })
        throw error
      } finally {
        end()
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

  /** Where that very command to the player was kept. */
  behindDeed(player: string | null, command: PlayerCommand | undefined): string | null {
    if (player === null || command === undefined) return null
    return this.#given.get(command)?.get(player) ?? null
  }

  /** Returns what is to be called once the wish is carried out, or cannot be. */
  #begun(id: string, effect: Effect, because: string): () => void {
    if (effect.kind === 'command') {
      const { player, command } = effect
      this.#given.set(command, (this.#given.get(command) ?? new Map<string, string>()).set(player, id))
    }
    if (!('stream' in effect)) return () => undefined
    const wish = { id, stream: effect.stream, because, isDeletion: effect.kind === 'delete-stream' }
    this.#underWay.add(wish)
    return () => this.#underWay.delete(wish)
  }

  #settle(id: string, atMs: number, came: Pick<CommandFacts, 'outcome' | 'reason' | 'fault'>): void {
    this.#history.amend(id, { ...came, ms: this.#nowMs - atMs })
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function factsOf(effect: Kept, because: string): CommandFacts {
  const type = effect.kind === 'command' ? effect.command.type : effect.kind
  return { type, asked: askedBy(effect), because, outcome: null, reason: null, ms: null }
}

/** Content of messages is nobody's business but the receiver's. */
function askedBy(effect: Kept): Asked {
  switch (effect.kind) {
    case 'command':
      return inWords(effect.command, ['type'])
    case 'fill-queue':
      return inWords(effect, ['kind', 'stream', 'orEmpty'])
    case 'mutate-queue':
      return inWords(effect.mutation, [])
    case 'delete-stream':
    case 'start-stream':
    case 'let-end':
      return {}
    case 'tell-story':
      return inWords(effect, ['kind', 'player'])
    case 'publish':
      return { topic: effect.topic, retain: effect.retain }
    case 'ha':
      return { action: effect.action, ...inWords(effect.target, []) }
    // The rest of an address may hold secrets.
    case 'webhook':
      return { host: hostIn(effect.url), method: effect.method }
    case 'set-var':
    case 'set-input':
      return inWords(effect, ['kind'])
    case 'return-volume':
      return inWords(effect, ['kind', 'player'])
  }
}

function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : ''
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

function faultIn(error: unknown): Pick<CommandFacts, 'fault'> {
  if (!(error instanceof AppError) || typeof error.details?.fault !== 'string') return {}
  return { fault: { ...inWords(error.details, []), fault: error.details.fault } }
}

function outcomeOf(error: unknown): Outcome {
  const isAway = error instanceof AppError && (error.code === 'unavailable' || error.code === 'unanswered')
  return isAway ? 'unavailable' : 'refused'
}
