import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { Webhooks } from '../../src/access/webhooks.ts'
import type { Collection } from '../../src/core/collection.ts'
import type { DoorAuth } from '../../src/http/guard.ts'
import { houseWith } from '../support/house.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let records: Collection<unknown>
let clock: VirtualClock
let hidden: string[]

beforeEach(() => {
  records = memoryCollection()
  clock = new VirtualClock()
  hidden = []
})

async function opened(auth: DoorAuth = 'none') {
  const webhooks = new Webhooks({
    records,
    hide: (secret) => hidden.push(secret),
    clock,
    log: recordingLog(),
  })
  await webhooks.start()
  const door = await openPanelDoor({ ...houseWith(), webhooks }, { auth })
  onTestFinished(() => door.stop())
  const ask = async (method: string, path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${door.url}${path}`, { method, ...init })
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as Record<string, unknown>,
    }
  }
  const pathOf = async (name: string) => (await webhooks.list()).find((one) => one.name === name)?.path ?? ''
  return { webhooks, ask, pathOf }
}

describe('a webhook', () => {
  test('is called with what the body says, of any type, by whoever knows its key', async () => {
    const { webhooks, ask, pathOf } = await opened()
    const heard: string[] = []
    webhooks.listen('garden-bell', (body) => heard.push(body))
    const path = await pathOf('garden-bell')
    expect(path).toMatch(/^\/api\/hook\/[\w-]{43}$/)
    expect(hidden).toContain(path.slice('/api/hook/'.length))
    for (const [type, body] of [
      ['text/plain', 'ring'],
      ['application/x-www-form-urlencoded', 'a=b'],
      ['application/json', '{"x": 1}'],
      ['image/png', 'ü'],
    ] as const)
      expect(await ask('POST', path, { body, headers: { 'content-type': type } })).toMatchObject({
        status: 200,
        body: { success: true },
      })
    expect((await ask('POST', path)).status).toBe(200)
    expect(heard).toEqual(['ring', 'a=b', '{"x": 1}', 'ü', ''])
  })

  test('has the same key after a restart, and another one when it is asked for', async () => {
    const first = await opened()
    first.webhooks.listen('bell', () => undefined)
    const path = await first.pathOf('bell')
    const { webhooks, ask, pathOf } = await opened()
    const heard: string[] = []
    webhooks.listen('bell', (body) => heard.push(body))
    expect(await pathOf('bell')).toBe(path)
    expect((await ask('GET', '/api/webhooks')).body).toMatchObject({
      webhooks: [{ name: 'bell', path, last_called_at: null }],
      count: 1,
    })
    const rotated = await ask('POST', '/api/webhooks/bell/rotate-key')
    expect(rotated).toMatchObject({ status: 200, body: { success: true, webhook: { name: 'bell' } } })
    expect(await pathOf('bell')).not.toBe(path)
    expect((await ask('POST', path)).status).toBe(404)
    expect((await ask('POST', await pathOf('bell'), { body: 'x' })).status).toBe(200)
    expect(heard).toEqual(['x'])
    expect((await webhooks.list())[0]?.last_called_at).toBe(clock.now().toISOString().replace('Z', '+00:00'))
    expect((await ask('POST', '/api/webhooks/gone/rotate-key')).status).toBe(404)
  })

  test('opens nothing with another key, nor while no rule waits for it', async () => {
    const { webhooks, ask, pathOf } = await opened()
    const forget = webhooks.listen('bell', () => undefined)
    const path = await pathOf('bell')
    for (const other of [
      `${path}x`,
      path.slice(0, -1),
      '/api/hook/bell',
      '/api/hook/__proto__',
      `/api/hook/${'a'.repeat(43)}`,
    ])
      expect((await ask('POST', other)).status).toBe(404)
    expect((await ask('GET', path)).status).toBe(404)
    forget()
    expect((await ask('POST', path)).status).toBe(404)
    expect((await ask('GET', '/api/webhooks')).body).toEqual({ webhooks: [], count: 0 })
    webhooks.listen('bell', () => undefined)
    expect(await pathOf('bell')).toBe(path)
  })

  test('takes 64 KiB and no more, and nothing from pages of other sites', async () => {
    const { webhooks, ask, pathOf } = await opened()
    const heard: number[] = []
    webhooks.listen('bell', (body) => heard.push(body.length))
    const path = await pathOf('bell')
    expect((await ask('POST', path, { body: 'x'.repeat(65_536) })).status).toBe(200)
    expect((await ask('POST', path, { body: 'x'.repeat(65_537) })).status).toBe(413)
    expect((await ask('POST', path, { headers: { origin: 'http://evil.test' } })).status).toBe(403)
    expect(heard).toEqual([65_536])
  })

  test('is answered only so often', async () => {
    const { webhooks, ask, pathOf } = await opened()
    let heard = 0
    webhooks.listen('bell', () => heard++)
    webhooks.listen('other', () => undefined)
    const path = await pathOf('bell')
    for (let call = 0; call < 20; call += 1) await ask('POST', path)
    const refused = await ask('POST', path)
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too_many' } } })
    expect(refused.headers.get('retry-after')).toBe('10')
    expect((await ask('POST', await pathOf('other'))).status).toBe(200)
    await clock.advance(10_000)
    expect((await ask('POST', path)).status).toBe(200)
    expect(heard).toBe(21)
  })

  test('is called at the door with a sign-in without one, and cannot be called behind ingress', async () => {
    const { webhooks, ask, pathOf } = await opened('password')
    webhooks.listen('bell', () => undefined)
    const path = await pathOf('bell')
    expect((await ask('POST', path)).status).toBe(200)
    expect((await ask('GET', '/api/webhooks')).status).toBe(401)
    const { ask: askIngress } = await opened('ingress')
    expect((await askIngress('POST', path)).status).toBe(403)
  })
})
