import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startCloud } from '../src/simulator/cloud.ts'
import { fastClock } from './support/fast-clock.ts'
import { recordingLog } from './support/recording-log.ts'
import { type RunningApp, runApp, until } from './support/running-app.ts'
import { simulatedAccount } from './support/simulated-account.ts'

const file = 'stories/forest.mp3'

/** The whole product with a stream called kitchen and a card of it. */
async function kitchen(pace = 10) {
  const running = await runApp({ pace })
  onTestFinished(() => running.remove())
  const { app, call } = running
  if (app.simulator === null) throw new Error('nothing is simulated')
  const account = await simulatedAccount(app.simulator)
  await call('POST', '/streams/kitchen/queue', { files: [file] })
  const cardId = await makeCard(running)
  return { running, app, call, account, cardId, ...mediaDoor(app.mediaUrl) }
}

async function makeCard({ call }: RunningApp): Promise<string> {
  const made = await call('POST', '/cards', { stream: 'kitchen' })
  expect(made.status).toBe(200)
  return (made.body as { card_id: string }).card_id
}

function mediaDoor(mediaUrl: string) {
  /** What the address answers, wherever it thinks the door is. */
  const get = async (url: string) => {
    const answer = await fetch(mediaUrl + new URL(url).pathname)
    return { status: answer.status, bytes: (await answer.arrayBuffer()).byteLength }
  }
  return { get, opens: async (url: string) => (await get(url)).status === 200 }
}

const keyIn = (url = '') => /\/media\/([^/]+)\//.exec(url)?.[1] ?? ''

test('a child with the card in the player meets no dead address, and the card put in anew ends the old key', async () => {
  const { app, call, account, cardId, opens } = await kitchen(2)
  const nursery = app.simulator?.players[0]
  if (nursery === undefined) throw new Error('no simulated player')
  const heard = async (url: string) => {
    await until(`${url.slice(-12)} is heard`, () => {
      const { lastRequest, bytesReceived } = nursery.snapshot()
      return lastRequest?.url === url && bytesReceived > 10_000
    })
  }
  const before = await account.urls(cardId)
  const [start = ''] = before
  const rightOf = (url: string) => url.replace('/start.mp3', '/right-a.mp3')
  await nursery.insert(cardId)
  await heard(start)

  const { status, body } = await call('POST', `/cards/${cardId}/rotate-key`, {})
  expect(status).toBe(200)
  expect(body).toMatchObject({ success: true, cards: [{ card_id: cardId, republished: true }] })
  const after = await account.urls(cardId)
  const fresh = keyIn(after[0])
  expect(fresh).not.toBe(keyIn(start))
  expect(after).toEqual(before.map((url) => url.replace(keyIn(start), fresh)))

  await nursery.press('right')
  await heard(rightOf(start))
  expect(await opens(start)).toBe(true)

  await nursery.remove()
  await nursery.insert(cardId)
  // It resumes in the chapter where it was.
  await heard(rightOf(after[0] ?? ''))
  await nursery.press('left')
  await until('the old key has ended', () => app.cards.byKey(keyIn(start)) === undefined)
  expect(await opens(start)).toBe(false)
  expect(await opens(after[0] ?? '')).toBe(true)
})

test('a key that has leaked opens nothing from that moment', async () => {
  const { call, account, cardId, opens } = await kitchen()
  const [old = ''] = await account.urls(cardId)
  expect(await opens(old)).toBe(true)
  await call('POST', `/cards/${cardId}/rotate-key`, { now: true })
  expect(await opens(old)).toBe(false)
  expect(await opens((await account.urls(cardId))[0] ?? '')).toBe(true)
})

test('a card made by hand with the address of a stream gets the new one, and nothing else on it changes', async () => {
  const { call, account, cardId, opens } = await kitchen()
  const { url } = (await call('GET', '/streams/kitchen/queue')).body as { url: string }
  const track = (key: string, trackUrl: string) => ({
    key,
    title: key,
    type: 'stream',
    format: 'mp3',
    trackUrl,
  })
  const { cardId: handMade } = await account.save({
    title: 'By hand',
    metadata: { author: 'Grandma' },
    content: {
      playbackType: 'linear',
      config: { onlineOnly: true },
      chapters: [
        {
          key: '01',
          title: 'One',
          display: { icon16x16: `yoto:#${'x'.repeat(43)}` },
          tracks: [track('01', url)],
        },
        {
          key: '02',
          title: 'Radio',
          tracks: [track('01', 'https://radio.example/live.mp3'), track('02', url)],
        },
      ],
    },
  })
  const before = await account.card(handMade)
  const { body } = await call('POST', '/streams/kitchen/rotate-key', {})
  expect(body).toMatchObject({
    cards: [
      { card_id: cardId, republished: true },
      { card_id: handMade, title: 'By hand', republished: true },
    ],
  })
  const { url: newUrl } = (await call('GET', '/streams/kitchen/queue')).body as { url: string }
  expect(newUrl).not.toBe(url)
  const expected = JSON.parse(JSON.stringify(before).replaceAll(url, newUrl))
  expect(await account.card(handMade)).toEqual({ ...expected, updatedAt: expect.any(String) })
  expect([await opens(url), await opens(newUrl)]).toEqual([true, true])
})

test('a stream that is deleted and made again has its old address, and says something in between', async () => {
  const { call, account, cardId, get } = await kitchen()
  const { url } = (await call('GET', '/streams/kitchen/queue')).body as { url: string }
  const [start = ''] = await account.urls(cardId)
  const whole = await get(start)
  const deleted = await call('DELETE', '/streams/kitchen')
  expect(deleted.body).toMatchObject({
    message: expect.stringContaining('1 card keeps its address for 30 days'),
  })
  const clip = await get(url)
  expect(clip.status).toBe(200)
  expect(clip.bytes).not.toBe(whole.bytes)
  await call('POST', '/streams/kitchen/queue', { files: [file] })
  expect((await call('GET', '/streams/kitchen/queue')).body).toMatchObject({ url })
  expect(await get(url)).toEqual(whole)
})

/** A cloud of its own, whose REST can go away while its sign-in stays. */
async function cloudThatGoesAway() {
  const cloud = await startCloud({ clock: fastClock(50), log: recordingLog(), approveAfterPolls: 0 })
  const rest: Server & { isAway?: boolean } = createServer((asked, answer) => {
    if (rest.isAway) return void answer.writeHead(503).end()
    const { method, url, headers } = asked
    const passed = request(`${cloud.apiUrl}${url}`, { method, headers }, (real) => {
      answer.writeHead(real.statusCode ?? 500, real.headers)
      real.pipe(answer)
    })
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => rest.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    rest.closeAllConnections()
    rest.close()
    await cloud.stop()
  })
  const env = {
    YOTO_STREAM_SIMULATE: 'never',
    YOTO_STREAM_YOTO_CLIENT_ID: cloud.clientId,
    YOTO_STREAM_YOTO_API_URL: `http://127.0.0.1:${(rest.address() as AddressInfo).port}`,
    YOTO_STREAM_YOTO_AUTH_URL: cloud.authUrl,
    YOTO_STREAM_YOTO_MQTT_URL: cloud.mqttUrl,
  }
  return { cloud, rest, env }
}

test('a key is rotated although Yoto is away, that is said, and the card is published again after the next start', async () => {
  const { cloud, rest, env } = await cloudThatGoesAway()
  const account = await simulatedAccount(cloud)
  const first = await runApp({ env, pace: 50 })
  onTestFinished(() => first.remove())
  await until('the account is signed in', () => first.app.hub.players().length > 0)
  await first.call('POST', '/streams/kitchen/queue', { files: [file] })
  const cardId = await makeCard(first)
  const [old = ''] = await account.urls(cardId)

  rest.isAway = true
  const { status, body } = await first.call('POST', `/cards/${cardId}/rotate-key`, { now: true })
  expect(status).toBe(200)
  expect(body).toMatchObject({ cards: [{ card_id: cardId, republished: false }] })
  expect(await mediaDoor(first.app.mediaUrl).opens(old)).toBe(false)
  expect(await account.urls(cardId)).toContain(old)
  const problems = async ({ call }: RunningApp) => {
    const { body } = await call('GET', '/health')
    return (body as { problems: string[] }).problems.filter((text) => text.includes('kitchen'))
  }
  const silent = expect.arrayContaining([
    expect.stringContaining('is silent until it could be published again'),
  ])
  await expect.poll(() => problems(first), { timeout: 10_000 }).toEqual(silent)
  await first.stop()

  rest.isAway = false
  const second = await runApp({ env, data: first.data, pace: 50 })
  onTestFinished(() => second.stop())
  const { key } = second.app.cards.card(cardId)
  await until('nothing is owed any more', () => second.app.cards.card(cardId).carried_key === key)
  const urls = await account.urls(cardId)
  expect(urls.map(keyIn)).toEqual(urls.map(() => key))
  await until('the account was looked through', () =>
    second.app.cards.card(cardId).old_keys.every((one) => one.searched),
  )
  expect(await problems(second)).toEqual([])
})
