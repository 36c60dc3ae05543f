import type { Condition } from './condition.ts'
import type { EventFields } from './event-reports.ts'
import type { Playback } from './playback.ts'
import { playbackFields, playbackSnapshot } from './playback-view.ts'
import type { PlayerSettings } from './settings.ts'
import type { PlayerSnapshot, PlayerSpec } from './simulated-player.ts'
import type { SleepTimer } from './sleep-timer.ts'
import type { StatusFacts } from './status.ts'

/** A player from within, at one moment. */
export interface PlayerState {
  readonly spec: PlayerSpec
  readonly on: boolean
  readonly onSinceMs: number
  readonly nowMs: number
  readonly slot: string | undefined
  readonly nightlight: string
  readonly hasBluetoothSound: boolean
  readonly picture: string | null
  readonly volumeStep: number
  readonly playback: Playback
  readonly settings: PlayerSettings
  readonly sleepTimer: SleepTimer
  readonly condition: Condition
}

/** The player as somebody standing before it finds it. */
export function snapshotOf(state: PlayerState): PlayerSnapshot {
  return {
    on: state.on,
    cardInSlot: state.slot ?? null,
    ...playbackSnapshot(state.playback),
    volume: state.volumeStep,
    volumeMax: state.settings.volumeMax,
    nightlight: state.nightlight,
    picture: state.picture,
    sleepTimerSeconds: state.sleepTimer.seconds,
  }
}

/** What its status messages are made of. */
export function statusFactsOf(state: PlayerState): StatusFacts {
  const { card, source, playback } = playbackSnapshot(state.playback)
  return {
    family: state.spec.deviceFamily,
    onSinceMs: state.onSinceMs,
    nowMs: state.nowMs,
    utcOffsetSeconds: state.spec.utcOffsetSeconds ?? 0,
    activeCard: card ?? 'none',
    cardInserted: source === 'remote' ? 2 : state.slot === undefined ? 0 : 1,
    playback,
    volumeStep: state.volumeStep,
    nightlightMode: state.nightlight,
    hasBluetoothSound: state.hasBluetoothSound,
    day: state.settings.day,
    settings: state.settings.values,
    condition: state.condition,
  }
}

/** What its `data/events` can tell. */
export function eventFieldsOf({ playback, settings, volumeStep, sleepTimer }: PlayerState): EventFields {
  return {
    ...playbackFields(playback),
    repeatAll: settings.repeatAll,
    volume: volumeStep,
    volumeMax: settings.volumeMax,
    sleepTimerActive: sleepTimer.active,
    ...(sleepTimer.active ? { sleepTimerSeconds: sleepTimer.seconds } : {}),
  }
}
