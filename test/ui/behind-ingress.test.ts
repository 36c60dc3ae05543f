import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { identityOf } from './door.ts'
import { openHousehold, resident } from './household.ts'
import { ingressPrefix } from './ingress.ts'

const { door, ingress, visit } = openHousehold()

const household = () => [
  resident('Anna', 'admin', { comesBy: 'ingress' }),
  resident('Otto', 'member', { comesBy: 'ingress' }),
  resident('Ben', 'member'),
]

testWith(
  ['chromium'],
  'nobody signs in or out, administrators decide, and a deep reload stays where it was',
  async () => {
    const way = await ingress(await door({ auth: 'ingress', people: household() }), { as: 'Anna' })
    const page = await visit(`${way.address}#/people`)
    await page.getByText('signs in through Home Assistant').first().waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Change Otto' }).click()
    expect(await page.getByRole('dialog').getByRole('textbox').count()).toBe(0)
    await page.keyboard.press('Escape')
    expect(await page.getByRole('link').allInnerTexts()).toEqual([
      'No Yoto account is set up',
      'Players',
      'Library',
      'Rules',
      'History',
      'People',
      'Tokens',
      'Yoto account',
    ])
    expect(way.asked.filter((path) => !path.startsWith(ingressPrefix))).toEqual([])
  },
)

testWith(['chromium'], 'whoever is removed and comes from Home Assistant is said to come back', async () => {
  const way = await ingress(await door({ auth: 'ingress', people: household() }), { as: 'Anna' })
  const page = await visit(`${way.address}#/people`)
  await page.getByRole('button', { name: 'Remove Otto' }).click()
  const otto = page.getByRole('dialog', { name: 'Remove Otto?' })
  await otto.getByText('the next visit makes a new member').waitFor()
  expect(await otto.getByText('cannot come in any more').count()).toBe(0)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Remove Ben' }).click()
  await page.getByText('Ben cannot come in any more').waitFor()
})

testWith(
  ['chromium'],
  'where the panel has to ask what is new, it sees that its reader has become a child',
  { tags: 'slow' },
  async () => {
    const front = await door({ auth: 'ingress', people: household() })
    const page = await visit((await ingress(front, { as: 'Otto', holdsEvents: true })).address)
    await page.locator('yoto-queue').first().waitFor()
    const changed = await front.ask({
      method: 'PUT',
      path: `/users/${front.idOf('Otto')}`,
      headers: { 'x-remote-user-id': identityOf('Anna').id },
      body: { role: 'child' },
    })
    expect(changed.status).toBe(200)
    await page.getByRole('heading', { name: 'Hello, Otto!' }).waitFor()
  },
)
