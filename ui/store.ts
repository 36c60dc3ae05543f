import type { Button } from '../src/core/event.ts'
import type { PlayerState } from '../src/core/player.ts'
import type { Queue } from '../src/core/queue.ts'
import type { LiveMessage, LiveSnapshot } from '../src/http/live-event.ts'
import { type HealthView, healthView } from './health.ts'

/** A player, and what of it only who watches knows. Times are milliseconds of the watcher's own clock. */
export interface SeenPlayer {
  readonly state: PlayerState
  /** When `state.position_s` held. */
  readonly positionAt: number
  readonly lastPress: { readonly button: Button; readonly at: number } | null
}

/** Everything the panel shows that the product tells. */
export interface HouseView {
  readonly players: ReadonlyMap<string, SeenPlayer>
  readonly queues: ReadonlyMap<string, Queue>
  readonly health: HealthView
}

type Reducers = {
  readonly [Message in LiveMessage as Message['event']]: (
    view: HouseView,
    data: Message['data'],
    now: number,
  ) => HouseView
}

const reducers: Reducers = {
  snapshot: (view, data, now) => ({
    players: new Map(data.players.map((state) => [state.id, fromSnapshot(view, { state, data, now })])),
    queues: new Map(data.queues.map((queue) => [queue.name, queue])),
    health: healthView(data.health),
  }),
  player: (view, state, now) => ({
    ...view,
    players: withEntry(view.players, state.id, seen(view.players.get(state.id), state, now)),
  }),
  'player-removed': (view, { id }) => ({ ...view, players: without(view.players, id) }),
  queue: (view, queue) => {
    const known = view.queues.get(queue.name)
    if (known !== undefined && known.version > queue.version) return view
    return { ...view, queues: sorted(withEntry(view.queues, queue.name, queue)) }
  },
  'queue-removed': (view, { name }) => ({ ...view, queues: without(view.queues, name) }),
  event: (view, event, now) => {
    const player = event.player === null ? undefined : view.players.get(event.player)
    if (event.type !== 'button' || player === undefined) return view
    const lastPress = { button: event.button, at: now }
    return { ...view, players: withEntry(view.players, player.state.id, { ...player, lastPress }) }
  },
  // What there is to hear is not told but asked for.
  library: (view) => view,
  upload: (view) => view,
  'upload-removed': (view) => view,
  card: (view) => view,
  cards: (view) => view,
  input: (view) => view,
  'rule-traces': (view) => view,
  health: (view, health) => ({ ...view, health: healthView(health) }),
}

/** The name of every live event. */
export const liveEventNames = Object.keys(reducers) as LiveMessage['event'][]

const emptyView: HouseView = { players: new Map(), queues: new Map(), health: healthView({}) }

/** The view after a message; null until a first snapshot has come. `now` is the watcher's clock in milliseconds. */
export function reduce(view: HouseView | null, message: LiveMessage, now: number): HouseView | null {
  if (view === null && message.event !== 'snapshot') return null
  const reducer = reducers[message.event] as (view: HouseView, data: unknown, now: number) => HouseView
  return reducer(view ?? emptyView, message.data, now)
}

/** Where the player is by now, in seconds; null where it never said. */
export function positionNow({ state, positionAt }: SeenPlayer, now: number): number | null {
  if (state.position_s === null) return null
  if (state.playback !== 'playing' || !state.online) return state.position_s
  const position = state.position_s + Math.max(0, now - positionAt) / 1000
  return state.duration_s === null ? position : Math.min(position, state.duration_s)
}

/** The one view of the panel, kept up to date by live messages. */
export class Store {
  #view: HouseView | null = null
  readonly #now: () => number
  readonly #changed: (view: HouseView) => void

  constructor(now: () => number, changed: (view: HouseView) => void) {
    this.#now = now
    this.#changed = changed
  }

  receive(message: LiveMessage): void {
    const view = reduce(this.#view, message, this.#now())
    if (view === null || view === this.#view) return
    this.#view = view
    this.#changed(view)
  }
}

/** A snapshot may be taken long after a player spoke: how long is told by the product's own clock alone. */
function fromSnapshot(
  view: HouseView,
  { state, data, now }: { state: PlayerState; data: LiveSnapshot; now: number },
): SeenPlayer {
  const silentMs = state.last_seen_at === null ? 0 : Date.parse(data.at) - Date.parse(state.last_seen_at)
  const lastPress = view.players.get(state.id)?.lastPress ?? null
  return { state, positionAt: now - Math.max(0, silentMs || 0), lastPress }
}

/** A word about something else than the position does not make the position new. */
function seen(before: SeenPlayer | undefined, state: PlayerState, now: number): SeenPlayer {
  if (before === undefined) return { state, positionAt: now, lastPress: null }
  const old = before.state
  const stays =
    old.position_s === state.position_s &&
    old.playback === state.playback &&
    old.card_id === state.card_id &&
    old.chapter_key === state.chapter_key &&
    old.track_key === state.track_key
  return { ...before, state, positionAt: stays ? before.positionAt : now }
}

function withEntry<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): Map<string, Value> {
  return new Map(map).set(key, value)
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([other]) => other !== key))
}

function sorted(queues: ReadonlyMap<string, Queue>): ReadonlyMap<string, Queue> {
  return new Map([...queues].sort(([one], [other]) => (one < other ? -1 : 1)))
}
