import type { PlayerCommand } from '../core/effect.ts'
import type { PlayerEvent, PlayerEventType } from '../core/event.ts'
import { stepFromPercent } from '../core/player.ts'

export interface CommandGiven {
  readonly command: PlayerCommand
}

const moves = [
  'card_inserted',
  'card_removed',
  'playback_started',
  'playback_resumed',
  'track_started',
  'track_ended',
] as const
const volume = ['volume_changed'] as const

/** What players say when they obey; of the other commands no event tells. */
const brings: Partial<Record<PlayerCommand['type'], readonly PlayerEventType[]>> = {
  play: ['playback_started', 'playback_resumed', 'track_started', 'card_inserted'],
  pause: ['playback_paused'],
  stop: ['playback_stopped', 'track_ended', 'card_removed'],
  next: moves,
  previous: moves,
  restart: moves,
  seek: moves,
  card: moves,
  'volume-step': volume,
  'volume-percent': volume,
  'sleep-timer': ['sleep_timer_started', 'sleep_timer_ended'],
  reboot: ['offline', 'online'],
}

// A player acknowledges within 5 s, and begins a slow stream later.
const usualMs = 10_000
const rebootMs = 120_000

/** For so long after a command, what a player does may follow from it. */
export function followsWithinMs(command: PlayerCommand): number {
  return command.type === 'reboot' ? rebootMs : usualMs
}

/**
 * Whether what a player did may follow from a command it was given a moment before. Players do not say why they do
 * something: where a hand could have done the same, it is the command's that was not followed yet. Of going to
 * another track it is known, by what the player was expected to say (`commanded`).
 */
export function follows(event: PlayerEvent, { command }: CommandGiven, commanded: boolean): boolean {
  if (!brings[command.type]?.includes(event.type)) return false
  switch (command.type) {
    case 'next':
    case 'previous':
    case 'restart':
    case 'seek':
    case 'card':
      return commanded
    // The player's cap may have made it less.
    case 'volume-step':
      return event.type === 'volume_changed' && event.volume_step <= command.step
    case 'volume-percent':
      return event.type === 'volume_changed' && event.volume_step <= stepFromPercent(command.percent)
    case 'sleep-timer':
      return (event.type === 'sleep_timer_ended') === ('seconds' in command && command.seconds === 0)
    default:
      return true
  }
}
