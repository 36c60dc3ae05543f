import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, afterEach, expect } from 'vitest'
import { openBrowser, openPage, type WatchedPage } from './browser.ts'
import {
  type DoorOptions,
  identityOf,
  openTestDoor,
  passwordOf,
  type Resident,
  type TestDoor,
} from './door.ts'
import { type Ingress, openIngress } from './ingress.ts'

interface Household {
  door(options: DoorOptions): Promise<TestDoor>
  /** A way to the door through Home Assistant, for who is signed in there. */
  ingress(door: TestDoor, options: { as: string; holdsEvents?: boolean }): Promise<Ingress>
  visit(address: string, options?: Partial<Parameters<typeof openPage>[1]>): Promise<Page>
}

/** For all tests of a file: doors that ask who comes, and a browser that must report no fault. */
export function openHousehold(): Household {
  let browser: Browser | undefined
  const opened: (TestDoor | Ingress)[] = []
  const visited: WatchedPage[] = []
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
    for (const one of opened.splice(0)) await one.stop()
    // A browser itself reports every answer that is no success.
    const faults = visited.splice(0).flatMap((page) => [...page.faults, ...page.foreign])
    expect(faults.filter((fault) => !fault.startsWith('Failed to load resource'))).toEqual([])
  })
  afterAll(() => browser?.close())
  return {
    async door(options) {
      const door = await openTestDoor(options)
      opened.push(door)
      return door
    },
    async ingress(door, { as, ...options }) {
      const way = await openIngress(door.address.replace(/\/$/, ''), { ...options, visitor: identityOf(as) })
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

export function resident(
  username: string,
  role: Resident['role'],
  more: Partial<Omit<Resident, 'username' | 'role'>> = {},
): Resident {
  return { username, role, comesBy: 'password', ...more }
}

export const family = (): Resident[] => [
  resident('Anna', 'admin'),
  resident('Ben', 'member'),
  resident('Mia', 'child', { players: ['y1', 'y2'], cards: ['c1', 'c2'] }),
]

/** Signs in on a page in English or German. */
export async function signIn(page: Page, name: string, password = passwordOf(name)): Promise<void> {
  await page.getByLabel(/^(User name|Benutzername)$/).fill(name)
  await page.getByLabel(/^(Password|Passwort)$/).fill(password)
  await page.keyboard.press('Enter')
}

/** Signs out in the browser beside the page that is looked at. */
export async function signOutBeside(page: Page, { address }: TestDoor): Promise<void> {
  await page.request.post(`${address}api/user/logout`)
}

/** The next call of that kind is done, and its answer kept back until it is let go. */
export async function keepBack(
  page: Page,
  { method, path }: { method: string; path: string },
): Promise<{ kept: Promise<void>; letGo(): void }> {
  let letGo: () => void = () => undefined
  let isKept: () => void = () => undefined
  const kept = new Promise<void>((resolve) => {
    isKept = resolve
  })
  const free = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let isNext = true
  await page.route(path, async (route: Route) => {
    if (!isNext || route.request().method() !== method) return route.fallback()
    isNext = false
    const response = await route.fetch()
    isKept()
    await free
    await route.fulfill({ response })
  })
  return { kept, letGo: () => letGo() }
}
