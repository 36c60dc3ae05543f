import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { seriousFaults } from './axe.ts'
import { family, kidView, openHousehold, signIn } from './household.ts'

const { keeper, visit } = openHousehold()

const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'dark', width: 360 },
  { colorScheme: 'light', width: 360 },
] as const

// The checks are brought in from outside, which the policy of the page forbids to everybody else.
const allowsChecks = { bypassCSP: true }

/** Whatever the reader's colours and however narrow their page, nothing keeps them out or stands over the edge. */
async function checkLooks(page: Page): Promise<void> {
  for (const { colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    const look = `${colorScheme}, ${width} pixels wide`
    expect(await page.evaluate('document.documentElement.scrollWidth'), look).toBeLessThanOrEqual(width)
    expect(await seriousFaults(page), look).toEqual([])
  }
}

testWith(
  ['chromium'],
  'in every look, the ways in keep nobody out who may come',
  async () => {
    const first = await visit((await keeper({})).address, allowsChecks)
    await first.getByLabel('Set-up code').fill('a guess')
    await first.getByLabel('Your name').fill('Anna')
    await first.getByLabel('Password', { exact: true }).fill('Anna-password')
    await first.keyboard.press('Enter')
    await first.getByRole('alert').getByText('This is not the code.').waitFor()
    await checkLooks(first)
    const page = await visit((await keeper({ people: family() })).address, allowsChecks)
    await signIn(page, 'Ben', 'a guess')
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor()
    await checkLooks(page)
  },
  40_000,
)

testWith(
  ['chromium'],
  'in every look, the people and their forms can be used by everybody',
  async () => {
    const page = await visit(`${(await keeper({ people: family() })).address}#/people`, allowsChecks)
    await signIn(page, 'Anna')
    await page.getByRole('button', { name: 'Change Mia' }).click()
    await page.getByRole('dialog').waitFor()
    await checkLooks(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove Anna' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Anna' }).click()
    await page.getByText('the last administrator cannot be removed').waitFor()
    await checkLooks(page)
    await page.keyboard.press('Escape')
    await checkLooks(page)
  },
  40_000,
)

testWith(
  ['chromium'],
  'in every look, tokens and the account can be used by everybody',
  async () => {
    const door = await keeper({ people: family() })
    const page = await visit(`${door.address}#/tokens`, allowsChecks)
    await signIn(page, 'Anna')
    await page.getByLabel('Name', { exact: true }).fill('hallway display')
    await page.getByRole('radio', { name: 'House' }).check()
    await checkLooks(page)
    await page.getByRole('button', { name: 'Make a token' }).click()
    await page.getByRole('button', { name: 'Copy' }).waitFor()
    await checkLooks(page)
    await page.getByRole('link', { name: 'My account' }).click()
    await page.getByRole('heading', { name: 'My account' }).waitFor()
    await checkLooks(page)
    door.endSessions()
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor()
    await checkLooks(page)
  },
  40_000,
)

testWith(
  ['chromium'],
  'in every look, a child finds big buttons',
  async () => {
    const page = await visit((await keeper({ people: family(), kid: kidView })).address, allowsChecks)
    await signIn(page, 'Mia')
    await page.getByRole('button', { name: 'The sleepy bear' }).waitFor()
    await checkLooks(page)
    expect(await page.evaluate(smallestSide)).toBeGreaterThanOrEqual(60)
  },
  40_000,
)

const smallestSide = `(() => {
  const root = document.querySelector('yoto-kid').shadowRoot
  const boxes = [...root.querySelectorAll('button, label')].map((one) => one.getBoundingClientRect())
  return Math.min(...boxes.flatMap(({ width, height }) => [width, height]))
})()`
