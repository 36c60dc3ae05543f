import type { Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { focused } from './focused.ts'
import { family, openHousehold, signIn, signOutBeside } from './household.ts'
import { openYotoAccount } from './yoto-account.ts'

const { door, visit } = openHousehold()

const asksOf = (asked: readonly string[]) => asked.filter((call) => call === 'GET /api/account').length
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true })

testWith(
  ['chromium'],
  'an admin finds both ways, and the page sees by itself that somebody has signed in elsewhere',
  { tags: 'slow' },
  async () => {
    const account = await openYotoAccount()
    const front = await door({ people: family(), account })
    const page = await visit(front.address)
    await signIn(page, 'Anna')
    await page
      .getByRole('list', { name: 'Worth knowing' })
      .getByRole('link', { name: 'Open the Yoto account' })
      .click()
    await expect.poll(() => focused(page)).toBe('h2 Yoto account')
    await heading(page, 'Not signed in yet').waitFor()
    const { device } = account.desk.view()
    if (device === null) throw new Error('no code is offered')
    await page.getByText(device.code, { exact: true }).waitFor()
    await page.getByText(/It works until .+, for [1-5] minutes? more\./).waitFor()
    expect(await readPicture(page)).toBe(device.completeUrl)
    const link = page.getByRole('link', { name: 'Open Yoto with this code' })
    expect([
      await link.getAttribute('href'),
      await link.getAttribute('target'),
      await link.getAttribute('rel'),
    ]).toEqual([device.completeUrl, '_blank', 'noopener'])
    const before = asksOf(front.asked)
    account.cloud.signIn.traps.deviceCode = 'approved'
    await heading(page, 'Signed in to Yoto').waitFor()
    await page.getByText(/^Since .+\d{4}/).waitFor()
    const after = asksOf(front.asked)
    expect(after).toBeGreaterThan(before)
    await new Promise((resolve) => setTimeout(resolve, 3500))
    expect(asksOf(front.asked)).toBe(after)
  },
)

testWith(
  ['chromium'],
  'an address is pasted, a wrong one is said where it stands, and signing out says what it means',
  async () => {
    const account = await openYotoAccount()
    const front = await door({ people: family(), account })
    const page = await visit(`${front.address}#/yoto`)
    await signIn(page, 'Anna')
    const field = page.getByLabel('Paste the address your browser ended up at')
    await field.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('is still empty').waitFor()
    await field.fill('https://login.yotoplay.com/')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('That did not work:').waitFor()
    await expect.poll(() => focused(page)).toBe('input address')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    // What is typed outlasts the asking that goes on meanwhile.
    const asks = asksOf(front.asked)
    await expect.poll(() => asksOf(front.asked), { timeout: 8000 }).toBeGreaterThan(asks)
    expect(await field.inputValue()).toBe('https://login.yotoplay.com/')
    await field.fill(await account.endOf(account.desk.view().browser?.url ?? ''))
    await page.keyboard.press('Enter')
    await heading(page, 'Signed in to Yoto').waitFor()
    await expect.poll(() => focused(page)).toBe('h3 Signed in to Yoto')

    await page.getByRole('button', { name: 'Sign out of Yoto' }).click()
    const question = page.getByRole('dialog', { name: 'Sign out of Yoto?' })
    await question.getByText('Cards and streams stay.').waitFor()
    await page.keyboard.press('Escape')
    expect(account.desk.view().state).toBe('signed_in')
    await page.getByRole('button', { name: 'Sign out of Yoto' }).press('Enter')
    await question.getByRole('button', { name: 'Sign out of Yoto' }).press('Enter')
    await heading(page, 'Signed out of Yoto').waitFor()
    await expect.poll(() => focused(page)).toBe('h3 Signed out of Yoto')
    expect(account.desk.view().state).toBe('signed_out')

    await page.getByRole('button', { name: 'Sign in to Yoto' }).press('Enter')
    await heading(page, 'Not signed in yet').waitFor()
    await page.getByRole('heading', { name: 'In this browser' }).waitFor()
  },
)

testWith(
  ['chromium'],
  'nothing is asked for while nobody is signed in here, or looks',
  { tags: 'slow' },
  async () => {
    const front = await door({ people: family(), account: await openYotoAccount() })
    const page = await visit(`${front.address}#/yoto`)
    await signIn(page, 'Anna')
    await heading(page, 'With a code').waitFor()
    await hide(page, true)
    const hidden = asksOf(front.asked)
    await new Promise((resolve) => setTimeout(resolve, 3500))
    expect(asksOf(front.asked)).toBe(hidden)
    await hide(page, false)
    await expect.poll(() => asksOf(front.asked)).toBe(hidden + 1)
    await signOutBeside(page, front)
    const again = page.getByRole('dialog', { name: 'Sign in again' })
    await again.waitFor()
    const out = asksOf(front.asked)
    await new Promise((resolve) => setTimeout(resolve, 3500))
    expect(asksOf(front.asked)).toBe(out)
    await again.getByLabel('Password', { exact: true }).fill('Anna-password')
    await page.keyboard.press('Enter')
    await expect.poll(() => asksOf(front.asked)).toBeGreaterThan(out)
  },
)

testWith(
  ['chromium'],
  'where Yoto gives no code, the other way stays, and a code can be asked for',
  { tags: 'slow' },
  async () => {
    const account = await openYotoAccount({ deviceCode: 'unauthorized_client' })
    const front = await door({ people: family(), account })
    const page = await visit(`${front.address}#/yoto`)
    await signIn(page, 'Anna')
    await page.getByText('Yoto gives no code at the moment.').waitFor()
    expect(await page.getByRole('link', { name: 'Sign in at Yoto' }).count()).toBe(1)
    account.cloud.signIn.traps.deviceCode = 'ignored'
    await page.getByRole('button', { name: 'Ask for a code' }).click()
    await page.getByRole('link', { name: 'Open Yoto with this code' }).waitFor()
  },
)

testWith(
  ['chromium'],
  'without an account it is said what to set, a simulated one is called so, and both in German',
  { tags: 'slow' },
  async () => {
    const page = await visit(`${(await door({ people: family() })).address}#/yoto`)
    await signIn(page, 'Anna')
    await heading(page, 'No Yoto account is set up').waitFor()
    await page.getByText('yoto.client_id').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)

    const account = await openYotoAccount({ deviceCode: 'approved' }, { simulated: true })
    await expect.poll(() => account.desk.view().state, { timeout: 10_000 }).toBe('signed_in')
    const front = await door({ people: family(), account })
    const german = await visit(front.address, { locale: 'de-DE' })
    await signIn(german, 'Anna')
    await german.getByRole('link', { name: 'Simulierte Player', exact: true }).press('Enter')
    await heading(german, 'Yoto-Konto').waitFor()
    await heading(german, 'Ein simuliertes Konto').waitFor()
    expect(await german.getByRole('button').count()).toBe(0)
  },
)

testWith(
  ['chromium'],
  'the account is no business of a member, who is told how it stands and no more',
  async () => {
    const front = await door({ people: family(), account: await openYotoAccount() })
    const page = await visit(`${front.address}#/yoto`)
    await signIn(page, 'Ben')
    await page.getByText('Not signed in to Yoto', { exact: true }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/')
    expect(await page.getByRole('link', { name: /Yoto/ }).count()).toBe(0)
    expect(front.asked).not.toContain('GET /api/account')
  },
)

interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: readonly number[]
}

/** What a camera reads from the page. */
async function readPicture(page: Page): Promise<string> {
  await page.getByRole('img', { name: /^QR code/ }).waitFor()
  const { width, height, pixels } = await page.evaluate<Picture>(picture)
  return decodeQR({ width, height, data: Uint8Array.from(pixels) })
}

const picture = `(async () => {
  const inside = ['yoto-panel', 'yoto-household-account', 'yoto-sign-in-ways']
  const root = inside.reduce((around, name) => around.querySelector(name).shadowRoot, document)
  const img = root.querySelector('img')
  const [width, height] = [400, 400]
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')
  context.fillStyle = getComputedStyle(img).backgroundColor
  context.fillRect(0, 0, width, height)
  await img.decode()
  context.drawImage(img, 0, 0, width, height)
  return { width, height, pixels: [...context.getImageData(0, 0, width, height).data] }
})()`

/** As if another tab were before it. */
async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(
    `Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })
    document.dispatchEvent(new Event('visibilitychange'))`,
  )
}
