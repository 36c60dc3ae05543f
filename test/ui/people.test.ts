import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { person } from './door-calls.ts'
import { family, openHousehold, signIn } from './household.ts'

const { keeper, playerId, visit } = openHousehold()

testWith(
  ['chromium'],
  'adds people, changes them and removes them',
  async () => {
    const { address, kept } = await keeper({ people: family() })
    const page = await visit(address)
    await signIn(page, 'Anna')
    await page.getByRole('link', { name: 'People' }).click()
    const rows = page.getByRole('list', { name: 'People' }).getByRole('listitem')
    await expect.poll(() => rows.count()).toBe(3)
    await rows.filter({ hasText: 'Anna' }).getByText('you', { exact: true }).waitFor()

    await page.getByRole('button', { name: 'Add a person' }).click()
    const add = page.getByRole('dialog', { name: 'Add a person' })
    await add.getByLabel('Name', { exact: true }).fill('Ben')
    await add.getByLabel('Password', { exact: true }).fill('Leo-password')
    await add.getByRole('radio', { name: 'Child' }).check()
    await add.getByRole('checkbox', { name: 'Nursery' }).check()
    await add.getByRole('checkbox', { name: 'bedroom', exact: true }).check()
    await page.keyboard.press('Enter')
    await add.getByText('That did not work: there is a "Ben" already').waitFor()
    await add.getByLabel('Name', { exact: true }).fill('Leo')
    await page.keyboard.press('Enter')
    await rows.filter({ hasText: 'Leo' }).getByText('Players: Nursery').waitFor()
    await rows.filter({ hasText: 'Leo' }).getByText('Cards: bedroom').waitFor()
    const nursery = playerId('Nursery')
    expect(kept.people[3]).toMatchObject({ role: 'child', players: [nursery], password: 'Leo-password' })

    await page.getByRole('button', { name: 'Change Leo' }).click()
    const edit = page.getByRole('dialog', { name: 'Change Leo' })
    expect(await edit.getByLabel('Name', { exact: true }).inputValue()).toBe('Leo')
    expect(await edit.getByRole('checkbox', { name: 'Nursery' }).isChecked()).toBe(true)
    await edit.getByLabel('New password').fill('another one')
    await edit.getByRole('radio', { name: 'Member' }).check()
    await edit.getByRole('button', { name: 'Save' }).click()
    await rows.filter({ hasText: 'Leo' }).getByText('Member').waitFor()
    expect(kept.people[3]).toMatchObject({ username: 'Leo', role: 'member', password: 'another one' })

    await page.getByRole('button', { name: 'Change Leo' }).click()
    await edit.getByRole('button', { name: 'Save' }).click()
    await edit.waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Remove Leo' }).click()
    const question = page.getByRole('dialog', { name: 'Remove Leo?' })
    // What cannot be undone is not what Enter does by itself.
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'hidden' })
    expect(kept.people).toHaveLength(4)
    await page.getByRole('button', { name: 'Remove Leo' }).click()
    await question.getByRole('button', { name: 'Remove Leo' }).click()
    await expect.poll(() => rows.count()).toBe(3)
    expect(kept.people.map(({ username }) => username)).toEqual(['Anna', 'Ben', 'Mia'])
  },
  40_000,
)

testWith(
  ['chromium'],
  'cannot remove or demote the last one, and is told why',
  async () => {
    const { address } = await keeper({ people: family() })
    const page = await visit(`${address}#/people`)
    await signIn(page, 'Anna')
    await page.getByRole('button', { name: 'Remove Anna' }).click()
    const question = page.getByRole('dialog', { name: 'Remove Anna?' })
    await question.getByRole('button', { name: 'Remove Anna' }).click()
    await question.getByRole('alert').getByText('the last administrator cannot be removed').waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Change Anna' }).click()
    const edit = page.getByRole('dialog', { name: 'Change Anna' })
    await edit.getByRole('radio', { name: 'Member' }).check()
    await edit.getByRole('button', { name: 'Save' }).click()
    await edit.getByRole('alert').getByText('somebody must stay who may change things').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Change Anna' }).click()
    expect(await edit.getByRole('radio', { name: 'Administrator' }).isChecked()).toBe(true)
    expect(await edit.getByText('somebody must stay').count()).toBe(0)
  },
  40_000,
)

testWith(
  ['chromium'],
  'who gives their own rights away loses the page at once',
  async () => {
    const { address } = await keeper({ people: [...family(), person('Cleo', 'admin')] })
    const page = await visit(`${address}#/people`)
    await signIn(page, 'Anna')
    await page.getByRole('button', { name: 'Change Anna' }).click()
    const edit = page.getByRole('dialog', { name: 'Change Anna' })
    await edit.getByRole('radio', { name: 'Member' }).check()
    await edit.getByRole('button', { name: 'Save' }).click()
    await page.locator('yoto-queue').first().waitFor()
    expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
  },
  40_000,
)

testWith(
  ['chromium'],
  'makes a token, sees it once, copies it and revokes it',
  async () => {
    const { address, kept } = await keeper({ people: family() })
    const page = await visit(`${address}#/tokens`, { permissions: ['clipboard-read', 'clipboard-write'] })
    await signIn(page, 'Anna')
    await page.getByText('There are no tokens.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('hallway display')
    await page.keyboard.press('Enter')
    // How far it reaches is not decided for anybody.
    expect(kept.tokens).toEqual([])
    await page.getByRole('radio', { name: 'House' }).check()
    await page.getByRole('button', { name: 'Make a token' }).click()
    const secret = page.getByRole('textbox', { name: 'The token “hallway display”' })
    await secret.waitFor()
    const shown = await secret.inputValue()
    expect(shown).toMatch(/^yss_t1_/)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied.').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(shown)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = page.getByRole('list', { name: 'Tokens' }).getByRole('listitem')
    await row.getByText('Made by Anna, 20 Nov 2026 · never used').waitFor()
    expect(kept.tokens.map(({ scopes }) => scopes)).toEqual([['house']])
    await page.reload()
    await row.waitFor()
    expect(await page.getByText(shown).count()).toBe(0)
    await row.getByRole('button', { name: 'Revoke “hallway display”' }).click()
    await page
      .getByRole('dialog', { name: 'Revoke “hallway display”?' })
      .getByRole('button', { name: 'Revoke “hallway display”' })
      .click()
    await page.getByText('There are no tokens.').waitFor()
    expect(kept.tokens).toEqual([])
  },
  40_000,
)
