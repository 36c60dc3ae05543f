/** @module-tag slow */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { seriousFaults } from './axe.ts'
import { family, openHousehold, resident, signIn, signOutBeside } from './household.ts'
import { looks } from './looks.ts'
import { openYotoAccount } from './yoto-account.ts'

const { door, visit } = openHousehold()

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

testWith(['chromium'], 'in every look, the ways in keep nobody out who may come', async () => {
  const first = await visit((await door({})).address, allowsChecks)
  await first.getByLabel('Set-up code').fill('a guess')
  await first.getByLabel('User name').fill('Anna')
  await first.getByLabel('Password', { exact: true }).fill('Anna-password')
  await first.keyboard.press('Enter')
  await first.getByRole('alert').getByText('This is not the code.').waitFor()
  await checkLooks(first)
  const late = (await door({ people: [resident('Ben', 'member')] })).address
  const second = await visit(`${late}#/set-up`, allowsChecks)
  await second.getByRole('link', { name: 'Sign in instead' }).waitFor()
  await checkLooks(second)
  const page = await visit((await door({ people: family() })).address, allowsChecks)
  await signIn(page, 'Ben', 'a guess')
  await page.getByRole('alert').getByText('The user name or the password is wrong.').waitFor()
  await checkLooks(page)
})

testWith(['chromium'], 'in every look, the people and their forms can be used by everybody', async () => {
  const people = [...family(), resident('Ada', 'admin', { comesBy: 'ingress' })]
  const page = await visit(`${(await door({ people })).address}#/people`, allowsChecks)
  await signIn(page, 'Anna')
  await page.getByRole('button', { name: 'Change Mia' }).click()
  await page.getByRole('dialog').waitFor()
  await checkLooks(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Remove Anna' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove Anna' }).click()
  await page.getByText('the last admin who can come in').waitFor()
  await checkLooks(page)
  await page.keyboard.press('Escape')
  await checkLooks(page)
  await page.getByRole('button', { name: 'Change Anna' }).click()
  await page.getByRole('link', { name: 'Change my password' }).waitFor()
  await checkLooks(page)
})

testWith(['chromium'], 'in every look, tokens and the account can be used by everybody', async () => {
  const front = await door({ people: family() })
  const page = await visit(`${front.address}#/tokens`, allowsChecks)
  await signIn(page, 'Anna')
  // The form of the sign-in, which is there until then, has a field of that name too.
  await page.getByRole('radio', { name: 'The house' }).check()
  await page.getByLabel('Name', { exact: true }).fill('hallway display')
  await checkLooks(page)
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByRole('button', { name: 'Copy: The token' }).waitFor()
  await page.setViewportSize({ width: 360, height: 800 })
  expect(await page.getByRole('textbox', { name: 'The token' }).evaluate(hiddenOf)).toEqual([0, 0])
  await checkLooks(page)
  await page.getByRole('link', { name: 'My account' }).click()
  await page.getByRole('heading', { name: 'My account' }).waitFor()
  await checkLooks(page)
  await signOutBeside(page, front)
  await page.getByRole('dialog', { name: 'Sign in again' }).waitFor()
  await checkLooks(page)
})

testWith(['chromium'], 'in every look, the account at Yoto can be signed in to by everybody', async () => {
  const account = await openYotoAccount()
  const page = await visit(`${(await door({ people: family(), account })).address}#/yoto`, allowsChecks)
  await signIn(page, 'Anna')
  await page.getByRole('link', { name: 'Open Yoto with this code' }).waitFor()
  await page.getByLabel('Paste the address').fill('nowhere')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('That did not work').waitFor()
  await checkLooks(page)
  account.cloud.signIn.traps.deviceCode = 'approved'
  await page.getByRole('button', { name: 'Sign out of Yoto' }).click()
  await page.getByRole('dialog').waitFor()
  await checkLooks(page)
  await page.keyboard.press('Escape')
  await checkLooks(page)
})

testWith(['chromium'], 'in every look, everybody can read the history', async () => {
  const front = await door({ people: family() })
  const takeBack = await front.home.pressesRight()
  takeBack()
  const page = await visit(`${front.address}#/history`, allowsChecks)
  await signIn(page, 'Anna')
  await page.getByRole('button', { name: /taken back$/ }).click()
  await page.getByRole('term').first().waitFor()
  await checkLooks(page)
})

testWith(['chromium'], 'in every look, a child finds big buttons', async () => {
  const page = await visit((await door({ people: family() })).address, allowsChecks)
  await signIn(page, 'Mia')
  await page.getByRole('button', { name: 'The sleepy bear' }).waitFor()
  await checkLooks(page)
  expect(await page.evaluate(smallestSide)).toBeGreaterThanOrEqual(60)
})

testWith(
  ['chromium'],
  'a dialog keeps its buttons before the eyes, and dims the page up to its edge',
  async () => {
    const { address, home } = await door({ people: family() })
    for (const room of Array(20).keys()) home.comes(`z${room}`, `Room ${room}`)
    const page = await visit(`${address}#/people`)
    await signIn(page, 'Anna')
    await page.getByRole('button', { name: 'Change Mia' }).click()
    const save = page.getByRole('dialog').getByRole('button', { name: 'Save' })
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(viewport)
      const box = await save.boundingBox()
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height)
      expect(await page.evaluate('document.body.getBoundingClientRect().width')).toBe(viewport.width)
    }
  },
)

type Extent = Record<'scrollWidth' | 'clientWidth' | 'scrollHeight' | 'clientHeight', number>
/** How much of what it holds a field does not show. */
const hiddenOf = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }: Extent) => [
  Math.max(0, scrollWidth - clientWidth),
  Math.max(0, scrollHeight - clientHeight),
]

const smallestSide = `(() => {
  const root = document.querySelector('yoto-kid').shadowRoot
  const boxes = [...root.querySelectorAll('button, label')].map((one) => one.getBoundingClientRect())
  return Math.min(...boxes.flatMap(({ width, height }) => [width, height]))
})()`
