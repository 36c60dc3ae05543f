import { expect } from 'vitest'
import type { InputDeclaration } from '../../src/core/value-form.ts'
import { houseWith } from '../support/house.ts'
import { testWith } from '../support/programs.ts'
import { seriousFaults } from './axe.ts'
import { family, keepBack, openHousehold, signIn } from './household.ts'
import { knobs, openRuledHome } from './ruled-home.ts'

const { door, visit } = openHousehold()

const declared: readonly InputDeclaration[] = [
  { id: 'party', name: 'Party music', form: { type: 'flag' }, start: false, unit: null },
  {
    ...{ id: 'wish', name: 'What to hear', start: 'songs', unit: null },
    form: { type: 'choice', options: ['songs', 'stories'] },
  },
  {
    ...{ id: 'minutes', name: 'Time to read', start: 10, unit: 'min' },
    form: { type: 'number', min: 5, max: 60, step: 5 },
  },
  { id: 'bell', name: 'Bell', form: { type: 'press' }, start: false, unit: null },
]

/** A house whose rules have one input of each kind. */
async function openHouse() {
  const own = houseWith()
  own.hub.declareValues({ vars: new Map(), inputs: new Map(declared.map((one) => [one.id, one])) })
  const { more } = await openRuledHome({ 'knobs.yaml': knobs })
  const { inputs, input, perform, subscribe } = own
  const pressed: string[] = []
  own.hub.subscribe('a test', (change) => {
    if (change.kind === 'input' && change.input.type === 'button') pressed.push(change.input.id)
  })
  return { hub: own.hub, pressed, more: { ...more, inputs, input, perform, subscribe } }
}

const within = { timeout: 15_000 }

testWith(
  ['chromium'],
  'inputs of rules are shown to whoever lives here, set by hand and by others, on a phone too',
  { timeout: 90_000 },
  async () => {
    const house = await openHouse()
    const front = await door({ people: family(), more: house.more })
    for (const [width, who, german] of [
      [390, 'Ben', true],
      [1280, 'Anna', false],
    ] as const) {
      const locale = german ? 'de-DE' : 'en-GB'
      const page = await visit(`${front.address}#/rules`, { locale, viewport: { width, height: 900 } })
      await signIn(page, who)
      const list = page.locator('yoto-input-list')
      await list.getByRole('heading', { name: german ? 'Eingaben' : 'Inputs', exact: true }).waitFor(within)

      const party = list.getByRole('switch', { name: 'Party music' })
      await party.focus()
      await page.keyboard.press('Space')
      await expect.poll(() => house.hub.inputValues().get('party'), within).toBe(true)
      await house.hub.setInput('party', false, 'a test')
      await expect.poll(() => party.isChecked(), within).toBe(false)

      await list.getByRole('combobox', { name: 'What to hear' }).selectOption('stories')
      await expect.poll(() => house.hub.inputValues().get('wish'), within).toBe('stories')
      await house.hub.setInput('wish', 'songs', 'a test')
      await expect.poll(() => list.getByRole('combobox').inputValue(), within).toBe('songs')

      const minutes = list.getByRole('spinbutton', { name: 'Time to read, in min' })
      await minutes.fill('25')
      await page.keyboard.press('Enter')
      await expect.poll(() => house.hub.inputValues().get('minutes'), within).toBe(25)
      await minutes.fill('7000')
      await page.keyboard.press('Enter')
      await list.getByRole('alert').getByText('7000').waitFor(within)
      expect(await minutes.inputValue()).toBe('25')
      expect(house.hub.inputValues().get('minutes')).toBe(25)
      await house.hub.setInput('minutes', 10, 'a test')
      await expect.poll(() => minutes.inputValue(), within).toBe('10')

      const before = house.pressed.length
      await list.getByRole('button', { name: german ? 'Bell drücken' : 'Press Bell' }).click()
      await list.getByText(german ? 'Bell wurde gedrückt.' : 'Bell was pressed.').waitFor(within)
      expect(house.pressed.length).toBe(before + 1)

      const wide = await page.evaluate('document.documentElement.scrollWidth')
      expect(wide).toBeLessThanOrEqual(width)
      expect(await seriousFaults(page)).toEqual([])
      await list.screenshot({ path: `node_modules/.cache/inputs-${width}.png` })
    }
  },
)

testWith(['chromium'], 'who sets another before the one is answered has both', async () => {
  const house = await openHouse()
  const front = await door({ people: family(), more: house.more })
  const page = await visit(`${front.address}#/rules`)
  await signIn(page, 'Anna')
  const list = page.locator('yoto-input-list')
  const minutes = list.getByRole('spinbutton', { name: 'Time to read, in min' })
  const first = await keepBack(page, { method: 'PUT', path: '**/api/inputs/minutes' })
  await minutes.fill('25')
  await page.keyboard.press('Enter')
  await first.kept
  await minutes.fill('30')
  await page.keyboard.press('Enter')
  await list.getByRole('switch', { name: 'Party music' }).press('Space')
  first.letGo()
  await expect.poll(() => house.hub.inputValues().get('party'), within).toBe(true)
  expect(house.hub.inputValues().get('minutes')).toBe(30)
  await expect.poll(() => minutes.inputValue(), within).toBe('30')
})

testWith(['chromium'], 'a house without inputs has nothing to show of them', async () => {
  const { more } = await openRuledHome({ 'knobs.yaml': knobs })
  const front = await door({ people: family(), more })
  const page = await visit(`${front.address}#/rules`, { locale: 'en-GB' })
  await signIn(page, 'Anna')
  await page.getByRole('button', { name: 'What it does: good-night' }).waitFor(within)
  expect(await page.getByRole('heading', { name: 'Inputs' }).count()).toBe(0)
})
