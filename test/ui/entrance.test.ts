import { describe, expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { person, setUpCode } from './door-calls.ts'
import { family, kidView, openHousehold, signIn } from './household.ts'
import { ingressPrefix } from './ingress.ts'

const { keeper, ingress, visit } = openHousehold()

const countOf = (asked: readonly string[], call: string) => asked.filter((one) => one === call).length

describe('at a door with passwords', () => {
  testWith(
    ['chromium'],
    'the first user is made with the code from the log',
    async () => {
      const { address, kept } = await keeper({})
      const page = await visit(address)
      await page.getByRole('heading', { name: 'Welcome' }).waitFor()
      await page.waitForFunction("document.activeElement?.name === 'code'")
      await page.getByLabel('Set-up code').fill('a guess')
      await page.getByLabel('Your name').fill('Anna')
      await page.getByLabel('Password', { exact: true }).fill('password')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('This is not the code.').waitFor()
      await page.getByLabel('Set-up code').fill(setUpCode)
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('is too easy to guess').waitFor()
      expect(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid')).toBe('true')
      await page.getByLabel('Password', { exact: true }).fill('Anna-password')
      await page.keyboard.press('Enter')
      await page.locator('yoto-queue').first().waitFor()
      expect(kept.people.map(({ username, role }) => `${username}: ${role}`)).toEqual(['Anna: admin'])
    },
    40_000,
  )

  testWith(
    ['chromium'],
    'a wrong password is said, too many have to wait, and the right one leads in',
    async () => {
      const { address, asked } = await keeper({ people: family() })
      const page = await visit(address)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await page.waitForFunction("document.activeElement?.name === 'username'")
      for (const _try of [1, 2, 3]) {
        await signIn(page, 'Ben', 'a guess')
        await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor()
      }
      // What was wrong is marked, to be typed over.
      await page.waitForFunction("document.activeElement?.name === 'password'")
      await signIn(page, 'Ben')
      const wait = page.getByRole('alert').locator('[aria-hidden]')
      await wait.getByText('Please wait 2 seconds.').waitFor()
      expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
      await wait.getByText('Please wait 1 second.').waitFor()
      await page.getByText('You can try again now.').waitFor()
      await signIn(page, 'Ben')
      await page.locator('yoto-queue').first().waitFor()
      expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
      expect(countOf(asked, 'POST /api/user/login')).toBe(5)
      expect(asked.indexOf('GET /api/live')).toBeGreaterThan(asked.lastIndexOf('POST /api/user/login'))
    },
    40_000,
  )

  testWith(
    ['chromium'],
    'password managers find what they look for, and a password can be looked at',
    async () => {
      const { address } = await keeper({ people: family() })
      const page = await visit(address)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      // In the page itself: no shadow hides the form.
      const found = await page.evaluate(
        "[...document.forms[0].elements].map(({ name, type, autocomplete }) => [name, type, autocomplete].join(' ').trim())",
      )
      expect(found).toEqual([
        'username text username',
        'password password current-password',
        'button',
        'submit',
      ])
      const show = page.getByRole('button', { name: 'Show the password' })
      await show.click()
      expect(await show.getAttribute('aria-pressed')).toBe('true')
      expect(await page.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('text')
      await signIn(page, 'Ben', 'a guess')
      await page.getByRole('alert').getByText('is wrong').waitFor()
      expect(await page.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('password')
    },
    40_000,
  )

  testWith(
    ['chromium'],
    'a browser that keeps no cookies is told so',
    async () => {
      const { address } = await keeper({ people: family(), losesCookies: true })
      const page = await visit(address)
      await signIn(page, 'Ben')
      await page.getByRole('alert').getByText('the browser did not keep the session').waitFor()
    },
    40_000,
  )

  testWith(
    ['chromium'],
    'one sees who one is, changes the password and signs out',
    async () => {
      const { address, kept } = await keeper({ people: family() })
      const page = await visit(`${address}#/account`)
      await signIn(page, 'Ben')
      await page.getByRole('heading', { name: 'You are signed in as Ben' }).waitFor()
      await page.getByLabel('Current password').fill('a guess')
      await page.getByLabel('New password').fill('a better one')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('The current password is wrong.').waitFor()
      await page.getByLabel('Current password').fill('Ben-password')
      await page.keyboard.press('Enter')
      await page.getByText('Your password is changed.').waitFor()
      expect(kept.people[1]?.password).toBe('a better one')
      expect(await page.getByLabel('New password').inputValue()).toBe('')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(await page.locator('yoto-panel').count()).toBe(0)
    },
    40_000,
  )

  testWith(
    ['chromium'],
    'after a session that ends in the middle one goes on where one was, and what was typed is still there',
    async () => {
      const door = await keeper({ people: family() })
      const page = await visit(`${door.address}#/people`)
      await page.clock.install()
      await page.reload()
      await signIn(page, 'Anna')
      await page.getByRole('button', { name: 'Add a person' }).click()
      const dialog = page.getByRole('dialog', { name: 'Add a person' })
      await dialog.getByLabel('Name', { exact: true }).fill('Zoe')
      await dialog.getByLabel('Password', { exact: true }).fill('Zoe-password')
      door.endSessions()
      await dialog.getByRole('button', { name: 'Add a person' }).click()
      const again = page.getByRole('dialog', { name: 'Sign in again' })
      await again.waitFor()
      await page.waitForFunction("document.activeElement?.name === 'password'")
      expect(await again.getByLabel('Name', { exact: true }).inputValue()).toBe('Anna')
      // It stays, whatever is pressed, and meanwhile nothing asks in vain.
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await again.waitFor()
      const before = door.asked.length
      await page.clock.runFor(10_000)
      expect(door.asked.slice(before).filter((call) => call.includes('/api/live'))).toEqual([])
      await again.getByLabel('Password', { exact: true }).fill('Anna-password')
      await page.keyboard.press('Enter')
      await again.waitFor({ state: 'detached' })
      await dialog.getByText('Your session had ended.').waitFor()
      await dialog.getByRole('button', { name: 'Add a person' }).click()
      await page.getByRole('heading', { name: 'Zoe' }).waitFor()
      expect(door.kept.people.at(-1)?.username).toBe('Zoe')
    },
    40_000,
  )

  testWith(
    ['chromium'],
    'a session that ends while one only looks on is noticed, and somebody else starts afresh',
    async () => {
      const door = await keeper({ people: family(), kid: kidView })
      const page = await visit(door.address)
      await signIn(page, 'Anna')
      await page.locator('yoto-queue').first().waitFor()
      door.endSessions()
      const again = page.getByRole('dialog', { name: 'Sign in again' })
      await again.waitFor()
      expect(countOf(door.asked, 'GET /api/live')).toBe(2)
      await again.getByLabel('Name', { exact: true }).fill('Mia')
      await again.getByLabel('Password', { exact: true }).fill('Mia-password')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Hello, Mia!' }).waitFor()
      expect(await page.locator('yoto-panel').count()).toBe(0)
    },
    40_000,
  )
})

testWith(
  ['chromium'],
  'behind ingress nobody signs in or out, administrators decide, and a deep reload stays where it was',
  async () => {
    const door = await keeper({
      auth: 'ingress',
      visitor: 'u-Anna',
      people: [...family(), person('Otto', 'member', { signs_in_with: 'ingress' })],
    })
    const way = await ingress(door)
    const page = await visit(`${way.address}#/people`)
    await page.getByText('signs in through Home Assistant').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Change Otto' }).click()
    expect(await page.getByRole('dialog').getByRole('textbox').count()).toBe(0)
    await page.keyboard.press('Escape')
    expect(await page.getByRole('link').allInnerTexts()).toEqual(['Players', 'People', 'Tokens'])
    expect(way.asked.filter((path) => !path.startsWith(ingressPrefix))).toEqual([])
  },
  40_000,
)

testWith(
  ['chromium'],
  'the sign-in, the people and the page of a child speak German to those who do',
  async () => {
    const { address } = await keeper({ people: family(), kid: kidView })
    const page = await visit(`${address}#/people`, { locale: 'de-DE' })
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
    await page.getByLabel('Passwort', { exact: true }).fill('Anna-password')
    await page.getByLabel('Name', { exact: true }).fill('Anna')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Jemanden hinzufügen' }).waitFor()
    await page.goto(`${address}#/sign-out`)
    await page.getByRole('button', { name: 'Abmelden' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Mia')
    await page.getByLabel('Passwort', { exact: true }).fill('Mia-password')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Hallo, Mia!' }).waitFor()
  },
  40_000,
)
