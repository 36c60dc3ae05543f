import { Type } from 'typebox'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { PlayerCommand } from '../src/core/effect.ts'
import type { PlayerEvent } from '../src/core/event.ts'
import type { Entry } from '../src/history/entry.ts'
import type { LiveCatchUp } from '../src/http/live-event.ts'
import { type Change, Hub } from '../src/hub.ts'
import { Engine } from '../src/rules/engine.ts'
import { action, type TriggerData } from '../src/rules/plugin.ts'
import { playing } from '../src/rules/triggers/playing.ts'
import { parseMessage } from '../src/yoto/parse.ts'
import { memoryCollection } from './support/memory-collection.ts'
import { recordingLog } from './support/recording-log.ts'
import { worldOf } from './support/rules.ts'
import { listenTo, runApp, until } from './support/running-app.ts'
import { VirtualClock } from './support/virtual-clock.ts'

describe('what a player does', () => {
  const layout = ['01', '02', '03'].map((key) => ({ chapter_key: key, track_key: key }))
  const usual = {
    playbackStatus: 'playing',
    cardId: '4Dem0',
    chapterKey: '01',
    trackKey: '01',
    position: 5,
    trackLength: 60,
    volume: 5,
    volumeMax: 10,
    sleepTimerActive: false,
  }

  let clock: VirtualClock
  let hub: Hub
  let changes: Change[]

  /** The player says it on the new topic and on the old one, as players do. */
  async function says(words: object): Promise<void> {
    for (const topic of ['data/events', 'events']) {
      const message = parseMessage(`device/y1/${topic}`, Buffer.from(JSON.stringify({ ...usual, ...words })))
      if ('error' in message) throw new Error(message.error)
      hub.patchPlayer('y1', message.patch, clock.now())
      await clock.advance(160)
    }
  }

  /** What has happened since, the command it was told by in brackets. */
  function happened(): string[] {
    return changes.splice(0).flatMap((change) => {
      if (change.kind !== 'event') return []
      const { event, command } = change
      expect(event.commanded).toBe(command === undefined ? undefined : true)
      return [command === undefined ? event.type : `${event.type} (${command.type})`]
    })
  }

  const place = (key: string) => ({ card_id: '4Dem0', chapter_key: key, track_key: key })
  const at = (key: string) => ({ chapterKey: key, trackKey: key, position: 0 })
  const pause: PlayerCommand = { type: 'pause' }

  beforeEach(async () => {
    clock = new VirtualClock()
    changes = []
    hub = new Hub({
      queues: memoryCollection(),
      card: () => ({ layout, stream: null }),
      newId: () => 'id',
      clock,
      log: recordingLog(),
    })
    hub.setPlayers([{ id: 'y1', name: 'Nursery' }])
    hub.patchPlayer('y1', { online: true }, clock.now())
    await says({})
    hub.subscribe('the test', (change) => changes.push(change))
  })

  test('by a command is one event that says so, though two topics tell of it, and the child’s act behind it none', async () => {
    hub.commanding('y1', pause)
    await says({ playbackStatus: 'paused' })
    expect(happened()).toEqual(['playback_paused (pause)'])
    await says({})
    await says({ playbackStatus: 'paused' })
    expect(happened()).toEqual(['playback_resumed', 'playback_paused'])
  })

  test('in one word by several commands is told of each by its own', async () => {
    hub.commanding('y1', { type: 'volume-step', step: 7 })
    hub.commanding('y1', { type: 'sleep-timer', seconds: 600 })
    hub.commanding('y1', { type: 'next' }, place('02'))
    await says({ ...at('02'), volume: 7, sleepTimerActive: true, sleepTimerSeconds: 600 })
    expect(happened()).toEqual([
      'track_ended (next)',
      'track_started (next)',
      'volume_changed (volume-step)',
      'sleep_timer_started (sleep-timer)',
    ])
    await clock.advance(2_000)
    await says({ ...at('03'), volume: 8, sleepTimerActive: true, sleepTimerSeconds: 598 })
    expect(happened()).toEqual(['button', 'track_ended', 'track_started', 'volume_changed'])
  })

  test('by a command to begin its card anew is one, and the next track is the child’s', async () => {
    await says(at('02'))
    await clock.advance(10_000)
    changes.length = 0
    hub.commanding('y1', { type: 'card', card_id: '4Dem0' }, { card_id: '4Dem0' })
    await says(at('01'))
    expect(happened()).toEqual(['track_ended (card)', 'track_started (card)'])
    await clock.advance(4_000)
    await says(at('02'))
    expect(happened()).toEqual(['button', 'track_ended', 'track_started'])
  })

  test('is its own where the command was refused, or is ten seconds old', async () => {
    hub.commanding('y1', pause)()
    hub.commanding('y1', { type: 'next' }, place('02'))()
    await says({ ...at('02'), playbackStatus: 'paused' })
    expect(happened()).toEqual(['playback_paused', 'button', 'track_ended', 'track_started'])
    hub.commanding('y1', { type: 'volume-step', step: 9 })
    await clock.advance(10_001)
    await says({ ...at('02'), playbackStatus: 'paused', volume: 9 })
    expect(happened()).toEqual(['volume_changed'])
  })
})

test('a rule learns from its trigger what a command of ours has done', async () => {
  const clock = new VirtualClock()
  const told: TriggerData[] = []
  const tell = action({
    title: 'Tell',
    describe: 'Tells the test what the rule was started by.',
    examples: [],
    options: Type.Object({}),
    run: async ({ trigger }) => void told.push(trigger),
  })
  const engine = new Engine({
    world: worldOf({ now: () => clock.now() }),
    perform: async () => undefined,
    clock,
    log: recordingLog(),
  })
  const when = [{ kind: 'playing', definition: playing, options: { change: 'paused' }, id: null }]
  const deeds = [{ does: 'act' as const, kind: 'tell', definition: tell, options: {}, id: null }]
  engine.start([
    { id: 'r', place: 'test.yaml:1', enabled: true, player: null, stream: null, when, if: [], do: deeds },
  ])
  const paused: PlayerEvent = {
    type: 'playback_paused',
    player: 'y1',
    at: '2026-11-21T10:00:00.000+00:00',
    position_s: 1,
    card_id: null,
    chapter_key: null,
    track_key: null,
  }
  await engine.handle({ ...paused, commanded: true })
  await engine.handle(paused)
  expect(told.map(({ commanded }) => commanded)).toEqual([true, undefined])
})

test('the house is told over MQTT and by live events what a command has done, and the history by which', async () => {
  const running = await runApp()
  const broker = await listenTo(running.app.mqttUrl)
  onTestFinished(async () => {
    await broker.stop()
    await running.remove()
  })
  const { app, call } = running
  const nursery = app.simulator?.players[0]
  if (nursery === undefined) throw new Error('no simulated player')
  const { id } = nursery
  const card = app.cards.list().find(({ kind }) => kind === 'stream')
  await nursery.insert(card?.card_id ?? '')
  await until('it plays', () => app.hub.player(id)?.playback === 'playing')
  const { id: since } = (await call('GET', '/live/snapshot')).body as LiveCatchUp
  const seen: PlayerEvent[] = []
  app.hub.subscribe('the test', (change) => {
    if (change.kind === 'event') seen.push(change.event)
  })
  const marks = (type: string) =>
    seen.filter((event) => event.type === type).map(({ commanded = false }) => commanded)

  expect(await call('POST', `/players/${id}/pause`)).toMatchObject({ status: 200 })
  await until('it has paused', () => marks('playback_paused').length === 1)
  await nursery.resume()
  await until('it goes on', () => marks('playback_resumed').length === 1)
  await nursery.pause()
  await until('it has paused again', () => marks('playback_paused').length === 2)
  expect(await call('POST', `/players/${id}/volume`, { step: 3 })).toMatchObject({ status: 200 })
  await until('it is softer', () => marks('volume_changed').length === 1)
  await nursery.turn('left', 1)
  await until('it is louder', () => marks('volume_changed').length === 2)
  expect([marks('playback_paused'), marks('playback_resumed'), marks('volume_changed')]).toEqual([
    [true, false],
    [false],
    [true, false],
  ])

  const published = broker.heard
    .filter(({ topic }) => topic === `yoto/${id}/event`)
    .map(({ payload }): PlayerEvent => JSON.parse(payload))
    .filter(({ type }) => type === 'playback_paused')
  expect(published.map(({ commanded }) => commanded)).toEqual([true, undefined])
  const missed = (await call('GET', `/live/snapshot?since=${since}`)).body as LiveCatchUp
  const shown = missed.messages.flatMap(({ event, data }) =>
    event === 'event' && data.type === 'playback_paused' ? [data.commanded] : [],
  )
  expect(shown).toEqual([true, undefined])

  const { events } = (await call('GET', '/events?limit=1000')).body as { events: Entry[] }
  const causes = events.filter(({ what }) => what.type === 'volume_changed').map(({ cause }) => cause)
  const command = events.find(({ what }) => what.type === 'volume-step')
  expect(causes).toEqual([null, command?.id])
}, 30_000)
