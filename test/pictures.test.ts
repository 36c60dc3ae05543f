import { afterEach, expect, test } from 'vitest'
import { pngOf } from './support/pngs.ts'
import { type RunningApp, runApp } from './support/running-app.ts'
import { simulatedAccount } from './support/simulated-account.ts'

let running: RunningApp | undefined

afterEach(() => running?.remove())

async function bring(path: string, bytes: Buffer): Promise<Record<string, string>> {
  const answer = await fetch(`${running?.app.panelUrl}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: new Uint8Array(bytes),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Record<string, string>
}

test('what was brought is there after a restart, and cards may name it', async () => {
  running = await runApp()
  await expect.poll(() => running?.app.hub.players().length, { timeout: 20_000 }).toBeGreaterThan(0)
  const drawn = pngOf(16, (x, y) => [x * 16, y * 16, 0, 255])
  const { icon_id } = await bring('/icons', drawn)
  const { cover_url } = await bring(
    '/covers',
    pngOf(80, (x) => [x, x, x, 255]),
  )
  const cloud = running.app.simulator
  if (cloud === null) throw new Error('nothing is simulated')
  const account = await simulatedAccount(cloud)
  const track = { key: '01', title: 'One', type: 'stream', trackUrl: 'http://127.0.0.1/x.mp3', format: 'mp3' }
  const { cardId } = await account.save({
    title: 'Pictures',
    metadata: { cover: { imageL: cover_url } },
    content: {
      chapters: [{ key: '01', title: 'One', display: { icon16x16: `yoto:#${icon_id}` }, tracks: [track] }],
    },
  })
  expect(await cloud.card(cardId)).toMatchObject({ metadata: { cover: { imageL: cover_url } } })
  await running.stop()
  running = await runApp({ data: running.data })
  await expect.poll(() => running?.app.hub.players().length, { timeout: 20_000 }).toBeGreaterThan(0)
  expect((await bring('/icons', drawn)).icon_id).toBe(icon_id)
  const shown = await fetch(`${running.app.panelUrl}/api/icons/${icon_id}/image`)
  expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png'])
  const { body } = await running.call('POST', '/icons/search', { text: 'night' })
  expect(body).toMatchObject({ count: 2, problem: null })
  const [{ icon_id: moon }] = (body as { icons: [{ icon_id: string }] }).icons
  expect((await fetch(`${running.app.panelUrl}/api/icons/${moon}/image`)).status).toBe(200)
}, 60_000)

test('without an account it is said that there is none', async () => {
  running = await runApp({ env: { YOTO_STREAM_SIMULATE: 'never' } })
  for (const [method, path, sent] of [
    ['GET', '/icons', undefined],
    ['POST', '/icons/search', {}],
    ['POST', '/icons/drawn', { pixels: Array(256).fill(null) }],
    ['GET', `/icons/${'x'.repeat(43)}/image`, undefined],
  ] as const)
    expect(await running.call(method, path, sent)).toMatchObject({
      status: 503,
      body: { error: { message: expect.stringContaining('yoto.client_id') } },
    })
}, 60_000)
