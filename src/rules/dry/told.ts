import type { PlayerCommand } from '../../core/effect.ts'
import {
  type PlayerPatch,
  type PlayerState,
  percentFromStep,
  stepFromPercent,
  volumeCapOf,
} from '../../core/player.ts'

/** What a player says when it has done as it was told; empty for what no state of it shows. */
export function patchOf(command: PlayerCommand, state: PlayerState): PlayerPatch {
  switch (command.type) {
    case 'play':
      return { playback: 'playing' }
    case 'pause':
      return { playback: 'paused' }
    case 'stop':
      return { playback: 'stopped' }
    case 'volume-step':
      return volumeOf(command.step, state)
    case 'volume-percent':
      return volumeOf(stepFromPercent(command.percent), state)
    case 'seek':
      return { position_s: command.position_s }
    case 'card':
      return { card_id: command.card_id, card_inserted: 'remote', playback: 'playing', source: 'remote' }
    case 'sleep-timer':
      return 'seconds' in command ? { sleep_timer_s: command.seconds } : {}
    case 'nightlight':
      return { nightlight: command.light }
    case 'settings':
      return command.settings
    default:
      return {}
  }
}

/** Volumes as a player has them, never above what it allows. */
export function volumeOf(step: number, state: PlayerState | null): PlayerPatch {
  const volume_step = Math.min(step, (state === null ? null : volumeCapOf(state)) ?? 16)
  return { volume_step, volume_percent: percentFromStep(volume_step) }
}
