import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type RunningApp, runApp } from '../support/running-app.ts'
import { openBrowser, openPage, type WatchedPage } from './browser.ts'
import { person } from './door-calls.ts'
import { type DoorKeeper, openDoorKeeper } from './door-keeper.ts'
import { type Ingress, openIngress } from './ingress.ts'

type Known = NonNullable<Parameters<typeof openDoorKeeper>[1]>

interface Household {
  /** The id of a player of the product. */
  playerId(name: string): string | undefined
  keeper(known: Known): Promise<DoorKeeper>
  ingress(door: DoorKeeper): Promise<Ingress>
  visit(address: string, options?: Partial<Parameters<typeof openPage>[1]>): Promise<Page>
}

/** For all tests of a file: the product, doors to it that ask who comes, and a browser that must report no fault. */
export function openHousehold(): Household {
  let running: RunningApp | undefined
  let browser: Browser | undefined
  const opened: (DoorKeeper | Ingress)[] = []
  const visited: WatchedPage[] = []
  beforeAll(async () => {
    running = await runApp()
  })
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
    for (const door of opened.splice(0)) await door.stop()
    // A browser itself reports every answer that is no success.
    const faults = visited.splice(0).flatMap((page) => [...page.faults, ...page.foreign])
    expect(faults.filter((fault) => !fault.startsWith('Failed to load resource'))).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await running?.remove()
  })
  return {
    playerId: (name) => running?.app.hub.players().find((player) => player.name === name)?.id,
    async keeper(known) {
      const door = await openDoorKeeper(running?.app.panelUrl ?? '', known)
      opened.push(door)
      return door
    },
    async ingress(door) {
      const way = await openIngress(door.address.replace(/\/$/, ''))
      opened.push(way)
      return way
    },
    async visit(address, options = {}) {
      browser ??= await openBrowser()
      const watched = await openPage(browser, { address, ...options })
      visited.push(watched)
      return watched.page
    },
  }
}

export const family = () => [
  person('Anna', 'admin'),
  person('Ben', 'member'),
  person('Mia', 'child', { players: ['y1'], cards: ['c1'] }),
]

export async function signIn(page: Page, name: string, password = `${name}-password`): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
}

export const nurseryPlayer = {
  id: 'y1',
  name: 'Nursery',
  online: true,
  playback: 'paused' as const,
  card_id: 'c1',
  card_title: 'The sleepy bear',
  cover_url: null,
}

/** What a child sees who has two players and two cards. */
export const kidView = {
  players: [nurseryPlayer, { ...nurseryPlayer, id: 'y2', name: 'Den', card_id: null, card_title: null }],
  cards: [
    { card_id: 'c1', title: 'The sleepy bear', cover_url: null },
    { card_id: 'c2', title: 'Songs for the bath', cover_url: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' },
  ],
}
