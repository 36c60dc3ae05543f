import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { trackAddresses } from '../../src/core/card-plan.ts'
import { YotoApi } from '../../src/yoto/api.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil } from './support/advance.ts'
import { type Answer, inTurn, WebServer } from './support/web-server.ts'

let server: WebServer
let clock: VirtualClock
let api: YotoApi
let refusals: (string | undefined)[]
const log = recordingLog()
const recordedLibrary = resolve('../shared/fixtures/yoto/rest-family-library.json')

beforeEach(async () => {
  server = new WebServer()
  clock = new VirtualClock()
  refusals = []
  const accessToken = async (refused?: string) => {
    refusals.push(refused)
    return refused === undefined ? 'secret-one' : 'secret-two'
  }
  api = new YotoApi({ apiUrl: await server.start(), accessToken, clock, log, random: () => 1 })
})

afterEach(() => server.stop())

/** The outcome of a call while the clock moves on. */
async function outcomeOf<Value>(call: Promise<Value>): Promise<Value | Error> {
  let outcome: Value | Error | undefined
  call.then(
    (value) => {
      outcome = value ?? new Error('nothing came')
    },
    (thrown: Error) => {
      outcome = thrown
    },
  )
  await advanceUntil(clock, () => outcome !== undefined)
  return outcome as Value | Error
}

test('players are listed with the models people know, and ids that cannot be are left out', async () => {
  const mini = { deviceId: 'y2iYT7', name: 'Mini', online: false, deviceType: 'minie', deviceFamily: 'mini' }
  const newer = { deviceId: '0123', name: '', online: 1, deviceFamily: 'v9' }
  server.answer = () => ({ body: { devices: [mini, newer, { deviceId: 'a/#' }, null, 7] } })
  expect(await api.players()).toEqual([
    { id: 'y2iYT7', name: 'Mini', model: 'Yoto Mini', online: false },
    { id: '0123', name: '0123', model: 'v9', online: false },
  ])
  expect(server.received[0]).toMatchObject({
    method: 'GET',
    path: '/device-v2/devices/mine',
    authorization: 'Bearer secret-one',
  })
})

test('the config gives caps, lights and the shadow apart', async () => {
  const config = {
    maxVolumeLimit: '16',
    nightMaxVolumeLimit: '8',
    ambientColour: '#40BFD9',
    nightAmbientColour: '#0',
  }
  server.answer = () => ({ body: { device: { config, status: { userVolume: 31, nightlightMode: 'off' } } } })
  expect(await api.config('y1')).toEqual({
    settings: {
      volume_max_step_day: 16,
      volume_max_step_night: 8,
      ambient_day: '#40bfd9',
      ambient_night: 'off',
    },
    shadow: { volume_step: 5, volume_percent: 32, nightlight: 'off' },
  })
  server.answer = () => ({ body: { device: { config: { repeatAll: true }, status: {} } } })
  expect(await api.config('y1')).toEqual({ settings: {}, shadow: {}, repeatsAll: true })
})

test('a card is read and saved', async () => {
  const document = { title: 'A', content: { chapters: [{ key: '00', tracks: [{ key: '08' }] }] } }
  server.answer = () => ({ body: { card: { ...document, cardId: '08aB0' } } })
  expect((await api.card('08aB0')).plan.chapters[0]?.tracks[0]?.key).toBe('08')
  expect(await api.saveCard(document)).toEqual({ cardId: '08aB0' })
  expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /content/08aB0',
    'POST /content',
  ])
  expect(JSON.parse(server.received[1]?.text ?? '')).toEqual(document)
})

test("the account's own cards are listed, without those that were deleted or cannot be named", async () => {
  const updatedAt = '2026-11-01T10:00:00.000Z'
  const cover = { imageL: 'https://example.org/a.gif' }
  const cards = [
    {
      cardId: '08aB0',
      title: 'Bedroom',
      updatedAt,
      metadata: { cover, author: 'Ann' },
      content: { activity: 'yoto_Player' },
    },
    { cardId: 'abcDE', title: '' },
    { cardId: 'gone0', title: 'Gone', deleted: true },
    { title: 'Nobody' },
    null,
  ]
  server.answer = () => ({ body: { cards } })
  expect(await api.cards()).toEqual([
    { cardId: '08aB0', title: 'Bedroom', author: 'Ann', coverUrl: cover.imageL, updatedAt },
    { cardId: 'abcDE', title: 'abcDE', author: null, coverUrl: null, updatedAt: null },
  ])
  expect(server.received[0]).toMatchObject({ method: 'GET', path: '/content/mine' })
  server.answer = () => ({ body: { cards: 'many' } })
  await expect(api.cards()).rejects.toMatchObject({ code: 'unavailable' })
})

test('a card that is not among the own ones is asked for as the family has it', async () => {
  const card = {
    cardId: 'abcDE',
    title: 'Bought',
    content: { chapters: [{ key: '08', tracks: [{ key: '12e4' }] }] },
  }
  for (const status of [403, 404]) {
    server.received.length = 0
    server.answer = ({ path }) => (path.startsWith('/card/') ? { body: { card } } : { status })
    const { title, plan } = await api.card('abcDE')
    expect(title).toBe('Bought')
    expect(trackAddresses(plan)).toEqual([{ chapter_key: '08', track_key: '12e4' }])
    expect(server.received.map(({ path }) => path)).toEqual(['/content/abcDE', '/card/abcDE'])
  }
  await expect(api.ownCard('abcDE')).rejects.toMatchObject({ code: 'not_found' })
  server.answer = () => ({ status: 400 })
  await expect(api.card('abcDE')).rejects.toMatchObject({ code: 'refused' })
})

test.skipIf(!existsSync(recordedLibrary))(
  'the library of a family is read (skipped where the recordings are absent)',
  async () => {
    server.answer = () => ({ body: readFileSync(recordedLibrary, 'utf8') })
    expect(await api.familyLibrary()).toMatchObject([
      { cardId: 'g5tcK', updatedAt: '2022-07-21T14:30:22.231Z' },
      {
        cardId: 'iYIMF',
        title: 'Ladybird Audio Adventures - Outer Space',
        coverUrl: expect.stringMatching(/^https:/),
      },
    ])
    expect(server.received[0]?.path).toBe('/card/family/library')
    server.answer = () => ({ body: { cards: 7 } })
    await expect(api.familyLibrary()).rejects.toMatchObject({ code: 'unavailable' })
  },
)

test('a token that is turned down is replaced once, and only once', async () => {
  server.answer = inTurn({ status: 401 }, { body: { devices: [] } })
  expect(await api.players()).toEqual([])
  expect(refusals).toEqual([undefined, 'secret-one'])
  server.answer = () => ({ status: 401 })
  await expect(api.players()).rejects.toMatchObject({ code: 'refused' })
  expect(server.received).toHaveLength(4)
})

test('a busy server is asked again after the time it names', async () => {
  server.answer = inTurn({ status: 429, headers: { 'Retry-After': '7' } }, { body: { devices: [] } })
  const before = clock.now().getTime()
  expect(await outcomeOf(api.players())).toEqual([])
  const waitedMs = clock.now().getTime() - before
  expect(waitedMs).toBeGreaterThanOrEqual(7000)
  expect(waitedMs).toBeLessThan(9000)
})

test('a server that hangs up or fails is asked four times, then the call is unavailable', async () => {
  server.answer = inTurn({ hangUp: true }, { status: 503 })
  expect(await outcomeOf(api.players())).toMatchObject({ code: 'unavailable' })
  expect(server.received).toHaveLength(4)
})

test('making a new card is never repeated, replacing one is', async () => {
  server.answer = () => ({ status: 503 })
  expect(await outcomeOf(api.saveCard({ title: 'A' }))).toMatchObject({ code: 'unavailable' })
  expect(server.received).toHaveLength(1)
  server.answer = inTurn({ status: 503 }, { body: { card: { cardId: 'abcDE' } } })
  expect(await outcomeOf(api.saveCard({ title: 'A', cardId: 'abcDE' }))).toEqual({ cardId: 'abcDE' })
})

test('a deletion that is answered with something else is believed only when the card is gone', async () => {
  const card = { cardId: 'abcDE', title: 'A' }
  const looks: [Answer, 'done' | 'unavailable'][] = [
    [{ body: { card } }, 'unavailable'],
    [{ status: 404 }, 'done'],
    [{ body: { card: { ...card, deleted: true } } }, 'done'],
  ]
  for (const [look, outcome] of looks) {
    server.received.length = 0
    server.answer = ({ method }) => (method === 'DELETE' ? { body: '<html>' } : look)
    const deleted = api.deleteCard('abcDE').then(() => 'done')
    expect(await deleted.catch(({ code }) => code)).toBe(outcome)
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /content/abcDE',
      'GET /content/abcDE',
    ])
  }
})

test("a refusal carries Yoto's own code and words", async () => {
  const error = { code: 'bad-request', message: 'track count is limited to 100' }
  server.answer = () => ({ status: 400, body: { error } })
  await expect(api.saveCard({})).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('track count is limited to 100'),
    details: { status: 400, code: 'bad-request' },
  })
})

test('what is not there is not found', async () => {
  server.answer = () => ({ status: 404, body: 'no' })
  await expect(api.card('nope0')).rejects.toMatchObject({ code: 'not_found' })
})

test('an answer without end, without JSON or of another shape is one clear error', async () => {
  for (const body of ['x'.repeat(9 * 1024 * 1024), '<html>', { devices: 'many' }]) {
    server.answer = () => ({ body })
    expect(await outcomeOf(api.players())).toMatchObject({ code: 'unavailable' })
  }
})

test('a server that never answers is given up by the clock', async () => {
  server.answer = () => new Promise(() => {})
  const outcome = await outcomeOf(api.saveCard({ title: 'A' }))
  expect(outcome).toMatchObject({ code: 'unavailable' })
})

test('no token stands in any line or error', () => {
  expect(JSON.stringify(log.lines)).not.toContain('secret')
})
