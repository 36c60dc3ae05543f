import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import type { LiveChange } from '../../src/http/live-event.ts'
import { testWith } from '../support/programs.ts'
import { tracedHouse } from '../support/traced-house.ts'
import { seriousFaults } from './axe.ts'
import { family, openHousehold, signIn } from './household.ts'
import { openRuledHome } from './ruled-home.ts'

const { door, visit } = openHousehold()

const within = { timeout: 15_000 }
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

const rules = `inputs:
  party: {type: switch, name: Party}
rules:
  right:
    name: The right knob
    stream: bedroom
    when:
      - button: right
        if: trigger.via == 'mqtt'
    if:
      - any: [{input: party}, now.hour > 8]
      - not inputs.party
    do:
      - choose:
          - if: now.hour < 8
            do: [{log: early}]
          - else: [{queue: skip}]
      - wait: 1h
      - log: Good bye
  plain:
    when: [{button: left}]
    do: [{log: hello}]
`

/** Rules that have run: the house itself, and what its door shows of them. */
async function openTraced() {
  const fails = { queue: false }
  const house = await tracedHouse(rules, {
    zone: 'Europe/Berlin',
    perform: async ({ kind }) => {
      if (fails.queue && kind === 'mutate-queue') throw new AppError('conflict', 'the stream is empty')
    },
  })
  const { more } = await openRuledHome({ 'a.yaml': rules })
  let tell: (change: LiveChange) => void = () => undefined
  const subscribe = (_name: string, receive: (change: LiveChange) => void) => {
    tell = receive
    return () => undefined
  }
  return {
    ...{ house, fails, more: { ...more, ruleTraces: house.desk(), subscribe } },
    tell: (...rules: string[]) => tell({ kind: 'rule-traces', rules }),
  }
}

async function openRules(traced: Awaited<ReturnType<typeof openTraced>>, as = 'Anna', options = {}) {
  const front = await door({ people: family(), more: traced.more })
  const page = await visit(`${front.address}#/rules`, { timezoneId: 'America/New_York', ...options })
  await signIn(page, as)
  await page.getByRole('heading', { name: 'Each rule' }).waitFor()
  return { front, page }
}

const rowsOf = (page: Page) => page.locator('yoto-rule-run button.run')
const words = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

testWith(
  ['chromium'],
  'what became of a rule is read by keyboard: its runs by the household’s clocks, and each step with what came of it',
  async () => {
    const traced = await openTraced()
    await traced.house.press('right')
    const { page } = await openRules(traced, 'Ben')
    await button(page, 'What happened: The right knob').press('Enter')
    await rowsOf(page).first().waitFor()
    expect(words(await rowsOf(page).innerText())).toMatch(/^11:00 .*right.* waits$/)
    await rowsOf(page).press('Enter')
    const whole = page.locator('yoto-rule-run .whole')
    await whole.waitFor()
    const text = words(await whole.innerText())
    expect(text).toContain('What its conditions looked at')
    expect(text).toContain('now.hour is 11')
    expect(text).toContain('Way that was gone: else')
    expect(text).toMatch(/1\.1 queue done mutate-queue stream: bedroom.*: done \(0 ms\)/)
    expect(text).toMatch(/2 wait waits$/)
  },
)

testWith(
  ['chromium'],
  'conditions stand there with a check, a cross or a question mark, in words as well, and follow the house',
  async () => {
    const traced = await openTraced()
    const { page } = await openRules(traced)
    await button(page, 'What happened: plain').click()
    await page.getByText('It has no conditions: each start runs.').waitFor()
    await page.getByText('Nothing has started it yet.').waitFor()
    await button(page, 'What happened: plain').click()
    await button(page, 'What happened: The right knob').click()
    const conditions = page.locator('yoto-rule-runs li.holds')
    await conditions.first().waitFor()
    const shown = async () => (await conditions.allInnerTexts()).map((text) => words(text))
    expect(await shown()).toEqual([
      expect.stringMatching(/^trigger\.via == 'mqtt' ?: cannot be told Of the trigger “button” alone/),
      expect.stringMatching(/it is 09:00 or later ?: holds/),
      expect.stringMatching(/^the input party is on ?: does not hold inputs\.party is no$/),
      expect.stringMatching(/^now\.hour > 8 ?: holds now\.hour is 11$/),
      expect.stringMatching(/^not inputs\.party ?: holds inputs\.party is no$/),
    ])
    expect(
      await conditions.evaluateAll((all) => all.map((one) => one.className.replace('holds ', ''))),
    ).toEqual(['unknown', 'yes', 'no', 'yes', 'yes'])
    await traced.house.hub().setInput('party', true, 'a test')
    traced.tell('right')
    await expect
      .poll(async () => (await shown()).at(-1), within)
      .toMatch(/does not hold inputs\.party is yes$/)
  },
)

testWith(
  ['chromium'],
  'an admin sees a new run at once, and one that failed or came to nothing with its reason',
  async () => {
    const traced = await openTraced()
    const { page } = await openRules(traced)
    await button(page, 'What happened: The right knob').click()
    await page.getByText('Nothing has started it yet.').waitFor()
    traced.fails.queue = true
    await traced.house.press('right')
    traced.tell('plain', 'right')
    await expect.poll(() => rowsOf(page).count(), { timeout: 5_000 }).toBe(1)
    expect(words(await rowsOf(page).innerText())).toMatch(
      /stopped at action 1\.1: the stream is empty failed$/,
    )
    await rowsOf(page).click()
    await page.locator('.effects').getByText('the stream is empty').waitFor()
    await traced.house.hub().setInput('party', true, 'a test')
    await traced.house.press('right')
    traced.tell('right')
    await expect.poll(() => rowsOf(page).count(), { timeout: 5_000 }).toBe(2)
    const newest = words(await rowsOf(page).first().innerText())
    expect(newest).toMatch(/its condition `not inputs\.party` does not hold did not run$/)
    // The one that was open still is.
    await page.locator('.effects').getByText('the stream is empty').waitFor()
  },
)

testWith(
  ['chromium'],
  'in German, on a telephone and a desk, in light and dark, everybody can use it',
  { tags: 'slow' },
  async () => {
    const traced = await openTraced()
    await traced.house.press('right')
    traced.fails.queue = true
    await traced.house.press('right')
    await traced.house.clock.advance(3_600_000)
    await traced.house.press('right')
    const front = await door({ people: family(), more: traced.more })
    const page = await visit(`${front.address}#/rules`, { locale: 'de-DE', bypassCSP: true })
    await signIn(page, 'Anna')
    await button(page, 'Was geschah: The right knob').click()
    await rowsOf(page).first().waitFor()
    for (const row of await rowsOf(page).all()) await row.click()
    await expect.poll(() => page.locator('.whole').count(), within).toBe(3)
    for (const width of [1280, 390])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        const look = `${colorScheme}, ${width} pixels wide`
        expect(await page.evaluate('document.documentElement.scrollWidth'), look).toBeLessThanOrEqual(width)
        expect(await seriousFaults(page), look).toEqual([])
        const shots = process.env.SHOTS
        if (shots !== undefined)
          await page.locator('yoto-rule-list').screenshot({ path: `${shots}/${colorScheme}-${width}.png` })
      }
  },
)
