import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { Webhooks } from '../../src/access/webhooks.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { seriousFaults } from './axe.ts'
import { focused } from './focused.ts'
import { family, openHousehold, signIn } from './household.ts'
import { bedroom, bedroomWithSlip, knobs, openRuledHome, type RuledHome, slip } from './ruled-home.ts'

const { door, visit } = openHousehold()

const within = { timeout: 15_000 }
const files = (page: Page) => page.locator('yoto-rule-files').getByRole('listitem')
const editor = (page: Page) => page.getByRole('textbox', { name: 'Text' })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Far from the household's clocks, which are those that count. */
const away = { timezoneId: 'America/New_York' }

async function openRules(house: RuledHome, as = 'Anna', options = {}) {
  const front = await door({ people: family(), more: house.more })
  const page = await visit(`${front.address}#/rules`, { ...away, ...options })
  await signIn(page, as)
  await page.getByRole('heading', { name: 'The coming days' }).waitFor()
  return { front, page }
}

testWith(
  ['chromium'],
  'where nothing is wrong one line says so, and a slip stands there with its line and caret, as in the log',
  { tags: 'slow' },
  async () => {
    const house = await openRuledHome({ 'bedroom.yaml': bedroom, 'knobs.yaml': knobs })
    const { page } = await openRules(house)
    await page.getByText('All is well: 2 files run as they are written.').waitFor()
    expect(await files(page).count()).toBe(0)

    await house.write('bedroom.yaml', bedroomWithSlip)
    await page.getByRole('heading', { name: /^bedroom\.yaml its version of .*11:00 runs on$/ }).waitFor()
    await page.getByText('bedroom.yaml, line 17, column 15', { exact: true }).waitFor()
    const shown = page.getByRole('group', { name: 'bedroom.yaml, line 17, column 15' })
    expect(await shown.innerText()).toBe('   17 |         play: lulabies\n      |               ^^^^^^^^')
    await page.getByText('ref/playlist', { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'knobs.yaml runs' }).waitFor()

    await house.write('bedroom.yaml', bedroom)
    await page.getByText('All is well: 2 files run as they are written.').waitFor()
  },
)

testWith(['chromium'], 'who decides sees the addresses of webhooks, and gives them others', async () => {
  const house = await openRuledHome({ 'bedroom.yaml': bedroom, 'knobs.yaml': knobs })
  const webhooks = new Webhooks({
    records: memoryCollection(),
    hide: () => undefined,
    clock: new VirtualClock(),
    log: recordingLog(),
  })
  webhooks.listen('garden-bell', () => undefined)
  const withHooks = { ...house, more: { ...house.more, webhooks } }
  const { front, page } = await openRules(withHooks)
  const address = page.getByRole('textbox', { name: 'Address of garden-bell' })
  await address.waitFor()
  const before = await address.inputValue()
  const [webhook] = await webhooks.list()
  expect(before).toBe(`${front.address}${webhook?.path.slice(1)}`)
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Other address for garden-bell' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Other address for garden-bell' }).click()
  await page.getByText('garden-bell has another address.').waitFor()
  await expect.poll(() => address.inputValue()).not.toBe(before)
  expect(await address.inputValue()).toContain((await webhooks.list())[0]?.key)

  const { page: other } = await openRules(withHooks, 'Ben')
  await other.getByRole('heading', { name: 'The coming days' }).waitFor()
  expect(await other.locator('yoto-webhook-list').count()).toBe(0)
})

testWith(
  ['chromium'],
  'the coming days are told by the household’s clocks, with what holds now and what is closed',
  async () => {
    const house = await openRuledHome({ 'bedroom.yaml': bedroom, 'knobs.yaml': knobs })
    const { page } = await openRules(withMoments(house, 'right-to-the-sea'), 'Ben')
    const plan = page.locator('yoto-rule-plan')
    await plan.getByRole('heading', { name: 'Today, Saturday 21 November' }).first().waitFor()
    const now = plan.locator('[aria-current=time]')
    expect(words(await now.innerText())).toBe('10:30–14:00 closed; a press plays stories/sea.mp3 now')
    const rows = (await plan.getByRole('listitem').allInnerTexts()).map(words)
    expect(rows.slice(0, 4)).toEqual([
      'until 06:30 lullabies',
      '06:30–10:30 daytime',
      words(await now.innerText()),
      '14:00–19:00 daytime',
    ])
    expect(rows).toContain('19:30 Right knob plays the sea')
    expect(await plan.getByRole('heading', { level: 5 }).count()).toBe(3)
    await button(page, 'Show the whole week').press('Enter')
    expect(await plan.getByRole('heading', { level: 5 }).count()).toBe(8)
    await button(page, 'What it does: bedroom').click()
    await plan.getByText('lullabies').last().waitFor()
  },
)

testWith(
  ['chromium'],
  'a member switches a rule off and on by keyboard and reads what it does, and is offered no editor',
  async () => {
    const house = await openRuledHome({ 'knobs.yaml': knobs, 'slip.yaml': slip })
    const { page, front } = await openRules(house, 'Ben')
    await page.getByRole('heading', { name: 'slip.yaml left out' }).waitFor()
    expect(await page.getByRole('button', { name: /^Open/ }).count()).toBe(0)
    const knob = page.getByRole('switch', { name: 'Rule “Right knob plays the sea”' })
    await page.getByText('right-to-the-sea · knobs.yaml:2').waitFor()
    expect(await knob.isChecked()).toBe(true)
    await knob.press('Space')
    await page.getByText('Switched off here; its file says on.').waitFor()
    expect(enabledOf(house)).toEqual([false, true])
    await knob.press('Space')
    await expect.poll(() => enabledOf(house), within).toEqual([true, true])
    await expect.poll(() => page.getByText('Switched off here').count(), within).toBe(0)
    await button(page, 'What it does: right-to-the-sea').press('Enter')
    await page.locator('yoto-explanation').getByText('stories/sea.mp3').waitFor()
    expect(front.asked).not.toContain('POST /api/rules/read')
  },
)

testWith(
  ['chromium'],
  'an admin mends a file: it is checked while they type, formatted and saved, and nobody’s change is lost',
  { timeout: 90_000 },
  async () => {
    const house = await openRuledHome({ 'bedroom.yaml': bedroom, 'slip.yaml': slip })
    const { page } = await openRules(house)
    await button(page, 'Open slip.yaml').click()
    await expect.poll(() => editor(page).inputValue(), within).toBe(slip)
    await expect.poll(() => focused(page), within).toMatch(/^textarea/)
    const own = page.locator('yoto-rule-editor')
    await own.getByText('slip.yaml, line 3, column 13').waitFor()
    await editor(page).fill(slip.replace('buton', 'button').replace('when: ', 'when:    '))
    await own.getByText('Nothing to mend.').waitFor()
    await button(page, 'Format').click()
    await expect.poll(() => editor(page).inputValue(), within).not.toContain('when:    ')

    await house.write('slip.yaml', `# by somebody else\n${slip}`)
    await button(page, 'Save').click()
    await page.getByRole('alert').getByText('Somebody changed or deleted the file').waitFor()
    await button(page, 'Discard changes').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click()
    await expect.poll(() => editor(page).inputValue(), within).toContain('# by somebody else')
    await editor(page).fill(slip.replace('buton', 'button'))
    await button(page, 'Save').click()
    await page.getByText('Saved: runs.').waitFor()
    await page.getByText('All is well: 2 files run as they are written.').waitFor()
    await page.getByRole('switch', { name: 'Rule “loud”' }).waitFor()
    // The tab key leads on, and nothing is asked where nothing would be lost.
    await editor(page).press('Tab')
    expect(await focused(page)).toMatch(/^button/)
    await page.getByRole('link', { name: 'Players' }).click()
    await page.locator('yoto-house').waitFor()
  },
)

testWith(
  ['chromium'],
  'whoever leaves with a text that is not saved is asked first, and stays with it or goes',
  async () => {
    const house = await openRuledHome({ 'bedroom.yaml': bedroom })
    const { page } = await openRules(house)
    await button(page, 'Open').click()
    await editor(page).fill('# mine\n')
    await page.getByRole('link', { name: 'Library' }).click()
    const question = page.getByRole('dialog', { name: 'Leave bedroom.yaml without saving?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    expect(await editor(page).inputValue()).toBe('# mine\n')
    expect(new URL(page.url()).hash).toBe('#/rules')
    await page.getByRole('link', { name: 'Library' }).click()
    await question.getByRole('button', { name: 'Leave without saving' }).click()
    await page.locator('yoto-library').waitFor()
    expect(new URL(page.url()).hash).toBe('#/library')
  },
)

testWith(
  ['chromium'],
  'the notice that a file is at fault leads here, in German too, and in every look everybody can use the page',
  { tags: 'slow' },
  async () => {
    const house = await openRuledHome({ 'bedroom.yaml': bedroom, 'knobs.yaml': knobs, 'slip.yaml': slip })
    const front = await door({ people: family(), more: house.more })
    const page = await visit(front.address, { locale: 'de-DE', bypassCSP: true })
    await signIn(page, 'Anna')
    await page.getByRole('link', { name: 'Zu den Regeln' }).click()
    await button(page, 'slip.yaml öffnen').click()
    await page.getByText('Befunde: 1').waitFor()
    await button(page, 'Was geschieht: good-night').click()
    for (const width of [1280, 390])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 800 })
        const look = `${colorScheme}, ${width} pixels wide`
        expect(await page.evaluate('document.documentElement.scrollWidth'), look).toBeLessThanOrEqual(width)
        expect(await seriousFaults(page), look).toEqual([])
      }
    // The line of the file scrolls by itself.
    const line = page.getByRole('group').first()
    expect(await line.evaluate((pre) => pre.scrollWidth > pre.clientWidth)).toBe(true)
  },
)

const words = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

function enabledOf({ more }: RuledHome): boolean[] {
  return (more.rules?.list().files ?? []).flatMap(({ rules }) => rules.map(({ enabled }) => enabled))
}

/** As if a clock started that rule this evening. */
function withMoments(house: RuledHome, rule: string): RuledHome {
  const plan = house.more.plan ?? (async () => ({}))
  const moment = { at: '2026-11-21T19:30:00+01:00', rule, trigger: 'time', source: 'knobs.yaml:2' }
  return {
    ...house,
    more: { ...house.more, plan: async (days) => ({ ...(await plan(days)), moments: [moment] }) },
  }
}
