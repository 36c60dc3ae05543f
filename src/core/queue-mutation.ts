import { AppError } from './error.ts'
import { heldBehind } from './hold.ts'
import { broughtBack, keptBehind } from './kept-queue.ts'
import { followingOrder, newOrder, orderOf, playOrder, putNext, strewn, walk } from './play-order.ts'
import {
  currentIndex,
  isOver,
  mostItems,
  type PastQueue,
  type Queue,
  type QueueItem,
  type QueueMove,
  type QueueMutation,
  type QueueSettings,
} from './queue.ts'
import { resumedOrder } from './resume-point.ts'
import { checkStreamTitle } from './stream-title.ts'

interface MutationContext {
  /** Gives each new item an id of its own. */
  readonly newId: () => string
  /** 0 (inclusive) to 1. */
  readonly random: () => number
  readonly reason: string
}

/**
 * The queue after the mutation; the same one where it was to be done only while something was so that is not.
 * @throws AppError `not_found` when the mutation names an item that is not there (any more) or brings back what nobody
 * kept, `unprocessable` for a title that no stream can have, `conflict` for more items than a queue may have.
 */
export function mutate(queue: Queue, mutation: QueueMutation, context: MutationContext): Queue {
  if (isOutdated(queue, mutation)) return queue
  const changed = changedBy(queue, mutation, context)
  const version = queue.version + 1
  if (mutation.op === 'restore' || mutation.op === 'reshuffle' || isMove(mutation))
    return { ...changed, version }
  const reason = mutation.op === 'settings' ? queue.reason : context.reason
  return { ...changed, current: currentAfter(queue, changed, mutation), reason, version }
}

/**
 * The item that would be due after the move; null when the queue would be over.
 * @throws AppError `not_found` when the move names an item that is not there (any more).
 */
export function itemAfter(queue: Queue, move: QueueMove): string | null {
  return isOutdated(queue, move) ? queue.current : whereTo(queue, move).id
}

function changedBy(queue: Queue, mutation: QueueMutation, context: MutationContext): Queue {
  switch (mutation.op) {
    case 'append':
    case 'insert-next': {
      const before = mutation.op === 'insert-next' && mutation.instead === true ? ended(queue) : queue
      return { ...withMore(before, mutation, context), playlist: null, held: mutation.hold ?? queue.held }
    }
    case 'end-after-current':
      return ended(queue)
    case 'replace':
      return replaced(queue, mutation, context)
    case 'restore': {
      const { past, kept } = broughtBack(queue, mutation.owner)
      return { ...queue, ...past, kept, held: null }
    }
    case 'remove':
      return withItems(queue, queue.items.toSpliced(placeOf(queue, mutation.id), 1))
    case 'move':
      return withItems(queue, moved(queue, mutation))
    case 'clear':
      return {
        ...withItems(queue, []),
        kept: keptBehind(queue.kept, { owner: undefined, past: queue }),
        held: heldBehind(queue.held, undefined),
      }
    case 'shuffle':
      return mixed(queue, context)
    case 'reshuffle': {
      if (queue.order === null) return queue
      const order = followingOrder(queue.order)
      return { ...queue, order, current: order.ids[0] ?? null }
    }
    case 'settings':
      return withSettings(queue, mutation.settings, context)
    case 'step':
    case 'go-to':
      return gone(queue, mutation)
  }
}

/** Whether it has a condition that does not hold any more. */
function isOutdated({ current, closed_until, order }: Queue, mutation: QueueMutation): boolean {
  if (isMove(mutation)) return mutation.from !== undefined && mutation.from !== current
  if (mutation.op === 'reshuffle')
    return order === null || (mutation.of !== undefined && mutation.of !== order.seed)
  if (mutation.op !== 'settings') return false
  return mutation.whileClosedUntil !== undefined && mutation.whileClosedUntil !== closed_until
}

function withMore(
  queue: Queue,
  { op, files }: Extract<QueueMutation, { op: 'append' | 'insert-next' }>,
  { newId, random }: MutationContext,
): Queue {
  const { items, current, order } = queue
  checkRoom(queue, items.length + files.length)
  const more = files.map((file) => ({ id: newId(), file }))
  const fresh = more.map((item) => item.id)
  if (op === 'append') {
    const strewnOrder = order === null ? null : strewn(order, { current, fresh, random })
    return { ...queue, items: [...items, ...more], order: strewnOrder }
  }
  const at = current === null ? items.length : currentIndex(queue) + 1
  return {
    ...queue,
    items: [...items.slice(0, at), ...more, ...items.slice(at)],
    order: order === null ? null : putNext(order, current, fresh),
  }
}

function replaced(
  queue: Queue,
  mutation: Extract<QueueMutation, { op: 'replace' }>,
  context: MutationContext,
): Queue {
  const { files, playlist, closed, if_pressed, settings = {}, keep, hold, resumed } = mutation
  checkRoom(queue, files.length)
  const items = files.map((file) => ({ id: context.newId(), file }))
  const staysClosed = queue.closed && closed === undefined && if_pressed === undefined
  const filled = {
    ...queue,
    items,
    current: (resumed === undefined ? undefined : items[resumed.start]?.id) ?? null,
    order: queue.shuffle ? resumedOrder(idsOf(items), resumed, context.random) : null,
    playlist,
    closed: closed ?? queue.closed,
    closed_until: closed === undefined ? queue.closed_until : null,
    if_pressed: if_pressed ?? (staysClosed ? queue.if_pressed : null),
    kept: keptBehind(queue.kept, { owner: keep, past: pastOf(queue) }),
    held: heldBehind(queue.held, hold),
  }
  return withSettings(filled, settings, context)
}

function pastOf(queue: Queue): PastQueue {
  const { items, current, playlist, reason, loop, shuffle, order, resume, mode } = queue
  return { items, current, playlist, reason, loop, shuffle, order, resume, mode }
}

/** With some of its items, or with all of them listed otherwise. */
function withItems(queue: Queue, items: readonly QueueItem[]): Queue {
  const { order } = queue
  return { ...queue, items, order: order === null ? null : orderOf(order, items), playlist: null }
}

/** Without what comes behind the current item; it does not go round. What is over stays as it is. */
function ended(queue: Queue): Queue {
  const played = playOrder(queue)
  const at = played.findIndex((item) => item.id === queue.current)
  const coming = new Set(at < 0 ? [] : idsOf(played.slice(at + 1)))
  const left = queue.items.filter((item) => !coming.has(item.id))
  return { ...withItems(queue, left), loop: false }
}

function mixed(queue: Queue, { random }: MutationContext): Queue {
  const { ids, seed } = newOrder(idsOf(queue.items), queue.current, random)
  const order = queue.order === null ? null : { ids, seed }
  return { ...queue, items: playOrder({ items: queue.items, order: { ids, seed } }), order, playlist: null }
}

function withSettings(
  queue: Queue,
  { stays, ...settings }: QueueSettings,
  { random }: MutationContext,
): Queue {
  if (settings.title !== undefined) checkStreamTitle(settings.title)
  const { closed = queue.closed, closed_until = settings.closed === undefined ? queue.closed_until : null } =
    settings
  const { shuffle = queue.shuffle } = settings
  const order = () => queue.order ?? newOrder(idsOf(queue.items), queue.current, random)
  return {
    ...queue,
    ...settings,
    order: shuffle ? order() : null,
    held: stays === undefined ? queue.held : stays ? { until: null, over_slots: true } : null,
    closed,
    closed_until: closed ? closed_until : null,
  }
}

function gone(queue: Queue, move: QueueMove): Queue {
  const { id, isNextRound } = whereTo(queue, move)
  const { order } = queue
  if (order === null) return { ...queue, current: id }
  if (isNextRound) return { ...queue, current: id, order: followingOrder(order) }
  const isOutOfTurn = move.op === 'go-to' && move.isOutOfTurn === true && id !== null && id !== queue.current
  return { ...queue, current: id, order: isOutOfTurn ? putNext(order, queue.current, [id]) : order }
}

function whereTo(queue: Queue, move: QueueMove) {
  if (move.op === 'step') return walk(queue)(queue.current, move.by)
  const id = move.id === null ? null : (queue.items[placeOf(queue, move.id)]?.id ?? null)
  return { id, isNextRound: move.isNextRound === true && queue.order !== null }
}

function isMove(mutation: QueueMutation): mutation is QueueMove {
  return mutation.op === 'step' || mutation.op === 'go-to'
}

function moved(queue: Queue, move: { id: string; before: string | null }): QueueItem[] {
  const item = queue.items[placeOf(queue, move.id)]
  if (item === undefined || move.before === move.id) return [...queue.items]
  const rest = queue.items.filter((other) => other.id !== move.id)
  if (move.before === null) return [...rest, item]
  placeOf(queue, move.before)
  return rest.flatMap((other) => (other.id === move.before ? [item, other] : [other]))
}

function placeOf(queue: Queue, id: string): number {
  const place = queue.items.findIndex((item) => item.id === id)
  if (place < 0)
    throw new AppError('not_found', `stream "${queue.name}" has no item "${id.slice(0, 80)}" (any more)`)
  return place
}

/** A queue that has more of an earlier version may keep it, but gets nothing more. */
function checkRoom({ name }: Queue, count: number): void {
  if (count > mostItems)
    throw new AppError(
      'conflict',
      `stream "${name}" would have ${count} items, and a queue takes ${mostItems}: remove some first, or add fewer`,
    )
}

function idsOf(items: readonly QueueItem[]): string[] {
  return items.map((item) => item.id)
}

/**
 * A current item that was removed hands over to the one that took its place. A queue that is over stays so until
 * something new comes, and then goes on with that.
 */
function currentAfter(before: Queue, after: Queue, mutation: QueueMutation): string | null {
  const isNow = mutation.op === 'insert-next' && mutation.now === true && mutation.files.length > 0
  const coming = playOrder(after)
  if (mutation.op === 'replace' && after.current !== null) return after.current
  if (isOver(before) || isNow) {
    const old = new Set(idsOf(before.items))
    return coming.find((item) => !old.has(item.id))?.id ?? null
  }
  const kept = new Set(idsOf(after.items))
  if (before.current !== null && kept.has(before.current)) return before.current
  const played = playOrder(before)
  const place = played.findIndex((item) => item.id === before.current)
  const following = played.slice(Math.max(0, place)).find((item) => kept.has(item.id))
  return following?.id ?? coming[0]?.id ?? null
}
