import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import { thisMachine } from '../../src/http/admission.ts'
import { houseWith } from '../support/house.ts'
import { openPasswordDoor, type PasswordDoor, password } from '../support/password-door.ts'
import { publishedCard } from '../support/published-card.ts'

const looks: Record<string, { title: string; cover_url: string | null }> = {
  '00042': { title: 'Bedtime', cover_url: null },
  bought: { title: 'The Gruffalo', cover_url: 'https://cdn.example/gruffalo.png' },
}

let hub: ReturnType<typeof houseWith>['hub']
let door: PasswordDoor
let effects: Effect[]
let child: string

beforeEach(async () => {
  effects = []
  const house = houseWith()
  hub = house.hub
  house.hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Den')])
  door = await openPasswordDoor({
    house: {
      ...house,
      cards: async () => [publishedCard('00042', 'Bedtime'), publishedCard('later', 'Later')],
      cardLook: (id) => looks[id] ?? null,
      perform: async (effect) => {
        effects.push(effect)
      },
    },
  })
  await door.access.createUser({ by: thisMachine, username: 'admin', role: 'admin', password })
  await door.access.createUser({
    by: thisMachine,
    username: 'child',
    role: 'child',
    password,
    players: ['y1', 'sold'],
    cards: ['00042', 'bought', 'new'],
  })
  child = await door.cookieOf('child')
})

afterEach(() => door.stop())

const nursery = {
  id: 'y1',
  name: 'Nursery',
  online: false,
  playback: null,
  card_id: null,
  card_title: null,
  cover_url: null,
}

describe("a child's page", () => {
  test('has the players and cards of the child, and nothing else of the house', async () => {
    expect((await door.ask({ path: '/kid', cookie: child })).body).toEqual({
      players: [nursery],
      cards: [
        { card_id: '00042', title: 'Bedtime', cover_url: null },
        { card_id: 'bought', title: 'The Gruffalo', cover_url: 'https://cdn.example/gruffalo.png' },
        { card_id: 'new', title: 'new', cover_url: null },
      ],
    })
  })

  test('is empty for a child that was given nothing', async () => {
    await door.access.createUser({ by: thisMachine, username: 'baby', role: 'child', password })
    const cookie = await door.cookieOf('child', 'baby')
    expect((await door.ask({ path: '/kid', cookie })).body).toEqual({ players: [], cards: [] })
    expect((await door.ask({ path: '/kid/play', cookie, body: { player: 'y1' } })).status).toBe(403)
    expect(effects).toEqual([])
  })

  test.each(['admin', 'member'] as const)(
    'has all players and published cards for a user with the role %s',
    async (role) => {
      const { body } = await door.ask({ path: '/kid', cookie: await door.cookieOf(role) })
      expect(body.players).toEqual([nursery, { ...nursery, id: 'y2', name: 'Den' }])
      expect((body.cards as { card_id: string }[]).map(({ card_id }) => card_id)).toEqual(['00042', 'later'])
    },
  )
})

describe('a child', () => {
  test.each([
    ['play', { type: 'play' }],
    ['pause', { type: 'pause' }],
    ['next', { type: 'next' }],
    ['previous', { type: 'previous' }],
  ])('may %s on its own player', async (act, command) => {
    const answer = await door.ask({ path: `/kid/${act}`, cookie: child, body: { player: 'y1' } })
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
    expect(effects).toEqual([{ kind: 'command', player: 'y1', command }])
  })

  test('may only pause what is not among its cards', async () => {
    hub.amendPlayer('y1', { card_id: 'later' })
    const act = async (name: string) =>
      (await door.ask({ path: `/kid/${name}`, cookie: child, body: { player: 'y1' } })).status
    expect(await Promise.all(['play', 'next', 'previous', 'pause'].map(act))).toEqual([403, 403, 403, 200])
    expect(effects).toEqual([{ kind: 'command', player: 'y1', command: { type: 'pause' } }])
    hub.amendPlayer('y1', { card_id: '00042' })
    expect(await act('next')).toBe(200)
  })

  test('may play its own cards, by ids that keep their zeros', async () => {
    const body = { player: 'y1', card_id: '00042' }
    expect((await door.ask({ path: '/kid/play', cookie: child, body })).status).toBe(200)
    expect(effects).toEqual([{ kind: 'command', player: 'y1', command: { type: 'card', card_id: '00042' } }])
  })

  test.each([
    ['play', { player: 'y2' }, 403],
    ['pause', { player: 'y2' }, 403],
    ['next', { player: 'y2' }, 403],
    ['previous', { player: 'nowhere' }, 403],
    ['play', { player: 'y1', card_id: 'later' }, 403],
    ['play', { player: 'y2', card_id: '00042' }, 403],
    ['play', { player: 'sold' }, 404],
    ['pause', { player: 'y1', card_id: '00042' }, 422],
    ['play', {}, 422],
    ['play', { player: ['y1'] }, 422],
  ])('may not %s with %j', async (act, body, status) => {
    expect((await door.ask({ path: `/kid/${act}`, cookie: child, body })).status).toBe(status)
    expect(effects).toEqual([])
  })

  test('gets what it was given at once, and loses it at once', async () => {
    const admin = await door.cookieOf('admin')
    const id = door.access.users().find(({ username }) => username === 'child')?.id
    const give = (players: string[]) =>
      door.ask({ method: 'PUT', path: `/users/${id}`, cookie: admin, body: { players } })
    const tries = async () =>
      (await door.ask({ path: '/kid/pause', cookie: child, body: { player: 'y2' } })).status
    await give(['y2'])
    expect(await tries()).toBe(200)
    await give([])
    expect(await tries()).toBe(403)
  })
})

test('a member may play any card on any player', async () => {
  const cookie = await door.cookieOf('member')
  const body = { player: 'y2', card_id: 'any' }
  expect((await door.ask({ path: '/kid/play', cookie, body })).status).toBe(200)
  expect((await door.ask({ path: '/kid/play', cookie, body: { player: 'nowhere' } })).status).toBe(404)
})
