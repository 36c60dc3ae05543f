import type { CommandFacts, Entry, EventFacts, QueueFacts, RequestFacts } from '../src/history/entry.ts'
import { reasonText } from './reason.ts'
import { faultText } from './refusal.ts'
import type { Say } from './text.ts'
import type { TextKey } from './text-keys.ts'

/** What is needed to tell an entry: the reader's language, and how the house names things. */
export interface Teller {
  readonly say: Say
  player(id: string | null): string
  card(id: string | null): string
  file(name: string): string
}

/** What happened, in one line of plain words. */
export function entryWords(entry: Entry, teller: Teller): string {
  const { say } = teller
  const stream = entry.stream ?? ''
  const player = teller.player(entry.player)
  switch (entry.kind) {
    case 'event':
      return `${eventWords(entry.what, stream, teller)} – ${player}`
    case 'command':
      return commandWords(entry.what, { player, stream }, teller)
    case 'request':
      return requestWords(entry.what, { player, stream }, teller)
    case 'queue':
      return queueWords(entry.what, stream, teller)
    case 'connection': {
      const { type, reason } = entry.what
      if (type === 'connected') return say('told.connected')
      return reason === null ? say('told.disconnected') : say('told.disconnected-because', { reason })
    }
  }
}

/** Whether it tells of a press that its player has contradicted since. */
export function isTakenBack({ kind, what }: Entry): boolean {
  return kind === 'event' && what.counted === false
}

const eventKeys = {
  playback_started: 'told.started',
  playback_paused: 'told.paused',
  playback_resumed: 'told.resumed',
  playback_stopped: 'told.stopped',
  online: 'told.online',
  offline: 'told.offline',
  day_started: 'told.day',
  night_started: 'told.night',
  sleep_timer_ended: 'told.timer-end',
  headphones_on: 'told.headphones-on',
  headphones_off: 'told.headphones-off',
} as const satisfies Partial<Record<EventFacts['type'], TextKey>>

const pressKeys = {
  left: 'told.left',
  right: 'told.right',
  next: 'told.next',
  previous: 'told.previous',
} as const

function eventWords(what: EventFacts, stream: string, { say, card }: Teller): string {
  switch (what.type) {
    case 'button':
      return say(pressKeys[what.button])
    case 'card_inserted':
      return say('told.card-in', { card: card(what.card_id) })
    case 'card_removed':
      return say('told.card-out', { card: card(what.card_id) })
    case 'track_started':
      return say('told.track', { place: what.chapter_key ?? '?' })
    case 'track_ended':
      return say(what.natural ? 'told.track-end' : 'told.track-left', { place: what.chapter_key ?? '?' })
    case 'volume_changed':
      return say('told.volume', { step: what.volume_step })
    case 'sleep_timer_started':
      return say('told.timer', { minutes: Math.ceil(what.sleep_timer_s / 60) })
    case 'battery_low':
      return say('told.battery', { percent: what.battery_percent })
    case 'stream_requested':
      return say('told.requested', { stream })
    case 'story_choice':
      return say('told.story', { story: what.story, choice: what.choice })
    default:
      return Object.hasOwn(eventKeys, what.type) ? say(eventKeys[what.type]) : String(what.type)
  }
}

const orders = {
  play: 'order.play',
  pause: 'order.pause',
  stop: 'order.stop',
  next: 'order.next',
  previous: 'order.previous',
  restart: 'order.restart',
  refresh: 'order.refresh',
  reboot: 'order.reboot',
  seek: 'order.seek',
  card: 'order.card',
  'start-stream': 'order.play',
  'tell-story': 'order.play',
  'let-end': 'order.sleep-timer',
  'volume-step': 'order.volume-step',
  'return-volume': 'order.volume-step',
  'volume-percent': 'order.volume-percent',
  'sleep-timer': 'order.sleep-timer',
  nightlight: 'order.nightlight',
  bluetooth: 'order.bluetooth',
  picture: 'order.picture',
  settings: 'order.settings',
} as const satisfies Partial<Record<CommandFacts['type'], TextKey>>

interface Among {
  readonly player: string
  readonly stream: string
}

function commandWords(what: CommandFacts, among: Among, teller: Teller): string {
  const { say } = teller
  const words = `${wishWords(what, among, teller)} · ${becauseText(what.because, say)}`
  switch (what.outcome) {
    case 'done':
      return words
    case null:
      return `${words} – ${say('told.open')}`
    default: {
      const key = what.outcome === 'refused' ? 'told.refused' : 'told.unavailable'
      return `${words} – ${say(key, { reason: whyNotText(what, say) ?? '?' })}`
    }
  }
}

/** Why it was not done, for the reader. */
export function whyNotText(
  { reason, fault }: Pick<CommandFacts, 'reason' | 'fault'>,
  say: Say,
): string | null {
  return faultText(fault, say) ?? reason
}

function wishWords({ type, asked }: CommandFacts, { player, stream }: Among, { say, card }: Teller): string {
  switch (type) {
    case 'fill-queue':
      return say('told.fill', { stream, content: String(asked.content ?? '') })
    case 'mutate-queue':
      return say('told.change', { stream })
    case 'delete-stream':
      return say('told.delete', { stream })
    case 'publish':
      return say('told.publish', { topic: String(asked.topic ?? '') })
    case 'ha':
      return say('told.ha', { action: String(asked.action ?? '') })
    case 'webhook':
      return say('told.webhook', { host: String(asked.host ?? '') })
    case 'set-var':
    case 'set-input':
      return say('told.set', { name: String(asked.name ?? '') })
    default: {
      const about = {
        step: String(asked.step ?? ''),
        percent: String(asked.percent ?? ''),
        position: String(asked.position_s ?? ''),
        card: type === 'card' ? card(String(asked.card_id ?? '')) : '',
      }
      const what = Object.hasOwn(orders, type) ? say(orders[type], about) : type
      return say('told.order', { player, what })
    }
  }
}

function requestWords(what: RequestFacts, { player, stream }: Among, { say, card, file }: Teller): string {
  const { place, status, item, card_id } = what
  // A card of tracks or of a story has no stream.
  const source = stream === '' && card_id !== null ? card(card_id) : stream
  const told = say('told.asked', { player, what: placeWords(place, say) })
  const asked = source === '' ? told : `${told} (${source})`
  if (status === null) return asked
  if (status >= 400) return `${asked}: ${say('told.answered', { status })}`
  return `${asked}: ${item === null ? say('told.got-clip') : say('told.got', { item: file(item) })}`
}

/** The place of a card as whoever holds the player knows it. */
function placeWords(place: string | null, say: Say): string {
  if (place === null) return say('place.whole')
  if (/^\d+$/.test(place)) return say('place.part', { number: Number(place) })
  const [way = ''] = place.split('-')
  return say(Object.hasOwn(ways, way) ? ways[way as keyof typeof ways] : 'place.other')
}

const ways = {
  start: 'place.start',
  now: 'place.next',
  left: 'place.left',
  right: 'place.right',
} as const satisfies Record<string, TextKey>

const changes = {
  append: 'change.append',
  'insert-next': 'change.insert-next',
  replace: 'change.replace',
  remove: 'change.remove',
  'end-after-current': 'change.remove',
  move: 'change.move',
  clear: 'change.clear',
  shuffle: 'change.shuffle',
  reshuffle: 'change.shuffle',
  restore: 'change.restore',
  step: 'change.step',
  'go-to': 'change.step',
  settings: 'change.settings',
} as const satisfies Partial<Record<QueueFacts['type'], TextKey>>

function queueWords(what: QueueFacts, stream: string, { say, file }: Teller): string {
  const { type, because, playlist, current } = what
  if (type === 'deleted') return say('told.deleted', { stream })
  const changed =
    type === 'replace' && playlist !== null
      ? say('change.replace-by', { playlist })
      : say(changes[type] ?? 'change.settings', {
          item: current === null ? say('change.end') : file(current),
        })
  const why = because === null ? '' : ` · ${becauseText(because, say)}`
  return `${say('told.queue', { stream, what: changed })}${why}`
}

/** Whose wish it was, as a part of a sentence about what they wished. */
export function becauseText(because: string, say: Say): string {
  if (because === 'REST') return say('told.by-hand')
  if (because.startsWith('MQTT ')) return say('told.by-mqtt')
  if (because === 'the card went on') return say('told.card-went-on')
  return reasonText(because, say)
}
