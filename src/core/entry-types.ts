import type { Effect, PlayerCommand } from './effect.ts'
import { playerEventTypes } from './event.ts'
import type { QueueMutation } from './queue.ts'

type CommandType = PlayerCommand['type'] | Exclude<Effect['kind'], 'command' | 'log' | 'send-on'>

/**
 * What there is in the history, by its kind. `event`: what a player did; `command`: what somebody wished and what came
 * of it; `request`: audio that was asked for, a place of a queue card or the whole queue as one file.
 */
export const entryTypes = {
  event: playerEventTypes,
  command: [
    'play',
    'pause',
    'stop',
    'next',
    'previous',
    'restart',
    'refresh',
    'reboot',
    'volume-step',
    'volume-percent',
    'seek',
    'card',
    'sleep-timer',
    'nightlight',
    'bluetooth',
    'picture',
    'settings',
    'mutate-queue',
    'fill-queue',
    'delete-stream',
    'start-stream',
    'tell-story',
    'let-end',
    'return-volume',
    'publish',
    'ha',
    'webhook',
    'set-var',
    'set-input',
  ] as const satisfies readonly CommandType[],
  request: ['place', 'whole'],
  queue: [
    'append',
    'insert-next',
    'replace',
    'remove',
    'move',
    'clear',
    'end-after-current',
    'shuffle',
    'reshuffle',
    'restore',
    'step',
    'go-to',
    'settings',
    'deleted',
  ] as const satisfies readonly (QueueMutation['op'] | 'deleted')[],
  connection: ['connected', 'disconnected'],
} as const

export type EntryKind = keyof typeof entryTypes
export type EntryType<Kind extends EntryKind> = (typeof entryTypes)[Kind][number]

export const entryKinds = Object.keys(entryTypes) as EntryKind[]
