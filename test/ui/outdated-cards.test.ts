/** @module-tag slow */
import { afterAll, expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp, until } from '../support/running-app.ts'
import { seriousFaults } from './axe.ts'
import { openHousehold } from './household.ts'
import { looks } from './looks.ts'

const { visit } = openHousehold()
let running: RunningApp | undefined

afterAll(() => running?.remove())

testWith(
  ['chromium'],
  'a card on which something else stands than it is called by now is offered to be published again',
  async () => {
    running = await runApp({ pace: 1 })
    const { app } = running
    const call = async (method: string, path: string, body: object) => {
      const answer = await fetch(`${app.panelUrl}/api/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(answer.ok, path).toBe(true)
      return (await answer.json()) as { card_id: string }
    }
    await until('players are there', () => app.hub.players().length > 0)
    await call('POST', 'streams/evening/queue', { files: ['clip:good-morning'] })
    await call('PUT', 'streams/evening', { title: 'Evening' })
    const { card_id } = await call('POST', 'cards', { title: 'Night', tracks: [{ stream: 'evening' }] })
    await call('PUT', 'streams/evening', { title: 'Dusk' })

    const page = await visit(`${app.panelUrl}/`, { bypassCSP: true })
    const notice = page.locator('yoto-notices li.problem', { hasText: 'no longer right' })
    await notice.getByText('track 01 is called "Evening" on the card, and "Dusk" by now').waitFor()
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 800 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      expect(await seriousFaults(page)).toEqual([])
    }
    await notice.getByRole('button', { name: 'Publish again: Night' }).press('Enter')
    await notice.waitFor({ state: 'detached' })
    const card = await fetch(`${app.panelUrl}/api/cards/${card_id}`)
    expect(await card.json()).toMatchObject({ outdated: [], tracks: [{ title: 'Dusk' }] })
  },
)
