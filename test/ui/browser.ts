import { execFileSync } from 'node:child_process'
import {
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
} from 'playwright-core'

// What a machine without a display, a sandbox or a network needs; nothing of it changes how a page behaves.
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function openBrowser(): Promise<Browser> {
  const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
  return chromium.launch({ executablePath, args })
}

/** A page, and what it did that no page of ours may do. */
export interface WatchedPage {
  readonly page: Page
  /** Console errors and uncaught ones. */
  readonly faults: readonly string[]
  /** Requests to any origin but that of the page. */
  readonly foreign: readonly string[]
}

export async function openPage(
  browser: Browser,
  { address, ...options }: { address: string } & BrowserContextOptions,
): Promise<WatchedPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const faults: string[] = []
  const foreign: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(faultOf(message))
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.origin !== new URL(address).origin) foreign.push(request.url())
  })
  await page.goto(address)
  return { page, faults, foreign }
}

function faultOf(message: ConsoleMessage): string {
  const { url } = message.location()
  return url === '' ? message.text() : `${message.text()} (${url})`
}
