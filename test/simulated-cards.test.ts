import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningApp, runApp } from './support/running-app.ts'

interface Card {
  readonly card_id: string
  readonly title: string
}

let data: string
let running: RunningApp | null = null

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'yoto-app-'))
})

afterEach(async () => {
  await running?.stop()
  await rm(data, { recursive: true, force: true })
})

async function start(simulate: 'always' | 'never'): Promise<RunningApp> {
  await running?.stop()
  running = await runApp({ data, env: { YOTO_STREAM_SIMULATE: simulate } })
  return running
}

const titlesIn = async ({ call }: RunningApp) =>
  ((await call('GET', '/cards')).body as { cards: Card[] }).cards.map(({ title }) => title).sort()

test('cards of simulated players are there while these are, and pass for nobody else’s', async () => {
  const tried = await start('always')
  const shippedTitles = await titlesIn(tried)
  expect(shippedTitles).toContain('bedroom')
  const made = await tried.call('POST', '/cards', { stream: 'bedroom', title: 'Tried' })
  expect(made.status).toBe(200)
  const { card_id } = made.body as Card
  const document = JSON.stringify((await tried.call('GET', `/account/cards/${card_id}/document`)).body)
  const path = /\/media\/[^"]+/.exec(document)?.[0] ?? ''

  const real = await start('never')
  expect(await titlesIn(real)).toEqual([])
  expect((await fetch(real.app.mediaUrl + path)).status).toBe(200)

  const again = await start('always')
  expect(await titlesIn(again)).toEqual([...shippedTitles, 'Tried'].sort())
})
