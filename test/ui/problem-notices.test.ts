import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { testWith } from '../support/programs.ts'
import type { TestDoor } from './door.ts'
import { family, openHousehold, signIn } from './household.ts'
import { type OpenYotoAccount, openYotoAccount } from './yoto-account.ts'

const { door, visit } = openHousehold()

// Only a machine with much else to do needs as long.
const within = { timeout: 15_000 }

testWith(
  ['chromium'],
  'what is wrong with account, connection and players is said in German, with the way to where it is mended',
  async () => {
    const account = await openYotoAccount()
    await expect.poll(() => account.desk.view().device, within).not.toBeNull()
    const front = await door({ people: family(), account })
    const page = await visit(front.address, { locale: 'de-DE' })
    await signIn(page, 'Anna')
    const { url, code } = account.desk.view().device ?? {}
    const said = (text: string) => expect.poll(() => noticesOf(page), within).toEqual([text])
    await said(`Bei Yoto ist niemand angemeldet. Öffne ${url} und gib den Code ${code} ein. Zum Yoto-Konto`)
    await page.getByRole('link', { name: 'Nicht bei Yoto angemeldet' }).waitFor()

    account.cloud.signIn.traps.deviceCode = 'approved'
    await expect.poll(() => account.account.state(), within).toBe('signed_in')
    account.linkIs({ connected: false, reason: 'ECONNREFUSED', unlisted: null })
    tell(front)
    await said(
      'Es gibt keine Verbindung zu Yoto (ECONNREFUSED). Sie wird von selbst wieder versucht; hält das an, sieh nach, ob dieses Haus mit dem Internet verbunden ist.',
    )
    await page.getByRole('link', { name: 'Nicht mit Yoto verbunden: ECONNREFUSED' }).waitFor()

    account.linkIs({ connected: true, reason: null, unlisted: 'Yoto answered 403' })
    tell(front)
    await said(
      'Die Player des Yoto-Kontos ließen sich nicht lesen (Yoto answered 403). Das wird von selbst wieder versucht; hält es an, melde dich von Yoto ab und wieder an, und erlaube dort alles, worum gebeten wird. Zum Yoto-Konto',
    )

    account.linkIs({ connected: true, reason: null, unlisted: null })
    account.problems.set('card/c0/silent', 'card "bedroom": its presses are not counted')
    tell(front)
    await said('card "bedroom": its presses are not counted')
    account.problems.set('card/c0/silent', null)

    await revoke(account)
    tell(front)
    await said(
      'Yoto hat die Anmeldung dieses Haushalts beendet (invalid_grant). Melde dich neu an, damit die Player hier bekannt bleiben. Zum Yoto-Konto',
    )
    await page.getByRole('link', { name: 'Zum Yoto-Konto' }).press('Enter')
    await page.getByRole('heading', { name: 'Neu anmelden' }).waitFor()
    expect(await page.locator('.wrong').allInnerTexts()).toEqual([
      'Yoto hat die Anmeldung dieses Haushalts beendet (invalid_grant).',
    ])
  },
)

testWith(['chromium'], 'a member is told what is wrong and who finds more, and is led nowhere', async () => {
  const account = await openYotoAccount()
  const front = await door({ people: family(), account })
  const page = await visit(front.address)
  await signIn(page, 'Ben')
  await expect
    .poll(async () => (await noticesOf(page)).join(), within)
    .toMatch(/^Nobody is signed in to Yoto\. .+ Administrators find more under “Yoto account”\.$/)
  await page.getByText('Not signed in to Yoto', { exact: true }).waitFor()
  expect(await page.getByRole('link', { name: /Yoto/ }).count()).toBe(0)
})

testWith(
  ['chromium'],
  'a sign-in that Yoto refuses, and one that it does not renew, say on the page of the account why and what to do',
  { tags: 'slow' },
  async () => {
    const denied = await openYotoAccount({ deviceCode: 'denied' })
    await expect.poll(() => denied.desk.view().state, within).toBe('signed_out')
    const front = await door({ people: family(), account: denied })
    const page = await visit(`${front.address}#/yoto`)
    await signIn(page, 'Anna')
    await page.getByText(/^Yoto refused the sign-in \(.+\)\. Try again and allow it there; if/).waitFor()
    await page.getByRole('button', { name: 'Sign in to Yoto' }).waitFor()

    const kept = await refusedRenewals()
    const next = await visit(`${(await door({ people: family(), account: kept })).address}#/yoto`)
    await signIn(next, 'Anna')
    await next.getByRole('heading', { name: 'Signed in to Yoto' }).waitFor()
    await next
      .getByText(
        'Yoto refuses to renew the sign-in of this household (invalid_client). Check the option yoto.client_id and the app’s settings at Yoto, or sign out of Yoto and in again.',
      )
      .waitFor()
    await next.getByRole('button', { name: 'Sign out of Yoto' }).waitFor()
  },
)

/** What is worth knowing, each as it reads. */
function noticesOf(page: Page): Promise<string[]> {
  return page.locator('yoto-notices li').allInnerTexts()
}

/** Health goes out with the next change of anything. */
function tell({ home }: TestDoor): void {
  home.turns('y1', 3)
}

/** Yoto ends the sign-in, and gives no code for another one. */
async function revoke({ account, cloud }: OpenYotoAccount): Promise<void> {
  cloud.signIn.revokeAll()
  cloud.signIn.traps.deviceCode = 'unauthorized_client'
  await account.accessToken(await account.accessToken()).catch(() => undefined)
  await expect.poll(() => account.state(), within).toBe('sign_in_again')
}

async function refusedRenewals(): Promise<OpenYotoAccount> {
  const refusing = createServer((_, response) => response.writeHead(401).end('{"error":"invalid_client"}'))
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    refusing.close()
  })
  const authUrl = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
  const tokens = memoryCollection<StoredTokens>()
  const held = { accessToken: 'held', refreshToken: 'next', issuedAtMs: 0, expiresAtMs: 1 }
  await tokens.set('account', { ...held, clientId: 'simulator' })
  const account = await openYotoAccount({}, { authUrl, tokens, pace: 20 })
  await expect.poll(() => account.desk.view().reason, within).toBe('invalid_client')
  return account
}
