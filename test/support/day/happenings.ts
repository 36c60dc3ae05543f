import type { PlayerEvent } from '../../../src/core/event.ts'
import type { SimulatedPlayer } from '../../../src/simulator/simulated-player.ts'
import type { Truth } from './lateness.ts'

/** What changes at a player, by the names of the events that tell of it. */
type Kind = 'on' | 'card' | 'playback' | 'track' | 'volume' | 'day' | 'sleep timer' | 'headphones'

const kindOf: Readonly<Partial<Record<PlayerEvent['type'], Kind>>> = {
  online: 'on',
  offline: 'on',
  card_inserted: 'card',
  card_removed: 'card',
  playback_started: 'playback',
  playback_resumed: 'playback',
  playback_paused: 'playback',
  playback_stopped: 'playback',
  track_started: 'track',
  volume_changed: 'volume',
  day_started: 'day',
  night_started: 'day',
  sleep_timer_started: 'sleep timer',
  sleep_timer_ended: 'sleep timer',
  headphones_on: 'headphones',
  headphones_off: 'headphones',
}

// After a hand was on a player: what it does is told within a fraction of a second, and after a pause of the network later.
const pressMs = 2_000

/** Compares what happened at players with the events that were told of it: none may be told twice, or of nothing. */
export class Happenings {
  readonly #last = new Map<string, unknown>()
  readonly #happened = new Map<string, number>()
  readonly #told = new Map<string, number>()
  readonly #hands = new Map<string, number>()
  readonly wrong: string[] = []
  readonly buttons = { acts: 0, felt: 0, told: 0 }

  /** A hand is on a button, or on the knob that skips. */
  pressed(player: SimulatedPlayer, now: Date): void {
    this.buttons.acts++
    this.#hands.set(player.id, now.getTime())
  }

  /** It took the player to another track, or to the start of this one. */
  felt(): void {
    this.buttons.felt++
  }

  see(player: SimulatedPlayer, { online, snapshot, day, condition }: Truth): void {
    this.#changed(player, 'on', online)
    this.#changed(player, 'playback', online ? snapshot.playback : 'stopped')
    this.#changed(player, 'volume', snapshot.volume)
    this.#changed(player, 'day', day)
    this.#changed(player, 'sleep timer', snapshot.sleepTimerSeconds > 0)
    this.#changed(player, 'headphones', condition.headphones)
    this.#changed(player, 'card', snapshot.card)
    if (this.#changed(player, 'track', `${snapshot.card} ${snapshot.chapterKey}`) && snapshot.card === null)
      this.#count(this.#happened, `${player.id} track`, -1)
  }

  hear(event: PlayerEvent): void {
    if (event.type === 'button') this.#press(event)
    const kind = kindOf[event.type]
    if (kind !== undefined && event.player !== null) this.#count(this.#told, `${event.player} ${kind}`, 1)
  }

  /** Kinds of which more was told than happened. */
  surplus(): string[] {
    return [...this.#told].flatMap(([key, told]) => {
      const happened = this.#happened.get(key) ?? 0
      return told > happened ? [`${key}: happened ${happened} times, told ${told} times`] : []
    })
  }

  totals(): { happened: number; told: number } {
    const sum = (counts: Map<string, number>) => [...counts.values()].reduce((one, other) => one + other, 0)
    return { happened: sum(this.#happened), told: sum(this.#told) }
  }

  #press(event: PlayerEvent): void {
    this.buttons.told++
    const lastMs = this.#hands.get(event.player ?? '') ?? Number.NEGATIVE_INFINITY
    if (Date.parse(event.at) - lastMs > pressMs)
      this.wrong.push(`a press that nobody made: ${JSON.stringify(event)}`)
  }

  #changed(player: SimulatedPlayer, kind: Kind, value: unknown): boolean {
    const key = `${player.id} ${kind}`
    const before = this.#last.get(key)
    if (before === value) return false
    this.#last.set(key, value)
    // One card after another is one taken out and one put in.
    if (before !== undefined)
      this.#count(this.#happened, key, kind === 'card' && before !== null && value !== null ? 2 : 1)
    return before !== undefined
  }

  #count(counts: Map<string, number>, key: string, by: number): void {
    counts.set(key, (counts.get(key) ?? 0) + by)
  }
}
