import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import { isJsonObject } from '../core/json.ts'
import { shownQueue } from '../core/queue.ts'
import type { Hub } from '../hub.ts'
import { joined, knownOptions } from '../options/known.ts'
import type { Options } from '../options.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { HouseHistory } from './history.ts'
import type { RuleFault } from './rule-book.ts'

export interface Runtime {
  /** Version of Node. */
  readonly node: string
  readonly platform: string
}

interface DiagnosticsInput {
  readonly version: string
  readonly runtime: Runtime | undefined
  readonly startedAt: Date
  readonly options: Options
  /** With the state of account and connection. */
  readonly health: () => Readonly<Record<string, unknown>>
  readonly hub: Hub
  readonly book: { readonly current: RuleSet; readonly faults: readonly RuleFault[] }
  readonly cards: PublishedCards
  readonly history: HouseHistory
  readonly redactAll: <Value>(value: Value) => Value
  readonly clock: Clock
}

// Some hours of a lively house.
const eventsShown = 500
const shownOfKey = 6

/**
 * Everything that helps to understand what a household reports, without its secrets. It names players, cards and files:
 * whoever makes it public reads it first.
 */
export function diagnosticsOf(input: DiagnosticsInput) {
  const { version, runtime, startedAt, options, health, hub, book, cards, history, clock } = input
  const now = clock.now()
  return input.redactAll({
    at: isoOf(now),
    product: 'Yoto Smart Stream',
    version,
    node: runtime?.node ?? null,
    platform: runtime?.platform ?? null,
    uptime_s: Math.round((now.getTime() - startedAt.getTime()) / 1000),
    options: shownOptions(options, personal),
    health: health(),
    players: hub.players(),
    streams: hub.queues().map(shownQueue),
    rules: book.current.rules.map(shownRule),
    schedules: book.current.schedules.map(({ stream, slots }) => ({ stream, slots: slots.length })),
    rule_faults: book.faults,
    cards: cards.list().map(shownCard),
    events: history.events({ limit: eventsShown }).events,
  })
}

/** Of these, only whether they are set: who somebody is and where they live. Folders may carry a name, too. */
const personal = [
  'folders.data',
  'folders.config',
  'folders.media',
  'location.latitude',
  'location.longitude',
  'mqtt.username',
  'mqtt.ca',
  'yoto.client_id',
]

/** Without what no message may show, and of what is to be hidden only whether it is set. */
export function shownOptions(options: Options, hidden: readonly string[] = []): Record<string, unknown> {
  const shown = (value: unknown, path: string): unknown => {
    const isHidden = hidden.includes(path) || knownOptions.get(path)?.writeOnly === true
    if (isHidden) return value === null || value === undefined ? null : '(set)'
    if (!isJsonObject(value)) return value
    const inner = Object.entries(value).map(([name, below]) => [name, shown(below, joined(path, name))])
    return Object.fromEntries(inner)
  }
  return shown(options, '') as Record<string, unknown>
}

function shownRule({
  id,
  place,
  enabled,
  player,
  stream,
  when,
  if: conditions,
  do: actions,
}: RuleSet['rules'][number]) {
  const kindsOf = (parts: readonly { readonly kind: string }[]) => parts.map(({ kind }) => kind)
  return {
    id,
    place,
    enabled,
    player,
    stream,
    when: kindsOf(when),
    if: kindsOf(conditions),
    do: kindsOf(actions),
  }
}

function shownCard(card: PublishedCard) {
  const { key, card_id, title, stream, kind, slots, confirm, player, distrusted, chapters, created_at } = card
  return {
    key: `${key.slice(0, shownOfKey)}…`,
    old_keys: card.old_keys.length,
    is_published_anew: card.carried_key === key,
    card_id,
    title,
    stream,
    kind,
    slots,
    confirm,
    player,
    distrusted,
    chapters,
    created_at,
  }
}
