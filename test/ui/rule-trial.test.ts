import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { seriousFaults } from './axe.ts'
import { family, openHousehold, signIn } from './household.ts'
import { bedroom, knobs, openRuledHome } from './ruled-home.ts'

const { door, visit } = openHousehold()

testWith(
  ['chromium'],
  'an admin tries a rule with what starts it, also on a phone and in German, and sees what would come of it',
  { timeout: 90_000, tags: 'slow' },
  async () => {
    const house = await openRuledHome({ 'bedroom.yaml': bedroom, 'knobs.yaml': knobs })
    const front = await door({ people: family(), more: house.more })
    for (const [width, locale] of [
      [390, 'de-DE'],
      [1280, 'en-GB'],
    ] as const) {
      const german = locale === 'de-DE'
      const page = await visit(`${front.address}#/rules`, { locale, viewport: { width, height: 900 } })
      await signIn(page, 'Anna')
      const trial = page.locator('yoto-rule-trial').first()
      await trial.getByRole('button', { name: german ? /^Ausprobieren: / : /^Try it: / }).press('Enter')
      await trial.getByRole('button', { name: 'button=right' }).click()
      await trial.getByText('puts stories/sea.mp3 into the stream bedroom').first().waitFor()
      await trial.getByText(german ? 'läuft' : 'runs', { exact: true }).waitFor()
      await trial
        .getByRole('heading', { name: german ? 'Was danach anders ist' : 'What is different then' })
        .waitFor()
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      expect(wide).toBeLessThanOrEqual(width)
      expect(await seriousFaults(page)).toEqual([])
      await trial.screenshot({ path: `node_modules/.cache/rule-trial-${width}.png` })
    }
  },
)

testWith(
  ['chromium'],
  'a clock is tried a minute before it strikes, and members are offered nothing',
  { tags: 'slow', timeout: 90_000 },
  async () => {
    const house = await openRuledHome({ 'knobs.yaml': knobs })
    const front = await door({ people: family(), more: house.more })
    const page = await visit(`${front.address}#/rules`, { locale: 'en-GB' })
    await signIn(page, 'Anna')
    await page.getByRole('button', { name: 'Try it: good-night' }).click()
    const trial = page.locator('yoto-rule-trial').nth(1)
    await trial.getByRole('button', { name: '2026-11-21 19:29 advance=1m' }).click()
    await trial.getByText('writes "Good night" into the log').waitFor()

    const other = await visit(`${front.address}#/rules`, { locale: 'en-GB' })
    await signIn(other, 'Ben')
    await other.getByRole('button', { name: 'What it does: good-night' }).waitFor()
    expect(await other.getByRole('button', { name: /^Try it/ }).count()).toBe(0)
  },
)
