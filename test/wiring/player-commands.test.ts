import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KnownCards } from '../../src/cards/known-cards.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { PlayerCommand } from '../../src/core/effect.ts'
import type { AppError } from '../../src/core/error.ts'
import { abilityOf, type HasAbility } from '../../src/core/models.ts'
import type { PlayerState } from '../../src/core/player.ts'
import { Hub } from '../../src/hub.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import type { Doubts } from '../../src/simulator/doubts.ts'
import { titleCards } from '../../src/wiring/card-titles.ts'
import { openCards } from '../../src/wiring/cards.ts'
import { CloudLink } from '../../src/wiring/cloud-link.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { Account } from '../../src/yoto/account.ts'
import { fastClock } from '../support/fast-clock.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { until } from '../support/running-app.ts'
import { simulatedAccount } from '../support/simulated-account.ts'

const keys = ['07', '08', '12e4']
const bought = {
  cardId: '08aB0',
  title: 'Bought stories',
  updatedAt: '2025-01-01T00:00:00.000Z',
  metadata: { cover: { imageL: 'https://example.org/cover.jpg' } },
  content: {
    chapters: keys.map((key) => ({
      key,
      title: `Chapter ${key}`,
      hidden: key === '08',
      tracks: [{ key, title: key, type: 'audio', format: 'aac', trackUrl: `yoto:#${key}`, duration: 600 }],
    })),
  },
}

let clock: Clock
let cloud: SimulatedCloud
let link: CloudLink
let hub: Hub
let titles: { stop(): void }
let known: KnownCards

beforeEach(() => begin())

async function begin(doubts: Partial<Doubts> = {}, has?: HasAbility): Promise<void> {
  clock = fastClock(10)
  const log = recordingLog()
  cloud = await startCloud({ clock, log, approveAfterPolls: 0, boughtCards: [bought], doubts })
  const account = new Account({
    ...cloud,
    redirectUri: null,
    tokens: memoryCollection(),
    hide: () => undefined,
    clock,
    log,
  })
  link = new CloudLink({
    cloud,
    account,
    changed: () => undefined,
    clock,
    random: Math.random,
    log,
    ...(has === undefined ? {} : { has }),
  })
  const cards = await openCards({
    storage: { collection: () => memoryCollection() } as never,
    link,
    simulated: true,
    urlOf: (key, file) => `http://127.0.0.1/media/${key}/${file}.mp3`,
    storyPlan: () => null,
    problems: new Problems((text) => text),
    hide: () => undefined,
    clock,
    log,
  })
  known = cards.known
  hub = new Hub({ queues: memoryCollection(), card: cards.facts, newId: () => 'id', clock, log })
  titles = titleCards({ hub, cards })
  await link.start({ hub, cardFacts: cards.facts, knownCards: known })
  await until('the players have spoken', () => allPlayers((player) => player.volume_max_step !== null))
}

afterEach(end)

async function end(): Promise<void> {
  titles.stop()
  await link.stop()
  await cloud.stop()
}

const allPlayers = (is: (player: PlayerState) => boolean) =>
  hub.players().length === 2 && hub.players().every(is)
const id = () => cloud.players[1]?.id ?? ''
const player = () => hub.player(id())

async function insertBought(): Promise<void> {
  await cloud.player(id())?.insert('08aB0')
  await until('the card is told', () => player()?.card_id === '08aB0' && player()?.chapter_key === '07')
}

test('limits of day and night reach the player, on or off, and its state here', async () => {
  await link.command(id(), {
    type: 'settings',
    settings: { volume_max_step_day: 5, volume_max_step_night: 5 },
  })
  expect(player()).toMatchObject({ volume_max_step_day: 5, volume_max_step_night: 5 })
  expect(cloud.player(id())?.snapshot()).toMatchObject({ volumeMax: 5, volume: 5 })
  await until(
    'the player says so itself',
    () => player()?.volume_max_step === 5 && player()?.volume_step === 5,
  )

  await cloud.player(id())?.power(false)
  await until('the player is off', () => player()?.online === false)
  await expect(link.command(id(), { type: 'pause' })).rejects.toMatchObject({ code: 'unavailable' })
  const settings = { volume_max_step_day: 3, volume_max_step_night: 3, ambient_night: 'off' }
  await link.command(id(), { type: 'settings', settings })
  expect(player()).toMatchObject({ ...settings, online: false })
  await cloud.player(id())?.power(true)
  await until('the limit holds', () => player()?.volume_max_step === 3)
})

test.each<PlayerCommand>([
  { type: 'nightlight', light: '#102030' },
  { type: 'settings', settings: { ambient_day: '#102030', volume_max_step_day: 4 } },
])('a Mini is not asked for a light that it has not got, and the answer says why: %j', async (command) => {
  const mini = cloud.players[0]?.id ?? ''
  const before = hub.player(mini)?.volume_max_step_day
  await expect(link.command(mini, command)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^player ".+" has no light: a Yoto Mini has none\..*yoto\.every_ability/),
    details: { fault: 'not-on-model', model: 'Yoto Mini' },
  })
  expect(hub.player(mini)?.volume_max_step_day).toBe(before)
})

test('with every ability allowed it is the player who answers', async () => {
  await end()
  await begin({}, abilityOf({ everything: true }))
  const mini = cloud.players[0]?.id ?? ''
  await expect(link.command(mini, { type: 'nightlight', light: '#102030' })).rejects.toMatchObject({
    code: 'refused',
    details: { fault: 'player-refused' },
  })
})

test('a light that was set is seen long before the next regular status', async () => {
  const start = clock.now().getTime()
  await link.command(id(), { type: 'nightlight', light: '#102030' })
  await until('the light is told', () => player()?.nightlight === '#102030')
  expect(clock.now().getTime() - start).toBeLessThan(15_000)
})

test('a change whose answer is lost is made once more, and one that fails leaves the state as it is', async () => {
  cloud.restTrouble.add({ call: /^PUT .*config$/, status: null, done: true, times: 1 })
  await link.command(id(), { type: 'settings', settings: { ambient_day: '#102030' } })
  expect(player()?.ambient_day).toBe('#102030')
  cloud.restTrouble.add({ call: /^PUT .*config$/, status: 403, times: 1 })
  await expect(
    link.command(id(), { type: 'settings', settings: { ambient_day: 'off' } }),
  ).rejects.toMatchObject({ code: 'refused' })
  expect(player()?.ambient_day).toBe('#102030')
})

test('a card that was bought has its title and picture, and goes from track to track by its own keys', async () => {
  await insertBought()
  await until('the card has its title', () => player()?.card_title === 'Bought stories')
  expect(player()?.cover_url).toBe('https://example.org/cover.jpg')
  await link.command(id(), { type: 'next' })
  await until('the hidden chapter is passed over', () => player()?.chapter_key === '12e4')
  await link.command(id(), { type: 'seek', position_s: 120 })
  await until('it goes there', () => (player()?.position_s ?? 0) >= 120)
  await link.command(id(), { type: 'previous' })
  await until('it goes back', () => player()?.chapter_key === '07')
})

test('steps that come faster than the player tells of them all count', async () => {
  await insertBought()
  const account = await simulatedAccount(cloud)
  const { cardId: _, ...card } = bought
  const chapters = card.content.chapters.map((chapter) => ({ ...chapter, hidden: false }))
  const { cardId } = await account.save({ ...card, content: { chapters } })
  await cloud.player(id())?.insert(cardId)
  await until('the card is told', () => player()?.card_id === cardId && player()?.chapter_key === '07')
  const presses: string[] = []
  hub.subscribe('the test', (change) => {
    if (change.kind === 'event' && change.event.type === 'button') presses.push(change.event.button)
  })
  const next = () => link.command(id(), { type: 'next' })
  await Promise.all([next(), next()])
  await until('it is two tracks on', () => player()?.chapter_key === '12e4')
  await Promise.all([link.command(id(), { type: 'previous' }), link.command(id(), { type: 'previous' })])
  await until('it is two tracks back', () => player()?.chapter_key === '07')
  await next()
  await until('it is one track on', () => player()?.chapter_key === '08')
  expect(presses).toEqual([])
})

test('a step is not sent once the one before it has taken too long, nor after a word to stop', async () => {
  await end()
  await begin({ answersLate: true })
  const account = await simulatedAccount(cloud)
  const chapters = bought.content.chapters.map((chapter) => ({ ...chapter, hidden: false }))
  const { cardId } = await account.save({ title: 'Slow', content: { chapters } })
  await known.learn(cardId)
  await cloud.player(id())?.insert(cardId)
  await until('the card is told', () => player()?.card_id === cardId && player()?.chapter_key === '07')
  const ask = (type: 'next' | 'previous' | 'stop') =>
    link.command(id(), { type }).catch((thrown: AppError) => thrown)
  expect(await Promise.all([ask('next'), ask('next')])).toMatchObject([
    { code: 'unanswered' },
    {
      code: 'unavailable',
      message: expect.stringMatching(/^"next" was not sent to player "Den": .* too long$/),
    },
  ])
  await until('it is one track on', () => player()?.chapter_key === '08')
  const slow = ask('next')
  await clock.sleep(2_000)
  const overtaken = ask('previous')
  await ask('stop')
  expect(await Promise.all([slow, overtaken])).toMatchObject([
    { code: 'unanswered' },
    { code: 'conflict', message: expect.stringContaining('a later command took its place') },
  ])
  await clock.sleep(2_000)
  expect(cloud.player(id())?.snapshot()).toMatchObject({ playback: 'stopped' })
})

test('a step to the next track waits for the tracks to be known, but not for long', async () => {
  cloud.restTrouble.add({ call: /^GET .(content|card).08aB0/, status: 503, retryAfterSeconds: 2, times: 1 })
  await insertBought()
  await link.command(id(), { type: 'next' })
  await until('it goes on', () => player()?.chapter_key === '12e4')
})

test('a card that cannot be had is an error with its reason, not a silence', async () => {
  cloud.restTrouble.add({ call: /^GET .(content|card).08aB0/, status: 400, times: 99 })
  await insertBought()
  await expect(link.command(id(), { type: 'next' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('not known (yet)'),
  })
  // Its list tells the title all the same.
  await until('the card has its title', () => player()?.card_title === 'Bought stories')
})

test('a card of one track that a player is set to repeat ends and begins by itself, and nobody pressed', async () => {
  const account = await simulatedAccount(cloud)
  const [chapter] = bought.content.chapters
  const tracks = chapter?.tracks.map((track) => ({ ...track, duration: 12 }))
  const { cardId } = await account.save({ title: 'Rain', content: { chapters: [{ ...chapter, tracks }] } })
  await account.configure(id(), { repeatAll: true })
  const told: unknown[] = []
  hub.subscribe('the test', (change) => {
    if (change.kind !== 'event' || change.event.player !== id()) return
    const { event } = change
    if (event.type === 'button') told.push(event.button)
    if (event.type === 'track_ended') told.push(event.natural)
  })
  await known.learn(cardId)
  await cloud.player(id())?.insert(cardId)
  await until('it has ended twice', () => told.length >= 2)
  expect(told.slice(0, 2)).toEqual([true, true])
})

test('a card that was changed elsewhere is known anew as soon as a player plays it', async () => {
  const account = await simulatedAccount(cloud)
  const { cardId: _, ...card } = bought
  const { cardId } = await account.save({ ...card, title: 'Before' })
  const play = async (title: string) => {
    await cloud.player(id())?.insert(cardId)
    await until(`the title is ${title}`, () => player()?.card_title === title)
  }
  await play('Before')
  await account.save({ ...card, cardId, title: 'After' })
  await cloud.player(id())?.remove()
  await play('After')
  expect(known.get(cardId)).toMatchObject({ title: 'After' })
})

test('all cards of the family are listed once each, also while its library is away', async () => {
  expect(await known.list()).toMatchObject({
    cards: [{ card_id: '08aB0', title: 'Bought stories', updated_at: bought.updatedAt }],
    incomplete: null,
  })
  cloud.restTrouble.add({ call: /library/, status: 403, times: 1 })
  expect(await link.allCards()).toEqual({
    cards: [],
    incomplete: expect.stringContaining('GET /card/family/library'),
  })
})
