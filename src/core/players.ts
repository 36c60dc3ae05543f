import type { TrackAddress, TrackPlace } from './card-plan.ts'
import { type Clock, isoOf } from './clock.ts'
import type { PlayerCommand } from './effect.ts'
import type { PlayerEvent } from './event.ts'
import { Expectations, type Expected } from './expectation.ts'
import { type Moment, stoppedCardIn } from './moment.ts'
import { applyPatch, type PlayerPatch, type PlayerState, unknownPlayer } from './player.ts'
import type { ReadPresses } from './press.ts'
import { eventsBetween } from './transition.ts'
import { withUnsaid } from './unsaid.ts'
import { Wishes } from './wishes.ts'

/** What became of players, and what happened to them. */
export type PlayerChange =
  | { readonly kind: 'player'; readonly player: PlayerState; readonly said?: Said }
  | { readonly kind: 'player-removed'; readonly id: string }
  /** The players there are now are all there are. */
  | { readonly kind: 'players-listed' }
  | {
      readonly kind: 'event'
      readonly event: PlayerEvent
      /** What has made the player do it, as it was given to `commanding`; there where the event is `commanded`. */
      readonly command?: PlayerCommand
    }

/** A player's own words, where it was they that changed it. */
export interface Said {
  readonly patch: PlayerPatch
  readonly at: Date
  readonly before: Moment
  /** They tell what a command of ours has made the player do. */
  readonly commanded: boolean
}

/** What is known of a card, for reading presses off it. */
export interface CardFacts {
  /** The tracks in playing order; null while they are not known. */
  readonly layout: readonly TrackPlace[] | null
  /** The stream it plays where the player is, where the card is ours. */
  readonly stream: string | null
  /** The story it tells, where it is ours and does. */
  readonly story?: string
  /** It is ours and plays what each of its tracks does, which may be no stream. */
  readonly isOurs?: true
  /** Its maker has it begin again after its last track, whatever the player is set to. */
  readonly repeats?: boolean
  /** Which presses are read off its players' words; the others are told by whoever serves its requests. */
  readonly presses?: ReadPresses
}

/** Of a card in that player, which may hear another stream by it than others do; `chapter`: where it is, null where nobody knows. */
export type CardFactsOf = (cardId: string, playerId: string, chapter: string | null) => CardFacts

/** A card in a player, by their ids, and where it is. */
export type CardPlace = Pick<PlayerState, 'id' | 'card_id' | 'chapter_key'>

interface PlayersOptions {
  readonly card: CardFactsOf
  readonly clock: Clock
  readonly tell: (change: PlayerChange) => void
}

/** The players as they are now, and the one place where they change; what happened is read off what they say. */
export class Players {
  readonly #options: PlayersOptions
  readonly #players = new Map<string, Moment>()
  /** Which players are set to begin their card again after its last track, of those that have said. */
  readonly #repeats = new Map<string, boolean>()
  readonly #expectations = new Expectations()
  readonly #wishes = new Wishes()

  constructor(options: PlayersOptions) {
    this.#options = options
  }

  list(): PlayerState[] {
    return [...this.#players.values()].map((moment) => moment.state)
  }

  /** The player and when it last said where it is. */
  moment(id: string): Moment | undefined {
    return this.#players.get(id)
  }

  /** The account's players as the cloud lists them; those that are no longer listed are removed. */
  set(listed: readonly ({ readonly id: string; readonly name: string } & PlayerPatch)[]): void {
    const ids = new Set(listed.map((player) => player.id))
    for (const id of this.#players.keys()) {
      if (ids.has(id)) continue
      this.#players.delete(id)
      this.#repeats.delete(id)
      this.#options.tell({ kind: 'player-removed', id })
    }
    for (const { id, ...patch } of listed) {
      if (this.#players.has(id)) {
        this.amend(id, patch)
        continue
      }
      const state = applyPatch(unknownPlayer(id, patch.name), patch)
      this.#players.set(id, { state, at: this.#options.clock.now() })
      this.#options.tell({ kind: 'player', player: state })
    }
    this.#options.tell({ kind: 'players-listed' })
  }

  /** Takes in what a player said at `at` (a time of the clock). A player that is not listed is ignored. */
  patch(id: string, said: PlayerPatch, at: Date): void {
    const before = this.#players.get(id)
    if (before === undefined) return
    // That a player is off it mostly does not say itself.
    const patch = said.online === false ? said : { ...said, last_seen_at: isoOf(at) }
    const complete = withUnsaid(before, patch, at)
    const state = applyPatch(before.state, complete)
    const placed = complete.position_s !== undefined || state.playback !== before.state.playback
    const stoppedCard = stoppedCardIn(state, before)
    const after = { state, at: placed ? at : before.at, stoppedCard }
    this.#players.set(id, after)
    const facts = this.cardFacts(state)
    const isElsewhere = state.chapter_key !== before.state.chapter_key
    const leftStream = isElsewhere ? this.cardFacts(before.state).stream : facts.stream
    const commanded = this.#expectations.meet(before, after, at)
    const repeats = facts.repeats === true || (this.#repeats.get(id) ?? null)
    const events = eventsBetween(before, { ...after, at }, { ...facts, leftStream, repeats, commanded })
    this.#options.tell({ kind: 'player', player: state, said: { patch, at, before, commanded } })
    const commands = this.#wishes.behind(events, { state, jumped: commanded, now: at })
    for (const [place, event] of events.entries()) this.#happened(event, commands[place] ?? null)
  }

  /** Takes in what is known of a player from elsewhere than its own words, such as its card's title; no events follow. */
  amend(id: string, patch: PlayerPatch): void {
    const known = this.#players.get(id)
    if (known === undefined) return
    const state = applyPatch(known.state, patch)
    if (state === known.state) return
    this.#players.set(id, { ...known, state })
    this.#options.tell({ kind: 'player', player: state })
  }

  /** Takes in whether a player is set to begin its card again after its last track; that is no part of its state. */
  setRepeats(id: string, repeats: boolean): void {
    if (this.#players.has(id)) this.#repeats.set(id, repeats)
  }

  /** Players may have done anything since their last words, as after a broken connection: no press is read off the next ones. */
  loseTrack(): void {
    for (const [id, moment] of this.#players) this.#players.set(id, { ...moment, at: longAgo })
  }

  /**
   * A command of ours is about to take this player to a card or track: what it then says is nobody's press.
   * The returned function takes that back, for a command that was refused.
   */
  expect(playerId: string, expected: Expected): () => void {
    return this.#expectations.add(playerId, expected, this.#options.clock.now())
  }

  /**
   * A command of ours is about to be sent to the player: what it then does as it was told is `commanded`.
   * `expected`: the place it is taken to, which is nobody's press. The returned function takes that back, for a
   * command that was refused.
   */
  commanding(playerId: string, command: PlayerCommand, expected?: Expected): () => void {
    const state = this.#players.get(playerId)?.state
    if (state === undefined) return () => undefined
    const takeBacks = [this.#wishes.add(state, { command, expected }, this.#options.clock.now())]
    if (expected !== undefined) takeBacks.push(this.expect(playerId, expected))
    return () => {
      for (const takeBack of takeBacks) takeBack()
    }
  }

  /** Where the last of our commands is about to take the player; undefined once it has told of it. */
  expectedTrack(playerId: string): Expected | undefined {
    return this.#expectations.newest(playerId, this.#options.clock.now())
  }

  /** Whether a command of ours is about to take the player to just that track. */
  isExpected(playerId: string, track: TrackAddress & { readonly card_id: string }): boolean {
    return this.#expectations.has(playerId, track, this.#options.clock.now())
  }

  /** What is known of the card that the player has, or is about to tell that it has. */
  cardFacts({ id, card_id, chapter_key }: CardPlace): CardFacts {
    return card_id === null ? { layout: null, stream: null } : this.#options.card(card_id, id, chapter_key)
  }

  #happened(event: PlayerEvent, command: PlayerCommand | null): void {
    if (command === null) this.#options.tell({ kind: 'event', event })
    else this.#options.tell({ kind: 'event', event: { ...event, commanded: true }, command })
  }
}

// So long that no press is read off what follows.
const longAgo = new Date(0)
