import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fastClock } from './support/fast-clock.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

interface Card {
  readonly card_id: string
  readonly title: string
}

// Longer than a version that nobody needs is kept.
const seasonMs = 90 * 24 * 3_600_000

let data: string
let running: RunningApp | null = null

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'yoto-app-'))
})

afterEach(async () => {
  await running?.stop()
  await rm(data, { recursive: true, force: true })
})

async function start(simulate: 'always' | 'never', clock = fastClock(10)): Promise<RunningApp> {
  await running?.stop()
  running = await runApp({ data, clock, env: { YOTO_STREAM_SIMULATE: simulate } })
  return running
}

const titlesIn = async ({ call }: RunningApp) =>
  ((await call('GET', '/cards')).body as { cards: Card[] }).cards.map(({ title }) => title).sort()

/** The path of the first audio that stands on a card. */
async function audioOf({ call }: RunningApp, { card_id }: Card): Promise<string> {
  const { body } = await call('GET', `/account/cards/${card_id}/document`)
  return /\/media\/[^"]+/.exec(JSON.stringify(body))?.[0] ?? ''
}

/** In bytes. */
const lengthOf = async ({ app }: RunningApp, path: string) =>
  (await (await fetch(app.mediaUrl + path)).arrayBuffer()).byteLength

test('cards of simulated players are there while these are, and pass for nobody else’s', async () => {
  const tried = await start('always')
  const shippedTitles = await titlesIn(tried)
  expect(shippedTitles).toContain('bedroom')
  const made = await tried.call('POST', '/cards', { stream: 'bedroom', title: 'Tried' })
  expect(made.status).toBe(200)
  const { card_id } = made.body as Card
  const path = await audioOf(tried, made.body)

  const real = await start('never')
  expect(await titlesIn(real)).toEqual([])
  expect((await fetch(real.app.mediaUrl + path)).status).toBe(200)
  const text = `rules:
  r:
    when: [{button: left}]
    if: player.card == '${card_id}'
    do: [{log: left}]
  other:
    when: [{button: left}]
    if: player.card == 'alien'
    do: [{log: left}]
`
  const { body } = await real.call('POST', '/rules/check', { file: 'tried.yaml', text })
  const { findings } = body as { findings: { code: string; message: string }[] }
  const strange = findings.filter(({ code }) => code === 'rule/button-card').map(({ message }) => message)
  // Advice that is followed would have to be taken back once players are simulated again.
  expect(strange).toEqual([expect.stringContaining('card alien')])

  const again = await start('always')
  expect(await titlesIn(again)).toEqual([...shippedTitles, 'Tried'].sort())
})

test('what one of them tells stays as long as the card, though its story is written anew and nobody hears it', async () => {
  const tried = await start('always')
  const made = await tried.call('POST', '/cards', { story: 'lighthouse', run: 'card' })
  expect(made.status).toBe(200)
  const path = await audioOf(tried, made.body)
  const heard = await lengthOf(tried, path)
  // Of a version that nobody has any more: the chapter of that on the card is heard.
  const older = path.replace(/\/[0-9a-f]{8}\./, '/00000000.')
  expect(older).not.toBe(path)
  await tried.stop()
  const file = join(data, 'config', 'lighthouse.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/\bharbour\b/g, 'quay'))

  const real = await start('never', fastClock(10, seasonMs))
  expect(await lengthOf(real, path)).toBe(heard)
  expect(await lengthOf(real, older)).toBe(heard)
})

test('a rule that tells a story without a card is warned of, until the card is made', async () => {
  const { call, data: folder } = await start('always')
  const text = `stories:
  cave:
    scenes:
      door: {say: Come in., go: end}
      end: {say: The end., ending: home}
rules:
  r:
    player: den
    when: [{time: "18:00"}]
    do: [{story: {start: cave}}]
`
  const missed = async () => {
    const { body } = await call('POST', '/rules/check', { file: 'cave.yaml', text })
    const { findings } = body as { findings: { code: string; line: number; help: string }[] }
    return findings
      .filter(({ code }) => code === 'ref/unpublished')
      .map(({ line, help }) => [line, help.includes('card publish --story cave')])
  }
  expect(await missed()).toEqual([[10, true]])
  await writeFile(join(folder, 'config', 'cave.yaml'), text)
  expect((await call('POST', '/rules/reload', {})).status).toBe(200)
  expect((await call('POST', '/cards', { story: 'cave' })).status).toBe(200)
  expect(await missed()).toEqual([])
})
