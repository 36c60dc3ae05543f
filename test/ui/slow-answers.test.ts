/** @module-tag slow */
import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { family, keepBack, openHousehold, resident, signIn } from './household.ts'

const { door, visit } = openHousehold()

async function peopleSeenByAnna(people = family()) {
  const front = await door({ people })
  const page = await visit(`${front.address}#/people`)
  await signIn(page, 'Anna')
  const rows = page.getByRole('list', { name: 'People' }).getByRole('listitem')
  await expect.poll(() => rows.count()).toBe(people.length)
  const change = (name: string) => page.getByRole('dialog', { name: `Change ${name}` })
  const question = (name: string) => page.getByRole('dialog', { name: `Remove ${name}?` })
  return { ...front, page, rows, change, question }
}

testWith(['chromium'], 'a list that changes while it is read is read once more', async () => {
  const { page, rows, change, question } = await peopleSeenByAnna()
  const reading = await keepBack(page, { method: 'GET', path: '**/api/users' })
  await page.getByRole('button', { name: 'Change Ben' }).click()
  await change('Ben').getByRole('radio', { name: 'Administrator' }).check()
  await change('Ben').getByRole('button', { name: 'Save' }).click()
  await reading.kept
  await page.getByRole('button', { name: 'Remove Mia' }).click()
  await question('Mia').getByRole('button', { name: 'Remove Mia' }).click()
  await question('Mia').waitFor({ state: 'hidden' })
  reading.letGo()
  await rows.filter({ hasText: 'Ben' }).getByText('Administrator').waitFor()
  await expect.poll(() => rows.count()).toBe(2)
})

testWith(['chromium'], 'a list that has to wait is read by itself when that is over', async () => {
  const { page, rows } = await peopleSeenByAnna()
  let refusals = 0
  await page.route('**/api/users', (route) =>
    ++refusals === 1 ? route.fulfill({ status: 429, headers: { 'retry-after': '1' } }) : route.fallback(),
  )
  await page.reload()
  await page.getByRole('alert').getByText('Too many tries. Please wait').first().waitFor()
  await expect.poll(() => rows.count(), { timeout: 5000 }).toBe(3)
  expect(await page.getByText('You can try again now.').count()).toBe(0)
})

testWith(
  ['chromium'],
  'what is done at last closes no other question than its own, and its failure is not told there',
  async () => {
    // At this door Anna is the last admin, whom nobody can remove.
    const ada = resident('Ada', 'admin', { comesBy: 'ingress' })
    const { page, rows, question } = await peopleSeenByAnna([...family(), ada])
    for (const { first, isDone } of [
      { first: 'Anna', isDone: false },
      { first: 'Mia', isDone: true },
    ]) {
      const removal = await keepBack(page, { method: 'DELETE', path: '**/api/users/*' })
      await page.getByRole('button', { name: `Remove ${first}` }).click()
      await question(first)
        .getByRole('button', { name: `Remove ${first}` })
        .click()
      await removal.kept
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Remove Ben' }).click()
      await question('Ben').waitFor()
      const answered = page.waitForResponse('**/api/users/*')
      removal.letGo()
      await answered
      if (isDone) await expect.poll(() => rows.count()).toBe(3)
      expect(await question('Ben').isVisible()).toBe(true)
      expect(await question('Ben').getByRole('alert').innerText()).toBe('')
      await page.keyboard.press('Escape')
    }
    await page.getByRole('button', { name: 'Remove Ben' }).click()
    await question('Ben').getByRole('button', { name: 'Remove Ben' }).click()
    await expect.poll(() => rows.count()).toBe(2)
  },
)

testWith(['chromium'], 'what is saved at last closes no form but its own', async () => {
  const { page, rows, change } = await peopleSeenByAnna()
  const saving = await keepBack(page, { method: 'PUT', path: '**/api/users/*' })
  await page.getByRole('button', { name: 'Change Ben' }).click()
  await change('Ben').getByRole('radio', { name: 'Administrator' }).check()
  await change('Ben').getByRole('button', { name: 'Save' }).click()
  await saving.kept
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change Mia' }).click()
  await change('Mia').getByRole('checkbox', { name: 'Den' }).uncheck()
  saving.letGo()
  await rows.filter({ hasText: 'Ben' }).getByText('Administrator').waitFor()
  await change('Mia').getByRole('button', { name: 'Save' }).click()
  await change('Mia').waitFor({ state: 'hidden' })
  await rows.filter({ hasText: 'Mia' }).getByText('Players: Nursery', { exact: true }).waitFor()
})
