import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { focused } from './focused.ts'
import { family, openHousehold, signIn, signOutBeside } from './household.ts'

const { door, visit } = openHousehold()

const alert = (page: Page) => page.getByRole('alert')

testWith(
  ['chromium'],
  'what a form lacks is said in the page, where it is wrong, until somebody mends it',
  async () => {
    const { address, asked } = await door({})
    const page = await visit(address)
    const name = page.getByLabel('User name')
    await page.getByLabel('Set-up code').fill('a guess')
    await page.keyboard.press('Enter')
    await alert(page).getByText('“User name” is still empty.').waitFor()
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    await expect.poll(() => focused(page)).toBe('input username')
    await name.fill('Anna')
    await expect.poll(() => alert(page).innerText()).toBe('')
    expect(await name.getAttribute('aria-invalid')).toBe(null)
    await page.getByLabel('Password', { exact: true }).pressSequentially('short')
    await page.getByRole('button', { name: 'Create account' }).click()
    await alert(page).getByText('“Password” needs at least 8 characters.').waitFor()
    await expect.poll(() => focused(page)).toBe('input password')
    expect(asked).not.toContain('POST /api/auth/set-up')
    await page.getByLabel('Password', { exact: true }).fill('long enough')
    await page.keyboard.press('Enter')
    await alert(page).getByText('This is not the code.').waitFor()
    await expect.poll(() => focused(page)).toBe('input code')
    expect(await page.evaluate('getSelection().toString()')).toBe('a guess')
  },
)

testWith(
  ['chromium'],
  'a new password that is the old one, or an old one that is wrong, is said where it stands',
  async () => {
    const { address, asked } = await door({ people: family() })
    const page = await visit(`${address}#/account`)
    await signIn(page, 'Ben')
    await page.getByLabel('Current password').fill('Ben-password')
    await page.getByLabel('New password').fill('Ben-password')
    await page.keyboard.press('Enter')
    await alert(page).getByText('That is your current password.').waitFor()
    await expect.poll(() => focused(page)).toBe('input new_password')
    expect(asked).not.toContain('PUT /api/user/password')
    await page.getByLabel('New password').fill('a better one')
    await page.getByLabel('Current password').fill('a guess')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await alert(page).getByText('The current password is wrong.').waitFor()
    await expect.poll(() => focused(page)).toBe('input current_password')
    await page.getByLabel('Current password').fill('Ben-password')
    await page.keyboard.press('Enter')
    await page.getByText('Your password is changed.').waitFor()
  },
)

testWith(
  ['chromium'],
  'a refusal in a dialog leaves the focus in it, and what was done leaves it where it was done',
  async () => {
    const { address } = await door({ people: family() })
    const page = await visit(`${address}#/people`)
    await signIn(page, 'Anna')
    await expect.poll(() => focused(page)).toBe('h2 People')

    await page.getByRole('button', { name: 'Add a person' }).click()
    const add = page.getByRole('dialog')
    await add.getByLabel('User name').fill('Ben')
    await add.getByLabel('Password', { exact: true }).fill('Ben-password')
    await add.getByRole('button', { name: 'Add a person' }).click()
    await alert(page).getByText('there is a user "Ben" already').waitFor()
    await expect.poll(() => focused(page)).toBe('input username')
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Change Anna' }).click()
    await page.getByRole('dialog').getByRole('radio', { name: 'Member' }).check()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await alert(page).getByText('the last admin').waitFor()
    expect(await focused(page)).toBe('button Save')
    await page.keyboard.press('Escape')

    // Nobody else decides who comes in, and so nothing offers to remove her.
    expect(await page.getByRole('button', { name: 'Remove Anna' }).count()).toBe(0)
    const remove = async (name: string) => {
      await page.getByRole('button', { name: `Remove ${name}` }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: `Remove ${name}` })
        .click()
      await page.getByText(`${name} is removed.`).waitFor()
    }
    await remove('Ben')
    await expect.poll(() => focused(page)).toBe('button Remove Mia')
    await remove('Mia')
    await expect.poll(() => focused(page)).toBe('button Change Anna')
  },
)

testWith(
  ['chromium'],
  'who comes in begins at the name of the page, and who signs in again goes on where they were',
  { tags: 'slow' },
  async () => {
    const front = await door({ people: family() })
    const page = await visit(front.address)
    await signIn(page, 'Anna')
    await expect.poll(() => focused(page)).toBe('h1 Yoto Smart Stream')
    await page.goto(`${front.address}#/people`)
    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByRole('dialog').getByLabel('User name').fill('Zoe')
    await page.getByRole('dialog').getByRole('radio', { name: 'Child' }).check()
    await signOutBeside(page, front)
    const again = page.getByRole('dialog', { name: 'Sign in again' })
    await again.waitFor()
    await again.getByLabel('Password', { exact: true }).fill('Anna-password')
    await page.keyboard.press('Enter')
    await again.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('input role')
  },
)

testWith(['chromium'], 'what was saved is to be seen for a while', async () => {
  const { address } = await door({ people: family() })
  const page = await visit(`${address}#/people`)
  await page.clock.install()
  await page.reload()
  await signIn(page, 'Anna')
  await page.getByRole('button', { name: 'Change Ben' }).click()
  await page.getByRole('dialog').getByLabel('New password').fill('another one')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  const saved = page.getByText('Saved: Ben.')
  await saved.waitFor()
  const box = await saved.boundingBox()
  expect(box?.width).toBeGreaterThan(50)
  await expect.poll(() => focused(page)).toBe('button Change Ben')
  await page.clock.runFor(9000)
  await saved.waitFor({ state: 'detached' })
})

testWith(['chromium'], 'a page that is not for its reader gives its address up too', async () => {
  const { address } = await door({ people: family() })
  const page = await visit(`${address}#/tokens`)
  await signIn(page, 'Ben')
  await page.locator('yoto-queue').first().waitFor()
  expect(new URL(page.url()).hash).toBe('#/')
})
