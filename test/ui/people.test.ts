import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { family, openHousehold, resident, signIn } from './household.ts'

const { door, visit } = openHousehold()

testWith(['chromium'], 'adds people, changes them and removes them', async () => {
  const { address, access, cookieOf } = await door({ people: family() })
  const page = await visit(address)
  await signIn(page, 'Anna')
  await page.getByRole('link', { name: 'People' }).click()
  const rows = page.getByRole('list', { name: 'People' }).getByRole('listitem')
  await expect.poll(() => rows.count()).toBe(3)
  await rows.filter({ hasText: 'Anna' }).getByText('you', { exact: true }).waitFor()

  await page.getByRole('button', { name: 'Add a person' }).click()
  const add = page.getByRole('dialog', { name: 'Add a person' })
  await add.getByLabel('User name', { exact: true }).fill('ben')
  await add.getByLabel('Password', { exact: true }).fill('Leo-password')
  await add.getByRole('radio', { name: 'Child' }).check()
  await add.getByRole('checkbox', { name: 'Nursery' }).check()
  await add.getByRole('checkbox', { name: 'bedroom', exact: true }).check()
  await page.keyboard.press('Enter')
  await add.getByText('That did not work: there is a user "Ben" already').waitFor()
  expect(await add.getByLabel('User name', { exact: true }).getAttribute('aria-invalid')).toBe('true')
  await add.getByLabel('User name', { exact: true }).fill('Leo')
  await page.keyboard.press('Enter')
  await rows.filter({ hasText: 'Leo' }).getByText('Players: Nursery').waitFor()
  await rows.filter({ hasText: 'Leo' }).getByText('Cards: bedroom').waitFor()
  expect(access.users()[3]).toMatchObject({ role: 'child', players: ['y1'], cards: ['c0'] })
  await cookieOf('Leo', 'Leo-password')

  await page.getByRole('button', { name: 'Change Leo' }).click()
  const edit = page.getByRole('dialog', { name: 'Change Leo' })
  expect(await edit.getByLabel('User name', { exact: true }).inputValue()).toBe('Leo')
  expect(await edit.getByRole('checkbox', { name: 'Nursery' }).isChecked()).toBe(true)
  await edit.getByLabel('New password').fill('another one')
  await edit.getByRole('radio', { name: 'Member' }).check()
  await edit.getByRole('button', { name: 'Save' }).click()
  await rows.filter({ hasText: 'Leo' }).getByText('Member').waitFor()
  expect(access.users()[3]).toMatchObject({ username: 'Leo', role: 'member' })
  await cookieOf('Leo', 'another one')

  await page.getByRole('button', { name: 'Change Leo' }).click()
  await edit.getByRole('button', { name: 'Save' }).click()
  await edit.waitFor({ state: 'hidden' })

  await page.getByRole('button', { name: 'Remove Leo' }).click()
  const question = page.getByRole('dialog', { name: 'Remove Leo?' })
  // What cannot be undone is not what Enter does by itself.
  await page.keyboard.press('Enter')
  await question.waitFor({ state: 'hidden' })
  expect(access.users()).toHaveLength(4)
  await page.getByRole('button', { name: 'Remove Leo' }).click()
  await question.getByRole('button', { name: 'Remove Leo' }).click()
  await expect.poll(() => rows.count()).toBe(3)
  expect(access.users().map(({ username }) => username)).toEqual(['Anna', 'Ben', 'Mia'])
})

testWith(['chromium'], 'cannot remove or demote the last one, and is told why', async () => {
  // Who comes through Home Assistant alone does not come in here.
  const { address } = await door({
    people: [...family(), resident('Ada', 'admin', { comesBy: 'ingress' })],
  })
  const page = await visit(`${address}#/people`)
  await signIn(page, 'Anna')
  await page.getByRole('button', { name: 'Remove Anna' }).click()
  const question = page.getByRole('dialog', { name: 'Remove Anna?' })
  await question.getByRole('button', { name: 'Remove Anna' }).click()
  await question
    .getByRole('alert')
    .getByText('the last admin who can come in and cannot be deleted')
    .waitFor()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Change Anna' }).click()
  const edit = page.getByRole('dialog', { name: 'Change Anna' })
  await edit.getByRole('radio', { name: 'Member' }).check()
  await edit.getByRole('button', { name: 'Save' }).click()
  await edit
    .getByRole('alert')
    .getByText('the last admin who can come in and cannot be made anything else')
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change Anna' }).click()
  expect(await edit.getByRole('radio', { name: 'Administrator' }).isChecked()).toBe(true)
  expect(await edit.getByText('the last admin').count()).toBe(0)
})

testWith(
  ['chromium'],
  'changes one’s own name here, and one’s own password where the current one is asked for',
  async () => {
    const { address, access } = await door({ people: family() })
    const page = await visit(`${address}#/people`)
    await signIn(page, 'Anna')
    await page.getByRole('button', { name: 'Change Anna' }).click()
    const edit = page.getByRole('dialog', { name: 'Change Anna' })
    await edit.getByLabel('User name', { exact: true }).fill('Anne')
    expect(await edit.getByRole('textbox').count()).toBe(1)
    await edit.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'My account: Anne' }).waitFor()
    expect(access.users()[0]?.username).toBe('Anne')
    await page.getByRole('button', { name: 'Change Anne' }).click()
    await page.getByRole('link', { name: 'Change my password' }).click()
    await page.getByLabel('Current password').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  },
)

testWith(['chromium'], 'who gives their own rights away loses the page at once', async () => {
  const { address } = await door({ people: [...family(), resident('Cleo', 'admin')] })
  const page = await visit(`${address}#/people`)
  await signIn(page, 'Anna')
  await page.getByRole('button', { name: 'Change Anna' }).click()
  const edit = page.getByRole('dialog', { name: 'Change Anna' })
  await edit.getByRole('radio', { name: 'Member' }).check()
  await edit.getByRole('button', { name: 'Save' }).click()
  await page.locator('yoto-queue').first().waitFor()
  expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
})

testWith(['chromium'], 'makes a token, sees it once, copies it and revokes it', async () => {
  const { address, access } = await door({ people: family() })
  const page = await visit(`${address}#/tokens`, { permissions: ['clipboard-read', 'clipboard-write'] })
  await signIn(page, 'Anna')
  await page.getByText('There are no tokens.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('hallway display')
  await page.keyboard.press('Enter')
  // How far it reaches is not decided for anybody.
  expect(await page.getByText('There are no tokens.').count()).toBe(1)
  await page.getByRole('radio', { name: 'The house' }).check()
  await page.getByRole('button', { name: 'Make a token' }).click()
  const secret = page.getByRole('textbox', { name: 'The token “hallway display”' })
  await secret.waitFor()
  const shown = await secret.inputValue()
  expect(shown).toMatch(/^yss_/)
  await page.getByRole('button', { name: 'Copy: The token' }).click()
  await page.getByText('Copied.').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(shown)
  const example = await page.getByRole('textbox', { name: 'An example' }).inputValue()
  const [, authorization = '', url = ''] = /^curl -H 'Authorization: (.*)' '(.*)'$/.exec(example) ?? []
  expect((await fetch(url, { headers: { authorization } })).status).toBe(200)
  await page.getByRole('button', { name: 'Done' }).click()
  const row = page.getByRole('list', { name: 'Tokens' }).getByRole('listitem')
  await row.getByText('Made by Anna, 21 Nov 2026 · never used').waitFor()
  expect(access.byToken(shown)?.scope).toBe('house')
  await page.reload()
  await row.waitFor()
  expect(await page.getByText(shown).count()).toBe(0)
  await row.getByRole('button', { name: 'Revoke “hallway display”' }).click()
  await page
    .getByRole('dialog', { name: 'Revoke “hallway display”?' })
    .getByRole('button', { name: 'Revoke “hallway display”' })
    .click()
  await page.getByText('There are no tokens.').waitFor()
  expect(access.byToken(shown)).toBe(null)
})
