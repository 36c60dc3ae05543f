import { endsRest, isRest, onlyValueOf, placeOf } from './command-place.ts'
import type { Perform, PlayerCommand } from './effect.ts'
import { tooMany } from './under-way.ts'

/** What is asked of a player at once. */
export interface Asked {
  readonly player: string
  /** Each is sent when the one before it is answered; where one fails, those behind it are not sent. */
  readonly commands: readonly PlayerCommand[]
  readonly send: (command: PlayerCommand) => Promise<void>
}

/**
 * A way by which commands come to players. Resolves with those that were not sent because a later command, by
 * whichever door, has overtaken them. @throws AppError `busy` where as many as may be are under way by this door, and
 * what `send` throws.
 */
export type Door = (asked: Asked) => Promise<readonly PlayerCommand[]>

/** How many messages to one player may be under way at once from each door that others can flood. */
export const mostAsked = 8
// Enough that a slider moves while one answer is lost, and few enough that beside it there is room for others.
const mostOfAValue = 4

/**
 * The commands of each player in one line, whichever door they came by. They are sent in the order in which they were
 * asked for: before a later one is, whatever still waits is sent at once, or dropped where the later one leaves no sense
 * in it. What sets nothing but values, as a slider does, waits for room instead of being refused; only other values may
 * be sent before it then.
 */
export class PlayerLines {
  readonly #lines = new Map<string, Line>()

  /** `most`: how many messages to one player may be under way by it; without it they are never refused. */
  door(most = Number.POSITIVE_INFINITY): Door {
    const door = { most }
    return async (asked) => this.#lineOf(asked.player).take(asked, door)
  }

  #lineOf(player: string): Line {
    const known = this.#lines.get(player)
    if (known !== undefined) return known
    const line = new Line(() => this.#lines.delete(player))
    this.#lines.set(player, line)
    return line
  }
}

/** The same, where commands come to players by the door; one that was overtaken counts as done. */
export function performThrough(door: Door, perform: Perform): Perform {
  return async (effect, because, also) => {
    if (effect.kind !== 'command') return perform(effect, because, also)
    const { player, command } = effect
    await door({ player, commands: [command], send: () => perform(effect, because) })
  }
}

interface Limit {
  readonly most: number
}

class Line {
  /** Under way or waiting for room, in the order in which they were asked for. */
  readonly #messages = new Set<Message>()
  /** What brings rest and is under way, while nothing was sent that ends it. */
  readonly #rests = new Map<PlayerCommand['type'], Message>()
  readonly #ended: () => void

  /** `ended` is called when nothing is left in it. */
  constructor(ended: () => void) {
    this.#ended = ended
  }

  async take(asked: Asked, door: Limit): Promise<readonly PlayerCommand[]> {
    const message = new Message(asked, door, {
      sending: (command) => this.#sending(command),
      ended: () => this.#end(message),
    })
    const same = message.rest === null ? undefined : this.#rests.get(message.rest)
    const hasRoom = message.rest !== null || this.#hasRoom(message)
    if (!hasRoom && message.values.length === 0) throw tooMany(door.most, `player ${asked.player}`)
    const before = [...this.#messages]
    if (same === undefined) this.#messages.add(message)
    const ends = new Set(asked.commands.flatMap((command) => placeOf(command).ends))
    for (const each of before) each.overtake(ends)
    const passesNone = message.values.length === 0 && same === undefined
    for (const each of before) if (each.hasBegun || passesNone) each.hurry()
    if (same !== undefined) return same.done
    if (message.rest !== null) this.#rests.set(message.rest, message)
    if (hasRoom) message.begin()
    return message.done
  }

  #sending(command: PlayerCommand): void {
    if (endsRest(command)) this.#rests.clear()
  }

  #hasRoom({ door, values }: Message): boolean {
    const underWay = [...this.#messages].filter((each) => each.door === door && each.hasBegun)
    const countOf = (value: string) => underWay.filter((each) => each.values.includes(value)).length
    return underWay.length < door.most && values.every((value) => countOf(value) < mostOfAValue)
  }

  #end(message: Message): void {
    this.#messages.delete(message)
    if (message.rest !== null && this.#rests.get(message.rest) === message) this.#rests.delete(message.rest)
    for (const each of this.#messages) if (!each.hasBegun && this.#hasRoom(each)) each.begin()
    if (this.#messages.size === 0) this.#ended()
  }
}

interface Watch {
  /** Called before each command is sent. */
  readonly sending: (command: PlayerCommand) => void
  /** Called once nothing of it waits or is under way. */
  readonly ended: () => void
}

class Message {
  readonly door: Limit
  /** What it sets where it does nothing else; empty for what is an act. */
  readonly values: readonly string[]
  /** What it is where it does nothing but bring rest. */
  readonly rest: PlayerCommand['type'] | null
  /** Resolves with the commands that were overtaken. */
  readonly done: Promise<readonly PlayerCommand[]>
  hasBegun = false
  readonly #asked: Asked
  readonly #watch: Watch
  readonly #overtaken: PlayerCommand[] = []
  readonly #failures: unknown[] = []
  #left: readonly PlayerCommand[]
  #unanswered = 0
  #settle: () => void = () => undefined

  constructor(asked: Asked, door: Limit, watch: Watch) {
    const values = asked.commands.map(onlyValueOf)
    const [only, ...more] = asked.commands
    this.door = door
    this.values = values.includes(null) ? [] : values.filter((value) => value !== null)
    this.rest = only !== undefined && more.length === 0 && isRest(only) ? only.type : null
    this.#asked = asked
    this.#watch = watch
    this.#left = asked.commands
    this.done = new Promise((resolve, reject) => {
      this.#settle = () => (this.#failures.length > 0 ? reject(this.#failures[0]) : resolve(this.#overtaken))
    })
  }

  begin(): void {
    this.hasBegun = true
    this.#goOn()
  }

  /** Drops what waits and is about nothing else. */
  overtake(ends: ReadonlySet<string>): void {
    if (this.#left.length === 0) return
    const isEnded = (command: PlayerCommand) => {
      const { about } = placeOf(command)
      return about.length > 0 && about.every((each) => ends.has(each))
    }
    this.#overtaken.push(...this.#left.filter(isEnded))
    this.#left = this.#left.filter((command) => !isEnded(command))
    if (this.#left.length === 0 && this.#unanswered === 0) this.#end()
  }

  /** Sends at once what waits, be it for an answer or for room. */
  hurry(): void {
    this.hasBegun = true
    const left = this.#left
    this.#left = []
    for (const command of left) void this.#send(command)
  }

  #goOn(): void {
    if (this.#unanswered > 0) return
    const [command, ...left] = this.#left
    this.#left = left
    if (command === undefined) this.#end()
    else void this.#send(command)
  }

  async #send(command: PlayerCommand): Promise<void> {
    this.#unanswered += 1
    this.#watch.sending(command)
    try {
      await this.#asked.send(command)
    } catch (error) {
      this.#failures.push(error)
      this.#left = []
    }
    this.#unanswered -= 1
    this.#goOn()
  }

  #end(): void {
    this.#settle()
    this.#watch.ended()
  }
}
