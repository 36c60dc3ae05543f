import { expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { family, openHousehold, resident, signIn } from './household.ts'

const { door, visit } = openHousehold()

testWith(['chromium'], 'plays, pauses and skips on a page with nothing else', async () => {
  const { address, home, asked } = await door({ people: family() })
  const page = await visit(`${address}#/people`)
  await signIn(page, 'Mia')
  await page.getByRole('heading', { name: 'Hello, Mia!' }).waitFor()
  const now = page.getByRole('region', { name: 'Nursery' })
  await now.getByText('is taking a break').waitFor()
  await now.getByRole('button', { name: 'Play' }).press('Enter')
  await now.getByText('is playing').waitFor()
  await now.getByRole('button', { name: 'Next track' }).press(' ')
  await now.getByRole('button', { name: 'Previous track' }).click()
  await now.getByRole('button', { name: 'Pause' }).click()
  await now.getByText('is taking a break').waitFor()
  const bath = page.getByRole('button', { name: 'Songs for the bath' })
  await bath.click()
  await now.getByText('Songs for the bath').waitFor()
  expect(await bath.getAttribute('aria-current')).toBe('true')
  await page.getByRole('radio', { name: 'Den' }).press(' ')
  await page.getByRole('region', { name: 'Den' }).getByText('Nothing plays.').waitFor()
  await page.getByRole('button', { name: 'The sleepy bear' }).click()
  await page.getByRole('region', { name: 'Den' }).getByText('is playing').waitFor()
  expect(home.told).toEqual([
    { player: 'y1', command: { type: 'play' } },
    { player: 'y1', command: { type: 'next' } },
    { player: 'y1', command: { type: 'previous' } },
    { player: 'y1', command: { type: 'pause' } },
    { player: 'y1', command: { type: 'card', card_id: 'c2' } },
    { player: 'y2', command: { type: 'card', card_id: 'c1' } },
  ])
  expect(await page.getByRole('link').count()).toBe(0)
  expect(asked.filter((call) => /users|tokens|live|library|cards|players/.test(call))).toEqual([])
})

testWith(['chromium'], 'sees what changes elsewhere, and who is switched off, by itself', async () => {
  const { address, home, ask, cookieOf, idOf } = await door({
    people: [...family(), resident('Leo', 'child', { players: ['y1'], cards: ['c1'] })],
  })
  const page = await visit(address)
  await page.clock.install()
  await page.reload()
  await signIn(page, 'Leo')
  await page.getByText('is taking a break').waitFor()
  expect(await page.getByRole('radio').count()).toBe(0)
  home.says('y1', { card_id: 'c2', card_title: 'Songs for the bath', playback: 'playing' })
  await page.clock.runFor(3000)
  await page.getByRole('region', { name: 'Nursery' }).getByText('Songs for the bath').waitFor()
  home.says('y1', { online: false })
  await page.clock.runFor(3000)
  await page.getByText('Nursery is switched off').waitFor()
  expect(await page.getByRole('button', { disabled: false }).count()).toBe(0)
  const nothing = { players: [], cards: [] }
  const cookie = await cookieOf('Anna')
  await ask({ method: 'PUT', path: `/users/${idOf('Leo')}`, cookie, body: nothing })
  await page.clock.runFor(3000)
  await page.getByText('There is no player for you yet. Ask a grown-up.').waitFor()
})

testWith(
  ['chromium'],
  'is signed out by the address that leads out, and by nothing on the page',
  async () => {
    const { address } = await door({ people: family() })
    const page = await visit(address)
    await signIn(page, 'Mia')
    await page.getByRole('heading', { name: 'Hello, Mia!' }).waitFor()
    await page.goto(`${address}#/sign-out`)
    await page.getByRole('heading', { name: 'Sign out Mia?' }).waitFor()
    await page.getByRole('button', { name: 'Stay' }).click()
    await page.getByRole('heading', { name: 'Hello, Mia!' }).waitFor()
    await page.goto(`${address}#/sign-out`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/')
  },
)

testWith(
  ['chromium'],
  'is told in a friendly way that a card has ended or is not for children, and can go on',
  async () => {
    const { address, home } = await door({ people: family() })
    const page = await visit(address)
    await signIn(page, 'Mia')
    const now = page.getByRole('region', { name: 'Nursery' })
    await now.getByText('is taking a break').waitFor()
    home.says('y1', { playback: 'stopped', card_id: null, card_title: null })
    await now.getByRole('button', { name: 'Next track' }).click()
    await page.getByText('That was the last one.').waitFor()
    await now.getByText('Nothing plays.').waitFor()
    expect(await now.getByRole('button', { disabled: true }).count()).toBe(0)
    await now.getByRole('button', { name: 'Play' }).click()
    await now.getByText('is playing').waitFor()
    expect(await page.getByText('That was the last one.').count()).toBe(0)
    expect(home.told).toEqual([{ player: 'y1', command: { type: 'card', card_id: 'c1' } }])

    home.says('y1', { card_id: 'c0', card_title: 'News' })
    await now.getByRole('button', { name: 'Next track' }).click()
    await page.getByText('This card is for grown-ups.').waitFor()
    expect(await now.getByRole('button', { disabled: true }).count()).toBe(0)
  },
)
