/** The order in which a shuffled queue plays. It is stored with the queue, so that a restart changes nothing. */
export interface PlayOrder {
  /** Every item of the queue once. */
  readonly ids: readonly string[]
  /** What the next round's order is worked out from, so that whoever looks ahead and whoever goes there find the same. */
  readonly seed: number
}

interface Playing<Item> {
  readonly items: readonly Item[]
  readonly current: string | null
  readonly loop: boolean
  /** null: as the items are listed. */
  readonly order: PlayOrder | null
}

interface Identified {
  readonly id: string
}

/** Where a step leads; null when the queue would be over. */
export interface Step {
  readonly id: string | null
  /** A round of a shuffled queue ends with this step, and the next one has another order. */
  readonly isNextRound: boolean
}

/** 0 (inclusive) to 1. */
type Random = () => number

/** The items in the order they play in; all that plays a queue goes by it. */
export function playOrder<Item extends Identified>({
  items,
  order,
}: Pick<Playing<Item>, 'items' | 'order'>): readonly Item[] {
  if (order === null) return items
  const byId = new Map(items.map((item) => [item.id, item]))
  return order.ids.flatMap((id) => byId.get(id) ?? [])
}

/**
 * Steps through a queue as it is now, from any item to the one after or before it; from null, where the queue is over,
 * to the first of a new round or to the last. A walk goes on in the next round once a step has led there.
 */
export function walk<Item extends Identified>(
  queue: Omit<Playing<Item>, 'current'>,
): (from: string | null, by: 1 | -1) => Step {
  const { loop, order } = queue
  let ids = playOrder(queue).map((item) => item.id)
  let places = placesOf(ids)
  let isNextRound = false
  const at = (place: number): Step => ({ id: ids.at(place) ?? null, isNextRound })
  const beginRound = (): Step => {
    if (order !== null && !isNextRound) {
      ids = nextRound(order)
      places = placesOf(ids)
      isNextRound = true
    }
    return at(0)
  }
  return (from, by) => {
    if (from === null) return by === 1 ? beginRound() : at(-1)
    const place = (places.get(from) ?? -1) + by
    if (place < 0) return at(loop && order === null ? -1 : 0)
    if (place < ids.length) return at(place)
    return loop ? beginRound() : { id: null, isNextRound: false }
  }
}

/** A new order; `first` begins it, where it is one of the ids. */
export function newOrder(ids: readonly string[], first: string | null, random: Random): PlayOrder {
  const rest = shuffled(
    ids.filter((id) => id !== first),
    random,
  )
  const isThere = first !== null && rest.length < ids.length
  return { ids: isThere ? [first, ...rest] : rest, seed: newSeed(random) }
}

/** An order for a queue that never had one, always the same for the same `seed`. */
export function orderFrom(seed: number, ids: readonly string[], first: string | null): PlayOrder {
  return newOrder(ids, first, randomFrom(seed))
}

/**
 * The order of the round behind this one; it does not begin with what this one ends with. It is the same for all who
 * ask, however far they look ahead.
 */
export function followingOrder(order: PlayOrder): PlayOrder {
  return { ids: nextRound(order), seed: seedBehind(order.seed) }
}

/** The seed of the next round; it comes back only after every other one. */
export function seedBehind(seed: number): number {
  return (seed + 0x9e3779b9) % seeds
}

/** The order with new items at random places behind the current one. */
export function strewn(
  order: PlayOrder,
  { current, fresh, random }: { current: string | null; fresh: readonly string[]; random: Random },
): PlayOrder {
  const played = playedIn(order, current)
  const coming = order.ids.slice(played)
  const added = shuffled(fresh, random)
  const ids = order.ids.slice(0, played)
  let [old, young] = [0, 0]
  while (old < coming.length || young < added.length) {
    const left = coming.length - old + added.length - young
    const isYoung = random() * left < added.length - young
    const id = isYoung ? added[young++] : coming[old++]
    if (id !== undefined) ids.push(id)
  }
  return { ...order, ids }
}

/** The order with these items, in theirs, right behind the current one. */
export function putNext(order: PlayOrder, current: string | null, items: readonly string[]): PlayOrder {
  const put = new Set(items)
  const rest = { ...order, ids: order.ids.filter((id) => !put.has(id)) }
  return { ...order, ids: rest.ids.toSpliced(playedIn(rest, current), 0, ...items) }
}

/** The order without the items that are not there any more. */
export function orderOf(order: PlayOrder, items: readonly Identified[]): PlayOrder {
  const there = new Set(items.map((item) => item.id))
  return { ...order, ids: order.ids.filter((id) => there.has(id)) }
}

/** Every permutation is as likely as any other. */
export function shuffled<Value>(values: readonly Value[], random: Random): Value[] {
  const drawn: Value[] = []
  for (const value of values) {
    const place = Math.floor(random() * (drawn.length + 1))
    const moved = drawn[place]
    if (moved === undefined) drawn.push(value)
    else {
      drawn[place] = value
      drawn.push(moved)
    }
  }
  return drawn
}

function nextRound({ ids, seed }: PlayOrder): string[] {
  const random = randomFrom(seed)
  const next = shuffled(ids, random)
  const [first] = next
  if (first === undefined || next.length < 2 || first !== ids.at(-1)) return next
  // Nobody hears the same item twice in a row.
  const place = 1 + Math.floor(random() * (next.length - 1))
  return next.with(0, next[place] ?? first).with(place, first)
}

/** How many have played or are playing; all where none is current. */
function playedIn({ ids }: PlayOrder, current: string | null): number {
  const place = current === null ? -1 : ids.indexOf(current)
  return place < 0 ? ids.length : place + 1
}

function placesOf(ids: readonly string[]): Map<string, number> {
  return new Map(ids.map((id, place) => [id, place]))
}

const seeds = 2 ** 32

function newSeed(random: Random): number {
  return Math.floor(random() * seeds)
}

/** The generator mulberry32: the same numbers from 0 to 1 for the same seed, for ever. */
export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / seeds
  }
}
