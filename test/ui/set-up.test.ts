import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { passwordOf } from './door.ts'
import { openHousehold, resident, signIn } from './household.ts'

const { door, visit } = openHousehold()

testWith(
  ['chromium'],
  'whoever sets up under a name that is taken is told so, and can take another',
  async () => {
    const { address, access, code } = await door({
      people: [resident('Ada', 'admin', { comesBy: 'ingress' })],
    })
    const page = await visit(address)
    const name = page.getByLabel('User name')
    await page.getByLabel('Set-up code').fill(code ?? '')
    await name.fill('ada')
    await page.getByLabel('Password', { exact: true }).fill('Ada-password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('there is a user "Ada" already').waitFor()
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    await name.fill('Ada at the door')
    await page.keyboard.press('Enter')
    await page.locator('yoto-queue').first().waitFor()
    expect(access.users().map(({ username }) => username)).toEqual(['Ada', 'Ada at the door'])
  },
)

testWith(['chromium'], 'where somebody else was quicker, the set-up gives way to the sign-in', async () => {
  const { address, ask, code } = await door({})
  const page = await visit(`${address}#/set-up`)
  await page.getByLabel('Set-up code').fill(code ?? '')
  await page.getByLabel('User name').fill('Ben')
  await page.getByLabel('Password', { exact: true }).fill('Ben-password')
  const quicker = { code, username: 'Anna', password: passwordOf('Anna') }
  expect((await ask({ path: '/auth/set-up', body: quicker })).status).toBe(200)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.getByRole('alert').allInnerTexts()).toEqual([''])
  await signIn(page, 'Anna')
  await page.locator('yoto-queue').first().waitFor()
})

testWith(
  ['chromium'],
  'a household without an administrator signs in all the same, and makes one where the log says',
  async () => {
    const { address, access, code } = await door({ people: [resident('Ben', 'member')] })
    const page = await visit(address)
    await signIn(page, 'Ben')
    await page.locator('yoto-queue').first().waitFor()
    // For somebody who is in there is nothing to set up.
    await page.goto(`${address}#/set-up`)
    await expect.poll(() => new URL(page.url()).hash).toBe('#/')
    await page.getByRole('link', { name: 'My account' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()

    await page.goto(`${address}#/set-up`)
    await page.getByText('you make an account that decides who may come in').waitFor()
    await page.getByRole('link', { name: 'Sign in instead' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goBack()
    await page.getByLabel('Set-up code').fill(code ?? '')
    await page.getByLabel('User name').fill('Anna')
    await page.getByLabel('Password', { exact: true }).fill('Anna-password')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'People' }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/')
    expect(access.users().map(({ username, role }) => `${username}: ${role}`)).toEqual([
      'Ben: member',
      'Anna: admin',
    ])
  },
)

testWith(['chromium'], 'an administrator who lost their password gives their name a new one', async () => {
  const { address, access } = await door({ people: [resident('Anna', 'admin')] })
  const code = access.offerSetUp(true)
  const page = await visit(`${address}#/set-up`)
  await page.getByLabel('Set-up code').fill(code ?? '')
  await page.getByLabel('User name').fill('Anna')
  await page.getByLabel('Password', { exact: true }).fill('another one')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'People' }).waitFor()
  expect(access.users()).toHaveLength(1)
})
