import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import { runApp } from './support/running-app.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const morning = 'music/good-morning.mp3'
const sleepy = 'clips/still-sleepy-time.mp3'
const rules = `playlists:
  day: [music/counting-song.mp3, ${morning}, music/skipping-song.mp3]
  night: [music/lullaby-one.mp3, music/lullaby-two.mp3]
schedules:
  evening:
    default: day
    change: now
    slots:
      quiet: {from: "10:10", to: "10:20", play: night, volume_limit: 4}
      shut: {from: "10:20", to: "10:30", play: none, if_pressed: ${sleepy}}
  party:
    default: day
    slots:
      dance: {from: "10:10", to: "10:20", play: day, volume_limit: 9}
inputs:
  start: {type: switch}
rules:
  lull:
    player: ysimNurseryMini000000001
    stream: den
    when: [{input: {name: start, to: true}}]
    do: [{play: night}]
  pressed:
    stream: evening
    when: [{button: right}]
    do: [{log: "pressed \${trigger.stream}"}]
`
const tracks = [
  { file: morning },
  { stream: 'evening' },
  { stream: 'party' },
  { stream: 'evening' },
  { file: morning },
  { stream: 'den' },
]

/** The whole product with a card of files and of the streams of two schedules, in a time that goes on as the test lets it. */
async function houseAt(time: string) {
  const data = await mkdtemp(join(tmpdir(), 'yoto-track-streams-'))
  await mkdir(join(data, 'config'))
  await writeFile(join(data, 'config', 'house.yaml'), rules)
  const clock = new VirtualClock()
  const starting = setInterval(() => void clock.advance(50), 5)
  const house = await runApp({ data, clock }).finally(() => clearInterval(starting))
  onTestFinished(() => house.remove())
  const { app, call } = house
  const player = 'ysimNurseryMini000000001'
  const state = () => app.hub.player(player)
  const told: string[] = []
  const events: { readonly type: string; readonly stream?: string | null }[] = []
  app.hub.subscribe('the test', (change) => {
    if (change.kind === 'event') events.push(change.event)
    if (change.kind !== 'player' || change.player.id !== player) return
    const { playback, chapter_key } = change.player
    const words = `${playback} ${chapter_key}`
    if (told.at(-1) !== words) told.push(words)
  })
  const pass = async (what: string, holds: () => boolean) => {
    for (let steps = 0; !holds(); steps++) {
      if (steps > 600) throw new Error(`a minute went by in vain until ${what}: ${JSON.stringify(state())}`)
      await clock.advance(100)
      await pause(5)
    }
  }
  const goTo = async (time: string) => {
    for (;;) {
      const leftMs = Date.parse(`2026-11-21T${time}Z`) - clock.now().getTime()
      if (leftMs <= 0) return
      // Nothing that matters happens until the last seconds.
      await clock.advance(Math.min(leftMs, leftMs > 20_000 ? 5_000 : 500))
      await pause(5)
    }
  }
  const hand = (act: string, body: object) => call('POST', `/simulator/players/${player}/${act}`, body)
  const at = (chapter: string) => () => state()?.playback === 'playing' && state()?.chapter_key === chapter
  const made = await call('POST', '/cards', { title: 'A bit of all', tracks })
  expect(made).toMatchObject({ status: 200, body: { kind: 'tracks', stream: null } })
  const { card_id } = made.body as PublishedCardView
  await goTo(time)
  return {
    ...house,
    ...{ card_id, player, clock, state, told, events, pass, goTo, hand, at },
    async insert() {
      await hand('insert', { card_id })
      await pass('the first track plays', at('01'))
    },
    async press(chapter: string) {
      await hand('press', { button: 'right' })
      await pass(`chapter ${chapter} plays`, at(chapter))
    },
    /** Turned up by hand, by more than it can be. */
    turnUp: () => hand('turn', { knob: 'left', steps: 16 }),
    atVolume: (step: number) => pass(`its volume is ${step}`, () => state()?.volume_step === step),
  }
}

describe('a stream among the tracks of a card', { timeout: 120_000 }, () => {
  test('is no louder than its slot lets it be, by each chapter that plays it and by no other', {
    tags: 'slow',
  }, async () => {
    const { call, player, insert, press, turnUp, atVolume, state, clock } = await houseAt('10:10:05')
    const most = state()?.volume_max_step ?? 16
    expect(most).toBeGreaterThan(9)
    await insert()
    await turnUp()
    await atVolume(most)
    await press('02')
    await atVolume(4)
    await turnUp()
    await atVolume(4)
    expect(await call('POST', `/players/${player}/volume`, { step: 10 })).toMatchObject({ status: 200 })
    await clock.advance(1_000)
    await atVolume(4)
    await press('03')
    await turnUp()
    await atVolume(9)
    await press('04')
    await atVolume(4)
    await press('05')
    await turnUp()
    await atVolume(most)
  })

  test('is begun anew in its chapter where a slot is to be heard now, and stopped where it is closed', async () => {
    const { data, app, goTo, pass, insert, press, told, state, events, card_id, clock } =
      await houseAt('10:09:45')
    await insert()
    await press('02')
    expect(app.hub.queue('evening')?.playlist).toBe('day')
    expect(clock.now() < new Date('2026-11-21T10:10:00Z'), 'the slot has not begun').toBe(true)
    events.length = 0
    told.length = 0
    const isAsked = () => events.some(({ type }) => type === 'stream_requested')
    await pass('the slot is asked for', () => app.hub.queue('evening')?.playlist === 'night' && isAsked())
    expect(clock.now() < new Date('2026-11-21T10:10:10Z'), 'at once').toBe(true)
    await pass('it plays', () => state()?.playback === 'playing' && (state()?.position_s ?? 9) < 3)
    expect(told.filter((words) => !words.endsWith(' 02'))).toEqual([])

    await goTo('10:19:45')
    await insert()
    await press('02')
    await goTo('10:20:02')
    await pass('it is stopped', () => state()?.playback === 'stopped')
    const card = JSON.parse(JSON.stringify(await app.simulator?.card(card_id)))
    const answer = await fetch(card.content.chapters[1].tracks[0].trackUrl)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(await readFile(join(data, 'media', sleepy)))
  })

  test('leaves who hears another track in peace where it is closed', { tags: 'slow' }, async () => {
    const { goTo, insert, press, state } = await houseAt('10:19:45')
    await insert()
    await press('02')
    await press('03')
    await goTo('10:20:05')
    expect(state()).toMatchObject({ playback: 'playing', chapter_key: '03' })
  })

  test('is begun on a player by its chapter, where the stream has no card of its own', async () => {
    const { app, call, pass, at, state, card_id } = await houseAt('10:01:00')
    // Simulated households get cards for the streams that their rules name.
    for (const own of app.cards.list().filter(({ stream }) => stream === 'den'))
      await call('DELETE', `/cards/${own.card_id}`)
    await call('PUT', '/inputs/start', { value: true })
    await pass('the stream is heard', at('06'))
    expect(state()?.card_id).toBe(card_id)
  })

  test('is named by the events of its chapters, and rules hear of presses that lead there', async () => {
    const { pass, insert, log, press, events } = await houseAt('10:01:00')
    await insert()
    await press('02')
    events.length = 0
    await press('03')
    await press('04')
    await pass('the rule heard of it', () => log.lines.some(({ message }) => message === 'pressed evening'))
    await press('05')
    const streams = events.flatMap((event) => (event.type === 'button' ? [event.stream ?? null] : []))
    expect(streams).toEqual(['party', 'evening', null])
    const ended = events.flatMap((event) => (event.type === 'track_ended' ? [event.stream ?? null] : []))
    expect(ended).toEqual(['evening', 'party', 'evening'])
  })
})

test('a track ends with the song that plays when another stream begins to answer', {
  timeout: 120_000,
}, async () => {
  const { app, data, call, card_id, goTo } = await houseAt('10:01:00')
  const songs = ['music/counting-song.mp3', morning, 'music/skipping-song.mp3']
  await call('POST', '/streams/den/queue', { files: songs })
  const answers = [{ stream: 'party', when: { between: { from: '10:10', to: '10:20' } } }]
  expect((await call('PUT', '/streams/den/answers', { answers })).status).toBe(200)
  const card = JSON.parse(JSON.stringify(await app.simulator?.card(card_id)))
  const heard = async () => {
    const answer = await fetch(card.content.chapters[5].tracks[0].trackUrl)
    return Buffer.from(await answer.arrayBuffer())
  }
  const of = async (names: readonly string[]) =>
    Buffer.concat(await Promise.all(names.map((name) => readFile(join(data, 'media', name)))))
  expect((await heard()).equals(await of(songs))).toBe(true)
  await goTo('10:09:50')
  expect((await heard()).equals(await of(songs.slice(0, 1)))).toBe(true)
})

test('a stream gets new keys with the cards whose tracks play it', { timeout: 120_000 }, async () => {
  const { call, card_id } = await houseAt('10:01:00')
  await call('POST', '/streams/den/queue', { files: [morning] })
  const { status, body } = await call('POST', '/streams/den/rotate-key', {})
  expect(status).toBe(200)
  expect((body as { cards: object[] }).cards).toContainEqual({
    ...{ card_id, title: 'A bit of all', republished: true },
  })
})

test('who deletes the stream is told whose tracks play it', { timeout: 120_000 }, async () => {
  const { call } = await houseAt('10:01:00')
  await call('POST', '/streams/den/queue', { files: [morning] })
  expect((await call('DELETE', '/streams/den')).body).toMatchObject({
    success: true,
    message: expect.stringMatching(
      /^"den" deleted; .*; until then a clip is heard where tracks of card "A bit of all" play it; it comes back: rule "lull" /,
    ),
  })
})
