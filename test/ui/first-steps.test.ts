import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { judgeAddress } from '../../src/core/public-address.ts'
import type { House } from '../../src/http/api/app.ts'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp, until } from '../support/running-app.ts'
import { seriousFaults } from './axe.ts'
import { focused } from './focused.ts'
import { family, openHousehold, resident, signIn } from './household.ts'
import { ingressPrefix } from './ingress.ts'
import { looks } from './looks.ts'
import { openYotoAccount } from './yoto-account.ts'

const { door, ingress, visit } = openHousehold()
let running: RunningApp | undefined

afterAll(() => running?.remove())

// The checks are brought in from outside, which the policy of the page forbids to everybody else.
const allowsChecks = { bypassCSP: true }

const step = (page: Page, name: 'sign_in' | 'address' | 'card') => page.locator(`[data-step="${name}"]`)
const stateOf = (page: Page, name: Parameters<typeof step>[1]) => step(page, name).getAttribute('data-state')

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

/** What a household has of an address, judged as the product does it. */
function addressOf(address: string): House['addressCheck'] {
  const nothing = async () => {
    throw new Error('no test card is made here')
  }
  return {
    address: () => ({
      ...judgeAddress({ address, isGiven: true, consents: [] }),
      ...{ address, from: 'public_url', publishable: false, account: 'yoto' },
    }),
    ...{ start: nothing, latest: () => null, left: () => [] },
    find: () => {
      throw new Error('there is no check')
    },
  }
}

testWith(
  ['chromium'],
  'whoever begins is led to a card that a player plays, and each step says by itself how far it is',
  { timeout: 90_000 },
  async () => {
    running = await runApp({ pace: 1 })
    const { app } = running
    for (const name of ['bedtime', 'daytime']) {
      const files = ['clip:good-morning']
      await app.hub.mutateQueue(name, { op: 'replace', files, playlist: null }, 'REST')
    }
    await until('players are there', () => app.hub.players().length > 0)
    const page = await visit(`${app.panelUrl}/`, allowsChecks)
    const offer = page.getByRole('region', { name: 'First steps' })
    await offer.getByText('1 of 3 are done. Next: The address players use').waitFor()
    await checkLooks(page)
    await offer.getByRole('link', { name: 'Show me' }).press('Enter')
    await expect.poll(() => focused(page)).toBe('h2 First steps')
    await step(page, 'sign_in').getByText('The other steps can be tried').waitFor()
    expect(await stateOf(page, 'sign_in')).toBe('not_needed')
    expect(await stateOf(page, 'address')).toBe('now')
    expect(await stateOf(page, 'card')).toBe('now')
    await checkLooks(page)

    await step(page, 'address').getByRole('button', { name: 'Make a test card' }).press('Enter')
    await step(page, 'address').getByText('A player has fetched audio from this address').waitFor()
    // The button has gone with its state.
    await expect.poll(() => focused(page)).toMatch(/^h3 Step 2:\s+The address players use$/)
    expect(await stateOf(page, 'address')).toBe('done')
    // A test card is no card of the household.
    expect(await stateOf(page, 'card')).toBe('now')

    const last = step(page, 'card')
    await last.getByLabel('Card', { exact: true }).selectOption('bedroom')
    await last.getByRole('radio', { name: /^daytime/ }).check()
    await last.getByRole('button', { name: 'Make the card' }).press('Enter')
    await last.getByRole('alert').getByText('is still empty').waitFor()
    await last.getByLabel('Title of the card').fill('Sunny')
    await page.keyboard.press('Enter')
    await last.getByText('“Sunny” is in the Yoto account now.').waitFor()
    expect(app.cards.list()).toContainEqual(expect.objectContaining({ title: 'Sunny', stream: 'daytime' }))
    await expect.poll(() => last.getByLabel('Card', { exact: true }).evaluate(chosenIn)).toBe('Sunny')
    await checkLooks(page)
    expect(await stateOf(page, 'card')).toBe('now')
    await last.getByRole('button', { name: 'Play it there' }).press('Enter')
    await last.getByText(/“Sunny” was heard for the first time on .+, on /).waitFor()
    expect(await stateOf(page, 'card')).toBe('done')
    await page.getByText('All is done.').waitFor()
    await checkLooks(page)
    await page.getByRole('link', { name: 'To the players' }).press('Enter')
    await page.locator('yoto-queue').first().waitFor()
    expect(await offer.count()).toBe(0)
    expect(app.hub.players().some(({ card_title }) => card_title === 'Sunny')).toBe(true)
  },
)

testWith(
  ['chromium'],
  'an address that no card may carry is said in the product’s words, with what to set, and the card waits for it',
  { tags: 'slow' },
  async () => {
    const account = await openYotoAccount({ deviceCode: 'approved' })
    await expect.poll(() => account.desk.view().state, { timeout: 10_000 }).toBe('signed_in')
    const more = { addressCheck: addressOf('http://192.168.1.20:8098') }
    const front = await door({ people: family(), account, more })
    const page = await visit(`${front.address}#/first-steps`, allowsChecks)
    await signIn(page, 'Anna')
    const words = 'it is plain http, and all known cards use https'
    await step(page, 'address').getByText(words).waitFor()
    expect(await stateOf(page, 'sign_in')).toBe('done')
    expect(await stateOf(page, 'address')).toBe('trouble')
    const example = step(page, 'address').getByRole('textbox', { name: 'Options' })
    expect(await example.inputValue()).toBe(
      'public_url: http://192.168.1.20:8098\npublic_url_consent: [plain_http]',
    )
    expect(await stateOf(page, 'card')).toBe('waiting')
    await step(page, 'card').getByText('when the address above may stand on cards').waitFor()
    expect(await step(page, 'card').getByRole('button').count()).toBe(0)
    await checkLooks(page)
  },
)

testWith(
  ['chromium'],
  'without an account it is said what to register, and a sign-in elsewhere is seen; the offer can be put away',
  { tags: 'slow' },
  async () => {
    const nothing = await visit(`${(await door({ people: family() })).address}#/first-steps`, allowsChecks)
    await signIn(nothing, 'Anna')
    const first = step(nothing, 'sign_in')
    await first.getByRole('link', { name: 'dashboard.yoto.dev' }).waitFor()
    expect(await first.getByRole('textbox', { name: 'Callback address' }).inputValue()).toBe(
      'http://127.0.0.1:8787/callback',
    )
    expect(await stateOf(nothing, 'card')).toBe('waiting')
    await checkLooks(nothing)

    const account = await openYotoAccount()
    const front = await door({ people: family(), account })
    const page = await visit(front.address, { locale: 'de-DE', ...allowsChecks })
    await signIn(page, 'Anna')
    const offer = page.getByRole('region', { name: 'Erste Schritte' })
    await offer.getByText('0 von 3 sind geschafft. Als Nächstes: Bei Yoto anmelden').waitFor()
    await offer.getByRole('link', { name: 'Zeig mir, wie' }).press('Enter')
    await step(page, 'sign_in').getByText('Noch nicht angemeldet').waitFor()
    await checkLooks(page)
    expect(await stateOf(page, 'sign_in')).toBe('now')
    account.cloud.signIn.traps.deviceCode = 'approved'
    await expect.poll(() => stateOf(page, 'sign_in'), { timeout: 20_000 }).toBe('done')
    expect(await stateOf(page, 'address')).toBe('now')
    expect(await stateOf(page, 'card')).toBe('now')

    await page.getByRole('link', { name: 'Player', exact: true }).press('Enter')
    await offer.getByRole('button', { name: 'Ausblenden' }).press('Enter')
    await expect.poll(() => offer.count()).toBe(0)
    expect(await focused(page)).toMatch(/^h1/)
    await page.reload()
    await page.getByRole('article', { name: 'Nursery' }).waitFor()
    expect(await offer.count()).toBe(0)
    await page.getByRole('link', { name: 'Yoto-Konto', exact: true }).press('Enter')
    await page.getByRole('link', { name: 'Die ersten Schritte öffnen' }).press('Enter')
    await step(page, 'card').waitFor()
  },
)

testWith(
  ['chromium'],
  'without a stream one is made first; why a card was refused is said in the form, which keeps what was typed',
  async () => {
    const account = await openYotoAccount({ deviceCode: 'approved' })
    await expect.poll(() => account.desk.view().state, { timeout: 10_000 }).toBe('signed_in')
    const front = await door({ people: family(), account })
    await front.home.perform({ kind: 'delete-stream', stream: 'bedroom' }, 'REST')
    const page = await visit(`${front.address}#/first-steps`)
    await signIn(page, 'Anna')
    const last = step(page, 'card')
    await last.getByText('There is no stream yet.').waitFor()
    expect(await last.getByRole('button', { name: 'Make the card' }).count()).toBe(0)
    await last.getByRole('button', { name: 'New stream' }).press('Enter')
    await page.getByLabel('Name', { exact: true }).fill('bedtime')
    await page.keyboard.press('Enter')
    const picker = page.getByRole('dialog', { name: /bedtime/ })
    await picker.getByRole('checkbox').first().check()
    await picker.getByRole('button', { name: /^Add/ }).press('Enter')
    await expect.poll(() => last.getByRole('radio', { name: /^bedtime/ }).isChecked()).toBe(true)
    await last.getByLabel('Title of the card').fill('Night')
    await page.keyboard.press('Enter')
    await last.getByRole('alert').getByText('this house has no cards').waitFor()
    expect(await last.getByLabel('Title of the card').inputValue()).toBe('Night')
    expect(await stateOf(page, 'card')).toBe('now')
  },
)

testWith(['chromium'], 'within Home Assistant it is said where its options are', async () => {
  const people = [resident('Anna', 'admin', { comesBy: 'ingress' })]
  const way = await ingress(await door({ auth: 'ingress', people }), { as: 'Anna' })
  const page = await visit(way.address)
  await page.getByRole('link', { name: 'Show me' }).press('Enter')
  await step(page, 'sign_in').getByText('Settings → Apps → Yoto Smart Stream → Configuration').waitFor()
  expect(await page.getByText('options file').count()).toBe(0)
  expect(way.asked.filter((path) => !path.startsWith(ingressPrefix))).toEqual([])
})

testWith(['chromium'], 'a member is neither offered the first steps nor led to them', async () => {
  const front = await door({ people: family(), account: await openYotoAccount() })
  const page = await visit(`${front.address}#/first-steps`)
  await signIn(page, 'Ben')
  await page.getByRole('article', { name: 'Nursery' }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/')
  expect(await page.getByText('First steps').count()).toBe(0)
  expect(front.asked).not.toContain('GET /api/first-steps')
})

const chosenIn = ({ selectedOptions }: Chosen) => selectedOptions[0]?.textContent.trim()

interface Chosen {
  readonly selectedOptions: readonly { readonly textContent: string }[]
}
