import type { Effect } from '../../core/effect.ts'
import type { Button } from '../../core/event.ts'
import type { PlayerPatch, PlayerState } from '../../core/player.ts'
import type { Queue } from '../../core/queue.ts'
import type { PlainValue } from '../../core/value-form.ts'
import type { World } from '../plugin.ts'
import type { RunTrace } from '../running/trace.ts'
import type { StoryTold } from './story-told.ts'

/** How a house stands when its rules begin. */
export interface Stage {
  readonly now: Date
  /** The same number brings the same chance. */
  readonly seed: number
  /** By id. */
  readonly players: ReadonlyMap<string, StagePlayer>
  /** By name: those that are not at their start. */
  readonly vars: ReadonlyMap<string, PlainValue>
  readonly inputs: ReadonlyMap<string, PlainValue>
}

export interface StagePlayer {
  readonly patch: PlayerPatch
  readonly card: CardIn
}

/** A card of somebody else by its id, one of ours by its stream, or none. */
export type CardIn = { readonly id: string } | { readonly stream: string } | null

/** What a player does by itself or in somebody's hands, in the words of the trigger `playing`. */
export const playingChanges = [
  'started',
  'paused',
  'resumed',
  'stopped',
  'track_started',
  'track_ended',
] as const
export type PlayingChange = (typeof playingChanges)[number]

/**
 * A house in which the rules run as they do in the real one, on a clock of its own, and from which nothing gets out:
 * queues and players are kept in memory, and what would leave it is written down. Every step resolves when all that it
 * started is done, or waits for the clock.
 */
export interface DryHouse {
  readonly world: World
  readonly records: Records
  /** Puts into effect what the clock says and starts the rules. */
  start(): Promise<void>
  advance(ms: number): Promise<void>
  press(player: string, button: Button): Promise<void>
  insert(player: string, card: NonNullable<CardIn>): Promise<void>
  remove(player: string): Promise<void>
  playing(player: string, change: PlayingChange): Promise<void>
  change(player: string, patch: PlayerPatch): Promise<void>
  /** Somebody sets inputs, one after the other. */
  set(inputs: ReadonlyMap<string, PlainValue>): Promise<void>
  /** Entities of Home Assistant go to these states, one after the other. */
  entities(states: ReadonlyMap<string, string>): Promise<void>
  /** Somebody publishes on the local broker. */
  say(topic: string, payload: string): Promise<void>
  /** Somebody calls a webhook. */
  call(webhook: string, body: string): Promise<void>
  /** Something comes to be in a story on a card of ours. @throws AppError where the story has nothing of the kind */
  tell(player: string | null, told: StoryTold): Promise<void>
  /** The file that a closed or empty stream was last heard with, at a press, while it stays as it is; else null. */
  heardInstead(stream: string): string | null
  /** Why it cannot go on, in words: what it does would never end. */
  readonly endless: string | null
  stop(): Promise<void>
}

/** One that can also be looked into from outside. */
export interface WatchedHouse extends DryHouse {
  /** Every start of a rule so far, in order, also those that came to nothing; those under way grow on. */
  readonly runs: readonly RunTrace[]
  /** By name. */
  queues(): readonly Queue[]
  players(): readonly PlayerState[]
  /** The stream that is heard from the card in the player; null where it is none of ours. */
  streamOn(player: string): string | null
  /** As `advance`, no further than `isOver`: asked before each thing that is due. */
  rest(mostMs: number, isOver: () => boolean): Promise<void>
}

/** What happened, in order. */
export interface Records {
  readonly ran: readonly Dated<{ readonly rule: string }>[]
  /** Starts that came to nothing, as conditions did not hold or the trigger only nearly fired. */
  readonly didNotRun: readonly Dated<{ readonly rule: string; readonly why: string }>[]
  readonly effects: readonly Dated<{ readonly effect: Effect; readonly because: string }>[]
  /** What the log would say. */
  readonly said: readonly Dated<{ readonly level: 'info' | 'warn' | 'error'; readonly message: string }>[]
}

export type Dated<What> = What & { readonly at: Date }
