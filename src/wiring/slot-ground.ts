import type { LiveStreams } from '../audio/live/live-streams.ts'
import type { Effect } from '../core/effect.ts'
import type { PlayerState } from '../core/player.ts'
import type { Changed } from '../rules/scheduled-streams.ts'
import { type AnewGround, isPlaying, listenersOn, playAnew } from './play-anew.ts'

/** What schedules need to know of those who listen, and how these are cut over to a slot. */
export class SlotGround {
  readonly #ground: AnewGround
  #live: Pick<LiveStreams, 'listenersOf'> | null = null

  constructor(ground: AnewGround) {
    this.#ground = ground
  }

  /** Until then nobody hears a live stream. */
  setLive(live: Pick<LiveStreams, 'listenersOf'>): void {
    this.#live = live
  }

  /** The stream that the player plays now; null where it plays none of ours. */
  streamOf(player: PlayerState): string | null {
    const { cards, streamFor } = this.#ground
    const card = player.card_id === null ? undefined : cards.byCard(player.card_id)
    return card === undefined || !isPlaying(player) ? null : streamFor(card.stream, player.id)
  }

  /** Whether somebody hears the stream item by item: live, or by a queue card. */
  isHeard(stream: string): boolean {
    if ((this.#live?.listenersOf(stream) ?? 0) > 0) return true
    return listenersOn(stream, this.#ground).some(({ card }) => card.kind === 'queue')
  }

  /**
   * Has the players that play the stream hear at once what a slot has put there; where it has closed the stream, they
   * are stopped. What is heard live goes over, or ends, by itself.
   */
  cutOver({ stream, playlist }: Changed): Effect[] {
    const isLive = this.#ground.hub.queue(stream)?.mode === 'live'
    const ground = isLive ? { ...this.#ground, onlyKind: 'queue' as const } : this.#ground
    if (playlist !== null) return playAnew(stream, { what: 'beginning', isAnother: true }, ground)
    return listenersOn(stream, ground).map(({ player }) => ({
      kind: 'command',
      player: player.id,
      command: { type: 'stop' },
    }))
  }
}
