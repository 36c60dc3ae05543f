import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { memoryCollection } from '../../src/core/memory-collection.ts'
import type { DryReport } from '../../src/rules/dry/report.ts'
import { DryDesk } from '../../src/wiring/dry-desk.ts'
import type { RuleBook } from '../../src/wiring/rule-book.ts'
import { ruleTools } from '../../src/wiring/rule-tools.ts'
import { type Asked, ask } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { readBook } from '../support/rule-book.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const text = `inputs:
  party: {type: switch, name: Party}
playlists:
  night: [a.mp3]
rules:
  walk:
    when: [{button: right}]
    do: [{queue: {set: night, stream: bedroom}}, {wait: 3h}, {log: three hours later}]
  dance:
    when: [{input: party}, {time: "19:30"}]
    do: [{log: dance}]
`

let folder: string
let book: RuleBook
let house: ReturnType<typeof houseWith>
let door: Awaited<ReturnType<typeof openPanelDoor>>
const say = (asked: Asked) => ask(door, asked)
const tried = (body: object) => say({ path: '/rules/dry-run', body })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-dry-'))
  await writeFile(join(folder, 'a.yaml'), text)
  const clock = new VirtualClock('2026-11-22T11:30:00Z')
  book = await readBook({
    folder,
    clock,
    zone: 'Europe/Berlin',
    library: { find: async () => ({ state: 'ready' }) },
  })
  house = houseWith(['a.mp3'])
  house.hub.declareValues(book.current)
  const dry = new DryDesk({
    ...{
      book,
      hub: house.hub,
      cards: () => [],
      audio: { filesIn: async () => [] },
      plugins: { folder: '/nowhere', packages: [] },
    },
    ...{ allFiles: async () => [], applied: memoryCollection<string>(), clock },
  })
  door = await openPanelDoor({ ...house, ...ruleTools({ ruleSet: () => book.current, clock, dry }) })
})

afterEach(async () => {
  await door.stop()
  await book.stop()
  await rm(folder, { recursive: true, force: true })
})

const reportOf = (body: unknown) => body as DryReport

test('tells what would be, from what the house is now, and leaves it so', async () => {
  await house.hub.setInput('party', true, 'somebody')
  const { status, body } = await tried({
    at: '2026-11-24T19:00',
    events: ['button=right', 'input.party=false'],
    state: { online: true, volume: 3 },
  })
  expect(status).toBe(200)
  const { began, parts, changes, until, player } = reportOf(body)
  expect(began).toBe('remembered')
  expect(player).toMatchObject({ id: 'y1', name: 'Nursery' })
  expect(parts[0]?.runs).toMatchObject([{ rule: 'walk', outcome: 'done', at: '2026-11-24T19:00:00+01:00' }])
  expect(until).toBe('2026-11-24T22:00:00+01:00')
  expect(changes).toContainEqual({ kind: 'input', name: 'party', from: 'true', to: 'false' })
  expect(house.hub.inputValues().get('party')).toBe(true)
  expect(house.hub.queues()).toEqual([])
})

test('tries a text that is not saved, and refuses one with an error by its place', {
  tags: 'slow',
}, async () => {
  const draft = text.replace('log: dance', 'log: waltz')
  const { body } = await tried({ events: ['input.party=true'], file: 'a.yaml', text: draft })
  expect(JSON.stringify(body)).toContain('waltz')
  const { body: saved } = await tried({ events: ['input.party=true'] })
  expect(JSON.stringify(saved)).not.toContain('waltz')
  const slip = await tried({
    events: [],
    file: 'a.yaml',
    text: text.replace('button: right', 'button: rigth'),
  })
  expect(slip.status).toBe(422)
  expect(slip.body.error?.message).toMatch(/^a\.yaml:7:\d+ .*right/)
  expect((await tried({ events: [], text })).status).toBe(422)
  expect((await tried({ events: [], file: '../a.yaml', text })).status).toBe(422)
})

test('offers what starts a rule: its events, and for a clock the minute before', async () => {
  expect((await say({ path: '/rules/offers', body: { rule: 'dance' } })).body).toEqual({
    offers: [
      { events: ['input.party=true'], at: null, player: null },
      { events: ['input.party=false'], at: null, player: null },
      { events: ['advance=1m'], at: '2026-11-22T19:29:00', player: null },
    ],
  })
  const { body } = await tried({ events: ['advance=1m'], at: '2026-11-22T19:29:00' })
  expect(reportOf(body).parts[0]?.runs).toMatchObject([{ rule: 'dance', outcome: 'done' }])
  expect((await say({ path: '/rules/offers', body: { rule: 'constructor' } })).status).toBe(404)
})

test('what would keep the thread for ever is ended, and the house answers meanwhile', {
  timeout: 90_000,
  tags: 'slow',
}, async () => {
  const nested = (depth: number): string =>
    depth === 0
      ? '{if: inputs.party and not inputs.party, then: [{log: x}]}'
      : `{repeat: {times: 1000, do: [${nested(depth - 1)}]}}`
  // Each run ends after ten thousand rounds; all of them take minutes.
  const spins = Array.from(
    { length: 100 },
    (_, n) => `  spin-${n}: {when: [{input: party}], do: [${nested(3)}]}\n`,
  )
  const endless = `inputs: {party: {type: switch, name: Party}}\nrules:\n${spins.join('')}`
  const spinning = tried({
    events: ['input.party=false', 'input.party=true', 'input.party=false'],
    file: 'a.yaml',
    text: endless,
  })
  const others = await say({ path: '/schedules' })
  expect(others.status).toBe(200)
  const { status, body } = await spinning
  expect(status).toBe(413)
  expect(body.error?.message).toMatch(/^the dry run takes longer than 10 s|could not go on/)
  // It is over for good: the next one is tried.
  expect((await tried({ events: ['button=right'] })).status).toBe(200)
})

test.each([
  [{}],
  [{ events: 'button=right' }],
  [{ events: Array.from({ length: 51 }, () => 'button=right') }],
  [{ events: ['x'.repeat(500)] }],
  [{ events: [], seed: -1 }],
  [{ events: [], state: { volume: 99 } }],
  [{ events: [], player: 'nobody-here' }],
  [{ events: [], at: 'tomorrow' }],
  [{ events: [], more: 1 }],
])('refuses %j', async (body) => {
  expect([400, 422]).toContain((await tried(body)).status)
})

test('many at once are put off', { tags: 'slow' }, async () => {
  const all = await Promise.all(Array.from({ length: 6 }, () => tried({ events: ['button=right'] })))
  expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429])
})
