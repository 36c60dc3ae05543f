import type { LiveStreams } from '../audio/live/live-streams.ts'
import type { Playable } from '../audio/playable.ts'
import type { QueueStep } from '../audio/slots/slot-queue.ts'
import type { SlotStreams } from '../audio/slots/slot-streams.ts'
import type { Effect } from '../core/effect.ts'
import { playerName } from '../core/listener.ts'
import type { PlayerState } from '../core/player.ts'
import type { Changed } from '../rules/scheduled-streams.ts'
import { isHeardKnown, possiblyHeard } from './heard-stream.ts'
import { type AnewGround, isPlaying, listenersOn, playAnew } from './play-anew.ts'
import { asExpected } from './player-place.ts'

/** What schedules and rules need to know of those who listen, and how these are cut over to what a stream has become. */
export class SlotGround {
  readonly #ground: AnewGround
  #live: Pick<LiveStreams, 'listenersOf'> | null = null
  #places: Places | null = null

  constructor(ground: AnewGround) {
    this.#ground = ground
  }

  /** Until then nobody hears a live stream. */
  setLive(live: Pick<LiveStreams, 'listenersOf'>): void {
    this.#live = live
  }

  /** Until then nobody hears a queue card. */
  setPlaces(places: Places): void {
    this.#places = places
  }

  /**
   * The streams that the player may be playing now: that of the chapter it names, and that of the one it was just sent to.
   * All of its card's where it names none that is on the card; none where it plays none of ours.
   */
  streamsOf(player: PlayerState): readonly string[] {
    if (!isPlaying(player)) return []
    const places = [player, asExpected(this.#ground.hub, player)]
    return [...new Set(places.flatMap((place) => possiblyHeard(place, this.#ground)))]
  }

  /** Whether `streamsOf` tells what plays, and not all that may. */
  knowsStreamsOf(player: PlayerState): boolean {
    return isHeardKnown(player, this.#ground)
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

  /**
   * Has the players that hear another item of the stream by a queue card hear the current one at once. What is heard live
   * goes over by itself. A stream card plays one file, in which no other item can be gone to: it plays on.
   */
  async sendOn(stream: string): Promise<Effect[]> {
    const ground = { ...this.#ground, onlyKind: 'queue' as const }
    const listeners = listenersOn(stream, ground)
    const asked = listeners.map(async ({ player: { id }, card }) => {
      const name = playerName(card.card_id ?? '', card.player ?? id)
      return (await this.#places?.sendsOn(stream, { name, confirm: card.confirm })) === true ? id : null
    })
    const behind = await Promise.all(asked)
    // Somebody may have paused since.
    return playAnew(stream, { what: 'item', isAnother: true }, ground).filter(
      (effect) => effect.kind === 'command' && behind.includes(effect.player),
    )
  }
}

type Places = Pick<SlotStreams<Playable, QueueStep>, 'sendsOn'>
