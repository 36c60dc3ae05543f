/** @module-tag slow */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { ask } from '../support/ask.ts'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp, until } from '../support/running-app.ts'
import { openBrowser, openPage } from './browser.ts'
import { signIn } from './household.ts'

let running: RunningApp
let browser: Browser | undefined

beforeAll(async () => {
  running = await runApp({ env: { YOTO_STREAM_PANEL_AUTH: 'password' } })
})

afterAll(async () => {
  await browser?.close()
  await running?.remove()
})

const address = () => `${running.app.panelUrl}/`

const panel = () => ({ port: Number(new URL(address()).port) })

const anna = (password: string) => ({ username: 'Anna', password })

const codeInLog = () => /the code ([\w-]+)$/.exec(running.app.setUpWords ?? '')?.[1] ?? ''

async function visit(at: string): Promise<Page> {
  browser ??= await openBrowser()
  return (await openPage(browser, { address: at })).page
}

async function asProgram(token: string, method: string, path: string, body?: object) {
  const answer = await fetch(new URL(`api/${path}`, address()), {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: answer.status,
    body: (await answer.json()) as { users: { id: string; username: string }[] },
  }
}

testWith(
  ['chromium'],
  'a whole household, with the product itself: set up, a child, a token, and sessions that end',
  async () => {
    const page = await visit(address())
    await page.getByLabel('Set-up code').fill(codeInLog().toLowerCase())
    await page.getByLabel('User name').fill('Anna')
    await page.getByLabel('Password', { exact: true }).fill('Anna-password')
    await page.keyboard.press('Enter')
    await page.locator('yoto-queue').first().waitFor()

    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('button', { name: 'Add a person' }).click()
    const add = page.getByRole('dialog', { name: 'Add a person' })
    await add.getByLabel('User name', { exact: true }).fill('Mia')
    await add.getByLabel('Password', { exact: true }).fill('Mia-password')
    await add.getByRole('radio', { name: 'Child' }).check()
    await add.getByRole('checkbox', { name: 'Nursery' }).check()
    await add.getByRole('checkbox', { name: 'bedroom', exact: true }).check()
    await page.keyboard.press('Enter')
    await page.getByText('Players: Nursery').waitFor()
    await page.getByRole('button', { name: 'Remove Mia' }).waitFor()
    expect(await page.getByRole('button', { name: 'Remove Anna' }).count()).toBe(0)

    await page.getByRole('link', { name: 'Tokens' }).click()
    await page.getByLabel('Name', { exact: true }).fill('a program')
    await page.getByRole('radio', { name: /^Everything/ }).check()
    await page.keyboard.press('Enter')
    const token = await page.getByRole('textbox', { name: 'The token “a program”' }).inputValue()
    const { body } = await asProgram(token, 'GET', 'users')
    const idOf = (name: string) => body.users.find(({ username }) => username === name)?.id ?? ''

    const child = await visit(`${address()}#/people`)
    await signIn(child, 'Mia', 'a guess')
    await child.getByRole('alert').getByText('The user name or the password is wrong.').waitFor()
    await signIn(child, 'Mia')
    await child.getByRole('heading', { name: 'Hello, Mia!' }).waitFor()
    await child.getByRole('button', { name: 'bedroom' }).click()
    const nursery = () => running.app.hub.players().find(({ name }) => name === 'Nursery')
    await until('it plays', () => nursery()?.playback === 'playing')
    await child.getByRole('button', { name: 'Pause' }).click()
    await until('it pauses', () => nursery()?.playback === 'paused')
    await child.getByRole('button', { name: 'Play' }).waitFor()

    // A new password ends the session that is open, and the panel that looks on is told.
    const { cookie } = await ask(panel(), { path: '/user/login', body: anna('Anna-password') })
    const change = { current_password: 'Anna-password', new_password: 'another one' }
    const changed = await ask(panel(), { method: 'PUT', path: '/user/password', cookie, body: change })
    expect(changed.status).toBe(200)
    const again = page.getByRole('dialog', { name: 'Sign in again' })
    await again.waitFor()
    await again.getByLabel('Password', { exact: true }).fill('another one')
    await page.keyboard.press('Enter')
    await again.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Tokens', exact: true }).waitFor()

    expect((await asProgram(token, 'DELETE', `users/${idOf('Mia')}`)).status).toBe(200)
    await child.getByRole('dialog', { name: 'Sign in again' }).waitFor()

    await page.getByRole('link', { name: 'My account' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  },
)
