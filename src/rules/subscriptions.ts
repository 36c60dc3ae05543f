import type { EventSource, RuleEvent } from './plugin.ts'

/** Somebody who wants to hear of events whose fields equal `match`. */
export interface Subscription {
  readonly source: EventSource
  readonly match: Readonly<Record<string, string>>
  /** Smaller ones hear of it first. */
  readonly order: () => number
  readonly receive: (event: RuleEvent) => void
}

/** Those that ask for the same fields of the same source. */
interface Shape {
  readonly fields: readonly string[]
  /** By the values that they ask for. */
  readonly byValues: Map<string, Set<Subscription>>
  /** The players that they ask for as people call them, with how many ask for each. */
  readonly players: Map<string, number>
}

/**
 * Who wants to hear of what. An event is looked up by its values and meets those alone that asked for them: what it costs
 * does not depend on how many others there are.
 */
export class Subscriptions {
  readonly #shapes = new Map<EventSource, Map<string, Shape>>()
  readonly #playerId: (named: string) => string | undefined

  /** `playerId`: asked at each event, as the player of a name may have come or been renamed. */
  constructor(playerId: (named: string) => string | undefined) {
    this.#playerId = playerId
  }

  /** Returns what ends it. */
  add(subscription: Subscription): () => void {
    const { match, source } = subscription
    const shape = this.#shapeOf(source, Object.keys(match).sort())
    const key = keyOf(shape.fields.map((field) => match[field] ?? ''))
    const others = shape.byValues.get(key) ?? new Set()
    shape.byValues.set(key, others.add(subscription))
    const { player } = match
    if (player !== undefined) shape.players.set(player, (shape.players.get(player) ?? 0) + 1)
    return () => {
      if (!others.delete(subscription)) return
      if (others.size === 0 && shape.byValues.get(key) === others) shape.byValues.delete(key)
      if (player === undefined) return
      const left = (shape.players.get(player) ?? 1) - 1
      if (left === 0) shape.players.delete(player)
      else shape.players.set(player, left)
    }
  }

  /** Those that want to hear of the event, in their order. */
  of(source: EventSource, event: RuleEvent): readonly Subscription[] {
    const found = [...(this.#shapes.get(source)?.values() ?? [])].flatMap((shape) =>
      this.#keysOf(shape, event).flatMap((key) => [...(shape.byValues.get(key) ?? [])]),
    )
    return found.sort((one, other) => one.order() - other.order())
  }

  #shapeOf(source: EventSource, fields: readonly string[]): Shape {
    const shapes = this.#shapes.get(source) ?? new Map<string, Shape>()
    this.#shapes.set(source, shapes)
    const name = keyOf(fields)
    const shape = shapes.get(name) ?? { fields, byValues: new Map(), players: new Map() }
    shapes.set(name, shape)
    return shape
  }

  /** More than one only where a player is called by several names. */
  #keysOf({ fields, players }: Shape, event: RuleEvent): readonly string[] {
    let keys: readonly (readonly string[])[] = [[]]
    for (const field of fields) {
      const value = event[field]
      if (typeof value !== 'string') return []
      const names = field === 'player' ? this.#namesOf(value, players) : [value]
      keys = keys.flatMap((key) => names.map((name) => [...key, name]))
    }
    return keys.map(keyOf)
  }

  #namesOf(id: string, players: Shape['players']): readonly string[] {
    return [...players.keys()].filter((name) => name === id || this.#playerId(name) === id)
  }
}

function keyOf(values: readonly string[]): string {
  return values.join('\u0000')
}
