import { beforeEach, describe, expect, test } from 'vitest'
import type { Effect, Perform, PlayerCommand } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import { Commands } from '../../src/history/commands.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { memoryStore, startHistory } from './support.ts'

let clock: VirtualClock
let history: Awaited<ReturnType<typeof startHistory>>
let commands: Commands

beforeEach(async () => {
  clock = new VirtualClock()
  history = await startHistory({ store: memoryStore().store, clock })
  commands = new Commands({ history, clock })
})

const pause: Effect = { kind: 'command', player: 'y1', command: { type: 'pause' } }
const last = () => history.find({ limit: 1 }).entries[0]

describe('a wish', () => {
  test('is kept when it is asked, and its outcome with the time to the acknowledgement', async () => {
    let acknowledge = () => {}
    const perform: Perform = () => new Promise((resolve) => (acknowledge = resolve))
    const doing = commands.kept(perform)(pause, 'REST')
    expect(last()).toMatchObject({
      kind: 'command',
      player: 'y1',
      at: '2026-11-21T10:00:00.000+00:00',
      what: { type: 'pause', asked: {}, because: 'REST', outcome: null, ms: null },
    })
    await clock.advance(340)
    acknowledge()
    await doing
    expect(last()?.what).toMatchObject({ outcome: 'done', reason: null, ms: 340 })
  })

  test.each([
    [new AppError('refused', 'player y1 answered FAIL'), 'refused', 'player y1 answered FAIL'],
    [
      new AppError('unavailable', 'player "Nursery" is offline'),
      'unavailable',
      'player "Nursery" is offline',
    ],
    [new AppError('not_found', 'there is no player'), 'refused', 'there is no player'],
    [new Error('a fault of ours'), 'refused', 'a fault of ours'],
  ])(
    'that fails fails for whoever had it, and is kept with the reason: %s',
    async (error, outcome, reason) => {
      const perform: Perform = () => Promise.reject(error)
      await expect(commands.kept(perform)(pause, 'rule bedtime')).rejects.toBe(error)
      expect(last()?.what).toMatchObject({ outcome, reason, because: 'rule bedtime' })
    },
  )

  test('that a parent can mend is kept with the code of the fault', async () => {
    const details = { fault: 'player-offline', player: 'Nursery', others: ['y2'] }
    const error = new AppError('unavailable', 'player "Nursery" is offline', { details })
    await commands
      .kept(() => Promise.reject(error))(pause, 'REST')
      .catch(() => undefined)
    expect(last()?.what).toMatchObject({ fault: { fault: 'player-offline', player: 'Nursery' } })
  })

  test('is kept with what is asked in particular, but never with content', async () => {
    const done: Perform = async () => undefined
    const perform = commands.kept(done)
    const effects: Effect[] = [
      { kind: 'command', player: 'y1', command: { type: 'card', card_id: '00123', chapter_key: '08' } },
      { kind: 'fill-queue', stream: 'bedroom', how: 'append', content: 'forest', limit: 2 },
      { kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'append', files: ['a.mp3', 'b.mp3'] } },
      { kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'settings', settings: { loop: true } } },
      { kind: 'delete-stream', stream: 'bedroom' },
      { kind: 'publish', topic: 'home/door', payload: 'the words of the household', retain: false },
      { kind: 'log', message: 'not a deed' },
    ]
    for (const effect of effects) await perform(effect, 'test')
    const kept = history.find({ limit: 99 }).entries.toReversed()
    expect(kept.map(({ stream, what }) => [what.type, stream, 'asked' in what ? what.asked : null])).toEqual([
      ['card', null, { card_id: '00123', chapter_key: '08' }],
      ['fill-queue', 'bedroom', { how: 'append', content: 'forest', limit: 2 }],
      ['mutate-queue', 'bedroom', { op: 'append', files: 2 }],
      ['mutate-queue', 'bedroom', { op: 'settings', loop: true }],
      ['delete-stream', 'bedroom', {}],
      ['publish', null, { topic: 'home/door', retain: false }],
    ])
  })

  test('is found by what was told to whom, also where many are told the same', async () => {
    const command: PlayerCommand = { type: 'pause' }
    const perform = commands.kept(async () => undefined)
    const ids = []
    for (const player of ['y1', 'y2']) {
      await perform({ kind: 'command', player, command }, 'REST')
      ids.push(last()?.id)
    }
    expect([commands.behindDeed('y1', command), commands.behindDeed('y2', command)]).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
    expect(commands.behindDeed('y3', command)).toBeNull()
    expect(commands.behindDeed('y1', { type: 'pause' })).toBeNull()
    expect(commands.behindDeed('y1', undefined)).toBeNull()
  })

  test('is what a queue changes for while it is carried out', async () => {
    const seen: (string | null)[] = []
    const perform: Perform = async (effect, because) => {
      if ('stream' in effect) seen.push(commands.behindQueue(effect.stream, because))
      seen.push(commands.behindQueue('other', because), commands.behindQueue('bedroom', 'somebody else'))
    }
    const effect: Effect = { kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'clear' } }
    await commands.kept(perform)(effect, 'REST')
    expect(seen).toEqual([last()?.id, null, null])
    expect(commands.behindQueue('bedroom', 'REST')).toBeNull()
  })
})
