import { describe, expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { focused } from './focused.ts'
import { family, openHousehold, signIn, signOutBeside } from './household.ts'

const { door, visit } = openHousehold()

const countOf = (asked: readonly string[], call: string) => asked.filter((one) => one === call).length

describe('at a door with passwords', () => {
  testWith(['chromium'], 'the first user is made with the code from the log', async () => {
    const { address, access, code } = await door({})
    const page = await visit(address)
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    await expect.poll(() => focused(page)).toBe('input code')
    await page.getByLabel('Set-up code').fill('a guess')
    await page.getByLabel('User name').fill('Anna')
    await page.getByLabel('Password', { exact: true }).fill('🐻🐻🐻🐻')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('This is not the code.').waitFor()
    expect(await page.getByLabel('Set-up code').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Set-up code').fill(code ?? '')
    await page.keyboard.press('Enter')
    // Eight of what the browser counts, and four of what people do.
    await page.getByRole('alert').getByText('password must have 8 to 256 characters').waitFor()
    expect(await page.getByLabel('Set-up code').getAttribute('aria-invalid')).toBe(null)
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Password', { exact: true }).fill('Anna-password')
    await page.keyboard.press('Enter')
    await page.locator('yoto-queue').first().waitFor()
    expect(access.users()).toMatchObject([{ username: 'Anna', role: 'admin' }])
  })

  testWith(
    ['chromium'],
    'a wrong password is said, too many have to wait, and the right one leads in',
    async () => {
      const { address, asked, clock } = await door({ people: family() })
      const page = await visit(address)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await expect.poll(() => focused(page)).toBe('input username')
      for (const attempt of [1, 2, 3, 4, 5, 6]) {
        const said = page.waitForResponse('**/api/user/login')
        await signIn(page, 'Ben', 'a guess')
        expect((await said).status(), `attempt ${attempt}`).toBe(401)
        await page.getByRole('alert').getByText('The user name or the password is wrong.').waitFor()
        expect(await page.getByLabel('User name', { exact: true }).getAttribute('aria-invalid')).toBe('true')
        await clock.advance(1000)
      }
      // What was wrong is marked, to be typed over.
      await expect.poll(() => focused(page)).toBe('input password')
      await signIn(page, 'Ben')
      // A door's clock that stands still keeps the rest of the wait what it is.
      const wait = page.getByRole('alert').locator('[aria-hidden]')
      await wait.getByText('Please wait 1 second.').waitFor()
      expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
      await page.getByText('You can try again now.').waitFor()
      expect(await page.getByLabel('User name', { exact: true }).getAttribute('aria-invalid')).toBe(null)
      await clock.advance(1000)
      await signIn(page, 'Ben')
      await page.locator('yoto-queue').first().waitFor()
      expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
      expect(countOf(asked, 'POST /api/user/login')).toBe(8)
      expect(asked.indexOf('GET /api/live')).toBeGreaterThan(asked.lastIndexOf('POST /api/user/login'))
    },
  )

  testWith(
    ['chromium'],
    'password managers find what they look for, and a password can be looked at',
    async () => {
      const { address } = await door({ people: family() })
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
  )

  testWith(['chromium'], 'a browser that keeps no cookies is told so', async () => {
    const { address } = await door({ people: family(), losesCookies: true })
    const page = await visit(address)
    await signIn(page, 'Ben')
    await page.getByRole('alert').getByText('the browser did not keep the session').waitFor()
  })

  testWith(['chromium'], 'one sees who one is, changes the password and signs out', async () => {
    const { address, asked, cookieOf } = await door({ people: family() })
    const page = await visit(`${address}#/account`)
    await signIn(page, 'Ben')
    await page.getByRole('heading', { name: 'You are signed in as Ben' }).waitFor()
    const before = countOf(asked, 'GET /api/auth/status')
    await page.getByLabel('Current password').fill('a guess')
    await page.getByLabel('New password').fill('a better one')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The current password is wrong.').waitFor()
    expect(await page.getByLabel('Current password').getAttribute('aria-invalid')).toBe('true')
    expect(countOf(asked, 'GET /api/auth/status')).toBe(before)
    await page.getByLabel('Current password').fill('Ben-password')
    await page.keyboard.press('Enter')
    await page.getByText('Your other devices are signed out; your tokens go on.').waitFor()
    await cookieOf('Ben', 'a better one')
    expect(await page.getByLabel('New password').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.locator('yoto-panel').count()).toBe(0)
  })

  testWith(
    ['chromium'],
    'after a session that ends in the middle one goes on where one was, and what was typed is still there',
    async () => {
      const front = await door({ people: family() })
      const page = await visit(`${front.address}#/people`)
      await page.clock.install()
      await page.reload()
      await signIn(page, 'Anna')
      await page.getByRole('button', { name: 'Add a person' }).click()
      const dialog = page.getByRole('dialog', { name: 'Add a person' })
      await dialog.getByLabel('User name', { exact: true }).fill('Zoe')
      await dialog.getByLabel('Password', { exact: true }).fill('Zoe-password')
      await signOutBeside(page, front)
      await dialog.getByRole('button', { name: 'Add a person' }).click()
      const again = page.getByRole('dialog', { name: 'Sign in again' })
      await again.waitFor()
      await expect.poll(() => focused(page)).toBe('input password')
      expect(await again.getByLabel('User name', { exact: true }).inputValue()).toBe('Anna')
      // It stays, whatever is pressed, and meanwhile nothing asks in vain.
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await again.waitFor()
      const before = front.asked.length
      await page.clock.runFor(10_000)
      expect(front.asked.slice(before).filter((call) => call.includes('/api/live'))).toEqual([])
      await again.getByLabel('Password', { exact: true }).fill('Anna-password')
      await page.keyboard.press('Enter')
      await again.waitFor({ state: 'detached' })
      await dialog.getByText('Your session had ended.').waitFor()
      await dialog.getByRole('button', { name: 'Add a person' }).click()
      await page.getByRole('heading', { name: 'Zoe' }).waitFor()
      expect(front.access.users().at(-1)?.username).toBe('Zoe')
    },
  )

  testWith(
    ['chromium'],
    'a session that ends while one only looks on is noticed, and somebody else starts afresh',
    { tags: 'slow' },
    async () => {
      const front = await door({ people: family() })
      const page = await visit(front.address)
      await signIn(page, 'Anna')
      await page.locator('yoto-queue').first().waitFor()
      await signOutBeside(page, front)
      const again = page.getByRole('dialog', { name: 'Sign in again' })
      await again.waitFor()
      // Once more at most: another question may have noticed it first.
      expect(countOf(front.asked, 'GET /api/live')).toBeLessThanOrEqual(2)
      await again.getByLabel('User name', { exact: true }).fill('Mia')
      await again.getByLabel('Password', { exact: true }).fill('Mia-password')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Hello, Mia!' }).waitFor()
      expect(await page.locator('yoto-panel').count()).toBe(0)
    },
  )
})

testWith(
  ['chromium'],
  'the sign-in, the people and the page of a child speak German to those who do',
  async () => {
    const { address } = await door({ people: family() })
    const page = await visit(`${address}#/people`, { locale: 'de-DE' })
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
    await page.getByLabel('Passwort', { exact: true }).fill('Anna-password')
    await page.getByLabel('Benutzername').fill('Anna')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Jemanden hinzufügen' }).waitFor()
    await page.goto(`${address}#/sign-out`)
    await page.getByRole('button', { name: 'Abmelden' }).click()
    await page.getByLabel('Benutzername').fill('Mia')
    await page.getByLabel('Passwort', { exact: true }).fill('Mia-password')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Hallo, Mia!' }).waitFor()
  },
)
