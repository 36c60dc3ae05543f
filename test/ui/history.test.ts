import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { CommandFacts, RequestFacts } from '../../src/history/entry.ts'
import { entryFacts } from '../../ui/entry-facts.ts'
import { entryWords, type Teller } from '../../ui/entry-words.ts'
import { type Entry, happenings, withNewest } from '../../ui/history.ts'
import { sayIn, type TextTree } from '../../ui/text.ts'
import { pressed } from '../history/support.ts'
import { testWith } from '../support/programs.ts'
import type { TestDoor } from './door.ts'
import { focused } from './focused.ts'
import { family, openHousehold, signIn } from './household.ts'

const { door, visit } = openHousehold()
const catalog = readFileSync(new URL('../../translations/en.yaml', import.meta.url), 'utf8')
const english = (parse(catalog) as { panel: TextTree }).panel
const teller: Teller = {
  say: sayIn('en', english),
  player: () => 'Den',
  card: () => 'The Lantern',
  file: (name) => name,
}

const asksOf = (asked: readonly string[]) => asked.filter((call) => call === 'GET /api/events').length
const line = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

async function openHistory(front: TestDoor, as = 'Ben'): Promise<Page> {
  const page = await visit(`${front.address}#/history`, { timezoneId: 'Europe/Berlin' })
  await signIn(page, as)
  await page.getByRole('heading', { name: 'Saturday, 21 November 2026' }).waitFor()
  return page
}

testWith(
  ['chromium'],
  'what a press led to stands under it, in plain words, and a press that was taken back says so',
  async () => {
    const front = await door({ people: family() })
    const takeBack = await front.home.pressesRight()
    const page = await openHistory(front)
    const asked = 'Nursery asked for what the right knob brings (bedroom): got stories/sea.mp3'
    await line(page, asked).waitFor()
    await page.getByText('11:00', { exact: true }).waitFor()
    const under = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('button', { name, exact: true }) })
    const deepest = under(asked)
      .and(under('Right knob pressed – Nursery'))
      .and(under('Queue of bedroom to be filled with “stories/sea.mp3” · by the rule “right-to-the-sea”'))
      .and(under('Queue of bedroom: replaced by “stories/sea.mp3” · by the rule “right-to-the-sea”'))
    // The minute, and the request in it.
    expect(await deepest.count()).toBe(2)
    takeBack()
    await line(page, 'Right knob pressed – Nursery taken back').waitFor()
  },
)

testWith(
  ['chromium'],
  'what was asked for is there within seconds with what came of it, and its facts open by keyboard',
  { tags: 'slow' },
  async () => {
    const front = await door({ people: family() })
    const page = await openHistory(front)
    const cookie = await front.cookieOf('Ben')
    await front.ask({ method: 'POST', path: '/players/y1/pause', body: {}, cookie })
    await front.ask({ method: 'POST', path: '/players/y2/play', body: {}, cookie })
    await line(page, 'Told Nursery to pause · by hand').waitFor()
    const refused = line(page, 'Told Den to play · by hand – refused: player "y2" has no card in it')
    await refused.press('Enter')
    expect(await refused.getAttribute('aria-expanded')).toBe('true')
    const terms = await page.getByRole('term').allInnerTexts()
    const facts = await page.getByRole('definition').allInnerTexts()
    expect(terms).toEqual(['Time', 'Player', 'Whose wish', 'Outcome', 'Reason', 'Took'])
    expect(facts.slice(1)).toEqual(['Den', 'by hand', 'refused', 'player "y2" has no card in it', '0 s'])
    await refused.press('Enter')
    expect(await page.getByRole('term').count()).toBe(0)
  },
)

testWith(
  ['chromium'],
  'players and kinds are chosen by keyboard, and what is older is brought where it is asked for',
  { tags: 'slow' },
  async () => {
    const front = await door({ people: family() })
    for (const step of Array(120).keys()) front.home.turns('y1', step % 17)
    front.home.turns('y2', 5)
    const page = await openHistory(front)
    const volumes = page.getByRole('button', { name: /^Volume/ })
    await expect.poll(() => volumes.count()).toBe(100)
    await page.getByRole('button', { name: 'Older' }).press('Enter')
    await expect.poll(() => volumes.count()).toBe(121)
    await page.getByText('This is where the history begins.').waitFor()
    await expect.poll(() => focused(page)).toBe('p This is where the history begins.')
    // What was brought stays while newer entries come.
    front.home.turns('y2', 6)
    await line(page, 'Volume 6 – Den').waitFor()
    expect(await volumes.count()).toBe(122)

    await page.getByLabel('Player', { exact: true }).selectOption({ label: 'Den' })
    await expect.poll(() => volumes.count()).toBe(2)
    await page.getByLabel('Kind').focus()
    await page.keyboard.type('Audio')
    await page.getByText('Nothing of that has happened yet.').waitFor()
    await page.getByLabel('Player', { exact: true }).selectOption({ label: 'All players' })
    await page.getByLabel('Kind').selectOption({ label: 'Changes of queues' })
    await line(page, 'Queue of bedroom: something added at the end · by hand').waitFor()
    expect(await volumes.count()).toBe(0)
  },
)

testWith(
  ['chromium'],
  'an admin takes the diagnostics along, a member is not offered them, and elsewhere nobody asks',
  { tags: 'slow' },
  async () => {
    const front = await door({ people: family() })
    const page = await openHistory(front, 'Anna')
    await page.getByText('read it before you make it public').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download diagnostics' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('yoto-smart-stream-2026-11-21T10-00.json')
    await page.getByRole('link', { name: 'Players' }).click()
    await page.locator('yoto-queue').first().waitFor()
    const asks = asksOf(front.asked)
    await new Promise((resolve) => setTimeout(resolve, 5500))
    expect(asksOf(front.asked)).toBe(asks)
    const other = await openHistory(front)
    expect(await other.getByRole('link', { name: 'Download diagnostics' }).count()).toBe(0)
  },
)

testWith(['chromium'], 'the history is told in German too', async () => {
  const front = await door({ people: family() })
  await front.home.pressesRight()
  const page = await visit(`${front.address}#/history`, { locale: 'de-DE' })
  await signIn(page, 'Ben')
  await page.getByRole('heading', { name: 'Samstag, 21. November 2026' }).waitFor()
  await line(page, 'Rechter Knopf gedrückt – Nursery').waitFor()
  await line(
    page,
    'Warteschlange von bedroom: ersetzt durch „stories/sea.mp3“ · durch die Regel „right-to-the-sea“',
  ).waitFor()
})

const entry = (id: string, cause: string | null = null): Entry => ({
  ...pressed('left'),
  id,
  at: '2026-11-21T10:00:00.000+00:00',
  cause,
})
const part = (ids: string, next: string | null = null) => ({ entries: [...ids].map((id) => entry(id)), next })
const idsOf = (known: { entries: readonly Entry[] }) => known.entries.map(({ id }) => id).join('')

test('a new page takes the place of what it tells anew, and what is older stays', () => {
  expect(withNewest(part('cba', '9'), part('dcb', 'b'))).toEqual({ ...part('dcba'), next: '9' })
  expect(withNewest(null, part('dcb', 'b'))).toEqual(part('dcb', 'b'))
})

test('what is gone by now goes, and what would leave a gap is left', () => {
  expect(idsOf(withNewest(part('cba'), part('dc')))).toBe('dc')
  expect(withNewest(part('cba'), part('zyx', 'x'))).toEqual(part('zyx', 'x'))
})

test('what follows from an entry that is not there stands by itself, and nothing follows from what came later', () => {
  const [newest, other, ...none] = happenings([entry('d', 'c'), entry('c', 'x'), entry('b', 'a')])
  expect(none).toEqual([])
  expect(newest?.entry.id).toBe('c')
  expect(newest?.followed.map(({ entry: { id } }) => id)).toEqual(['d'])
  expect(other?.entry.id).toBe('b')
})

test.each<[Partial<RequestFacts>, string | null, string]>([
  [
    { place: 'right-a', item: 'Steps' },
    null,
    'asked for what the right knob brings (The Lantern): got Steps',
  ],
  [{ place: 'now-b', item: 'Steps' }, 'bedroom', 'asked for what comes next (bedroom): got Steps'],
  [{ place: '07', item: 'Steps' }, null, 'asked for part 7 (The Lantern): got Steps'],
  [
    { place: 'start' },
    'bedroom',
    'asked for the beginning (bedroom): got the words that are said where nothing is',
  ],
  [{ place: null, card_id: null, status: 404 }, null, 'asked for everything at once: refused with 404'],
  [{ place: 'attic', status: null }, null, 'asked for a part of the story (The Lantern)'],
])('a request is told without the words of machines: %j of stream %s', (facts, stream, words) => {
  const what: RequestFacts = {
    ...{
      type: 'place',
      place: null,
      method: 'GET',
      card_id: 'lantn',
      listener: 'home network',
      agent: 'yoto player',
    },
    ...{ status: 200, from_start: true, bytes: null, range: null, item: null },
    ...facts,
  }
  const asked: Entry = { id: 'a', at: '', player: 'y2', stream, cause: null, kind: 'request', what }
  expect(entryWords(asked, teller)).toBe(`Den ${words}`)
})

test('what a parent can mend is told in the words of the reader, also among the facts', () => {
  const fault = { fault: 'player-offline', player: 'Den' }
  const told = { type: 'play', asked: {}, because: 'REST', outcome: 'unavailable', ms: 1 } as const
  const what: CommandFacts = { ...told, reason: 'player "Den" is offline', fault }
  const asked: Entry = {
    id: 'a',
    at: '2026-11-21T10:00:00.000+00:00',
    player: 'y2',
    stream: null,
    cause: null,
    kind: 'command',
    what,
  }
  const words = teller.say('cannot.player-offline', { player: 'Den' })
  expect(words).not.toContain('player "Den"')
  expect(entryWords(asked, teller)).toContain(words)
  const facts = entryFacts(asked, undefined, teller)
  expect(facts).toContainEqual([teller.say('fact.reason'), words])
  expect(facts.flat()).not.toContain('player-offline')
  const { fault: _unknown, ...old } = what
  expect(entryWords({ ...asked, what: old }, teller)).toMatch(/player "Den" is offline$/)
})
