import { type Clock, isoOf } from '../core/clock.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { PlayerState } from '../core/player.ts'
import { isOver } from '../core/queue.ts'
import type { StoryNews } from '../core/story-news.ts'
import type { Change, Hub } from '../hub.ts'
import type { RuleEvent } from '../rules/plugin.ts'

interface Known {
  readonly battery: number | null
  readonly volume: number | null
  /** What it was before that. */
  readonly volumeBefore: number | null
}

/**
 * What rules hear of players beside their published events: that there is one at all (`found`), each change of a
 * battery (`battery`), what the volume was before it changed (`volume_level`), and that a queue has come to its end
 * (`queue_ended`, with the only player that was last heard of with the stream, where there is one), and how stories go on
 * (`story_started`, `story_reached`, `story_ended`).
 */
export class UnpublishedEvents {
  readonly #hub: Pick<Hub, 'players' | 'queues'>
  readonly #clock: Pick<Clock, 'now'>
  readonly #known = new Map<string, Known>()
  /** By player, the stream that its last event told of. */
  readonly #streams = new Map<string, string>()
  readonly #over = new Set<string>()

  constructor(hub: Pick<Hub, 'players' | 'queues'>, clock: Pick<Clock, 'now'>) {
    this.#hub = hub
    this.#clock = clock
  }

  /** Every player there is, to be told to rules that begin to run. */
  found(): RuleEvent[] {
    for (const queue of this.#hub.queues()) if (isOver(queue)) this.#over.add(queue.name)
    return this.#hub.players().map((player) => {
      this.#learn(player)
      return { type: 'found', player: player.id }
    })
  }

  of(change: Change): readonly RuleEvent[] {
    switch (change.kind) {
      case 'player':
        return this.#player(change.player)
      case 'player-removed':
        this.#known.delete(change.id)
        this.#streams.delete(change.id)
        return []
      case 'event':
        return this.#event(change.event)
      case 'queue':
        return this.#queue(change.queue.name, isOver(change.queue))
      case 'story':
        return storyEvents(change.news, change.at)
      case 'queue-removed':
        this.#over.delete(change.name)
        return []
      default:
        return []
    }
  }

  #player(player: PlayerState): RuleEvent[] {
    const before = this.#known.get(player.id)
    this.#learn(player)
    const found = before === undefined ? [{ type: 'found', player: player.id }] : []
    const { battery_percent } = player
    if (before === undefined || battery_percent === null || battery_percent === before.battery) return found
    return [
      {
        type: 'battery',
        player: player.id,
        at: isoOf(this.#clock.now()),
        battery_percent,
        before: before.battery,
      },
    ]
  }

  #learn({ id, battery_percent: battery, volume_step: volume }: PlayerState): void {
    const before = this.#known.get(id)
    const volumeBefore = volume === before?.volume ? before.volumeBefore : (before?.volume ?? null)
    this.#known.set(id, { battery: battery ?? before?.battery ?? null, volume, volumeBefore })
  }

  #event(event: PlayerEvent): RuleEvent[] {
    const { player, stream, type } = event
    if (player === null) return []
    if (stream !== undefined) this.#streams.set(player, stream)
    else if (type === 'card_inserted' || type === 'card_removed') this.#streams.delete(player)
    if (type !== 'volume_changed') return []
    return [{ ...event, type: 'volume_level', before: this.#known.get(player)?.volumeBefore ?? null }]
  }

  #queue(stream: string, isNowOver: boolean): RuleEvent[] {
    const wasOver = this.#over.has(stream)
    if (!isNowOver) this.#over.delete(stream)
    if (!isNowOver || wasOver) return []
    this.#over.add(stream)
    const [player, another] = [...this.#streams].filter(([, played]) => played === stream)
    const by = player !== undefined && another === undefined ? { player: player[0] } : {}
    return [{ type: 'queue_ended', stream, ...by, at: isoOf(this.#clock.now()) }]
  }
}

function storyEvents({ story, player, from, scene, ending }: StoryNews, at: string): RuleEvent[] {
  const about = { story, at, ...(player === null ? {} : { player }) }
  if (scene === null) return ending === null ? [] : [{ ...about, type: 'story_ended', ending }]
  const started = from === null ? [{ ...about, type: 'story_started', scene }] : []
  return [...started, { ...about, type: 'story_reached', scene }]
}
