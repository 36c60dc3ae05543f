import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp, until, zoneWhereItIs } from '../support/running-app.ts'
import { seriousFaults } from './axe.ts'
import { openBrowser, openPage } from './browser.ts'
import { focused } from './focused.ts'
import { framePath, type Ingress, ingressPrefix, openIngress } from './ingress.ts'
import { looks } from './looks.ts'

let running: RunningApp
let browser: Browser | undefined
const ways: Ingress[] = []

beforeAll(async () => {
  // By night the limit of the volume is lower. Tracks take their real time: a slow page still sees each of them.
  running = await runApp({ env: { TZ: zoneWhereItIs(22) }, pace: 1 })
})

beforeEach(async () => {
  await fill('stories/crossroads.mp3', 'music/counting-song.mp3', 'stories/sea.mp3')
})

afterEach(async () => {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  for (const way of ways.splice(0)) await way.stop()
  const { simulator } = running.app
  for (const player of simulator?.players ?? []) await player.remove()
})

afterAll(async () => {
  await browser?.close()
  await running?.remove()
})

async function visit(options: Partial<Parameters<typeof openPage>[1]> = {}) {
  browser ??= await openBrowser()
  const watched = await openPage(browser, { address: `${running.app.panelUrl}/`, ...options })
  await watched.page.locator('yoto-queue').first().waitFor()
  return watched
}

async function ingress(options?: Parameters<typeof openIngress>[1]): Promise<Ingress> {
  const way = await openIngress(running.app.panelUrl, options)
  ways.push(way)
  return way
}

const fill = (...files: string[]) =>
  running.app.hub.mutateQueue('bedroom', { op: 'replace', files, playlist: 'daytime' }, 'REST')

const filesNow = () => running.app.hub.queue('bedroom')?.items.map(({ file }) => file)

const nurseryNow = () => running.app.hub.players().find(({ name }) => name === 'Nursery')

const nursery = (page: Page): Locator => page.getByRole('article', { name: 'Nursery' })

const bedroom = (page: Page): Locator => page.getByRole('article', { name: 'bedroom', exact: true })

const rows = (page: Page): Locator => bedroom(page).getByRole('listitem')

async function pressKey(target: Locator, key: string): Promise<void> {
  await target.focus()
  await target.press(key)
}

const places = {
  'at /': async () => `${running.app.panelUrl}/`,
  'behind ingress': async () => (await ingress()).address,
}

describe.each(Object.entries(places))('the panel %s', (_name, place) => {
  testWith(['chromium'], 'shows players, and a press by keyboard changes the queue on the page', async () => {
    const { page, faults, foreign } = await visit({ address: await place() })
    await nursery(page).waitFor()
    expect(await page.getByRole('article', { name: 'Den' }).count()).toBe(1)
    expect(
      await page.getByText('These players are simulated, because no Yoto account is set up').count(),
    ).toBe(1)
    await nursery(page).getByText('No card', { exact: true }).waitFor()

    await pressKey(nursery(page).getByRole('button', { name: 'Card “bedroom” in the slot' }), 'Enter')
    await nursery(page).getByText('Plays the stream').waitFor()
    await nursery(page)
      .getByText(/Crossroads · playing/)
      .waitFor()
    expect(await nursery(page).getByText('Playlist “daytime” · changed by hand').count()).toBe(1)
    const current = bedroom(page).locator('li[aria-current=true]')
    await current.getByText('Crossroads').waitFor()
    await current.getByText('plays now').waitFor()
    await running.app.hub.mutateQueue('bedroom', { op: 'step', by: 1 }, 'REST')
    await current.getByText('Counting song').waitFor()
    expect(await current.count()).toBe(1)
    await nursery(page)
      .getByText(/Counting song · playing/)
      .waitFor()
    await until('the position is told', () => nurseryNow()?.position_s !== null)

    await pressKey(nursery(page).getByRole('button', { name: 'Press the right knob' }), 'Enter')
    await bedroom(page).getByText('Playlist “forest” · by the rule “right-to-the-forest”').waitFor()
    await rows(page).getByText('Forest').waitFor()
    await nursery(page).getByText('Last press: right').waitFor()
    expect(await rows(page).count()).toBe(1)

    await pressKey(nursery(page).getByRole('button', { name: 'Card “bedroom” in the slot' }), 'Enter')
    await nursery(page).getByText('No card', { exact: true }).waitFor()
    expect(faults).toEqual([])
    expect(foreign).toEqual([])
    expect(ways.flatMap(({ asked }) => asked).filter((path) => !path.startsWith(ingressPrefix))).toEqual([])
  })

  testWith(['chromium'], 'reorders, removes and adds', async () => {
    const { page, faults } = await visit({ address: await place() })
    await pressKey(rows(page).nth(2).getByRole('button', { name: 'Move “Sea” up' }), 'Enter')
    // Not even the page has heard of the first move by then.
    await page.keyboard.press('Enter')
    await until('it is moved twice', () => filesNow()?.[0] === 'stories/sea.mp3')
    await rows(page).first().getByText('Sea').waitFor()
    // The first has nowhere up to go, so the hand stays on the row with the other button.
    await expect.poll(() => focused(page)).toBe('button Move “Sea” down')

    const from = await rows(page).first().locator('.grip').boundingBox()
    const to = await rows(page).nth(2).boundingBox()
    if (from === null || to === null) throw new Error('the rows are not to be seen')
    await page.mouse.move(from.x + 5, from.y + 5)
    await page.mouse.down()
    await page.mouse.move(from.x + 5, to.y + to.height / 2, { steps: 5 })
    await page.mouse.up()
    await until('it is at the end', () => filesNow()?.[2] === 'stories/sea.mp3')
    await rows(page).nth(2).getByText('Sea').waitFor()

    await pressKey(rows(page).nth(2).getByRole('button', { name: 'Remove “Sea”' }), 'Enter')
    await until('it is gone', () => filesNow()?.length === 2)
    await expect.poll(() => rows(page).count()).toBe(2)

    await bedroom(page).getByRole('button', { name: 'Add audio' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add to bedroom' })
    await dialog.getByLabel('Search the library').fill('lulla')
    await dialog.getByRole('checkbox', { name: 'Lullaby two' }).check()
    await dialog.getByRole('checkbox', { name: 'Lullaby one' }).check()
    await dialog.getByRole('button', { name: 'Add (2)' }).click()
    await rows(page).getByText('Lullaby one').waitFor()
    expect(filesNow()?.slice(2)).toEqual(['music/lullaby-two.mp3', 'music/lullaby-one.mp3'])
    expect(faults).toEqual([])
  })
})

testWith(
  ['chromium'],
  'a stream is made: a name that none can have is said, and it begins with what is chosen for it; it is deleted by who says so twice',
  async () => {
    const { page, faults } = await visit({ bypassCSP: true })
    await page.getByRole('button', { name: 'New stream' }).press('Enter')
    const form = page.getByRole('dialog', { name: 'New stream' })
    const name = form.getByRole('textbox', { name: 'Name' })
    expect(await focused(page)).toContain('input')
    await page.keyboard.press('Enter')
    await form.getByText('“Name” is still empty.').waitFor()
    await name.fill('für Anna')
    await page.keyboard.press('Enter')
    await form.getByText('A name has letters, digits, dots').waitFor()
    await name.fill('bedroom')
    await page.keyboard.press('Enter')
    await form.getByText('There is a stream bedroom already.').waitFor()
    await name.fill('bédroom')
    await page.keyboard.press('Enter')
    await form.getByText('In addresses “bédroom” is “bedroom”, as “bedroom” is').waitFor()
    await name.fill('queues')
    await page.keyboard.press('Enter')
    await form.getByText('“queues” is a word of this product').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await name.fill('küche'.normalize('NFD'))
    await page.keyboard.press('Enter')
    const picker = page.getByRole('dialog', { name: 'Add to küche' })
    await picker.getByRole('checkbox', { name: 'Lullaby two' }).check()
    await picker.getByRole('button', { name: 'Add (1)' }).click()
    const made = page.getByRole('article', { name: 'küche', exact: true })
    await made.getByRole('listitem').getByText('Lullaby two').waitFor()

    await made.getByRole('button', { name: 'Settings of küche' }).press('Enter')
    const settings = page.getByRole('dialog', { name: 'How küche plays' })
    await settings.getByRole('button', { name: 'Delete this stream' }).press('Enter')
    const question = page.getByRole('dialog', { name: 'Delete küche?' })
    // What Enter does by itself is to leave it.
    await expect.poll(() => focused(page)).toBe('button Cancel')
    await question.getByRole('button', { name: 'Delete' }).press('Enter')
    await made.waitFor({ state: 'detached' })
    expect(running.app.hub.queue('küche')).toBe(undefined)
    expect(faults).toEqual([])
  },
)

testWith(
  ['chromium'],
  'a queue that changes plays nothing to a page where nobody listens; who presses play hears what it has by then',
  async () => {
    const { page, faults } = await visit()
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('stream.mp3')) asked.push(request.url())
    })
    await fill('stories/forest.mp3')
    await rows(page).getByText('Forest').waitFor()
    await page.waitForTimeout(500)
    expect(asked).toEqual([])
    const answer = page.waitForResponse(/stream\.mp3/)
    await pressKey(bedroom(page).locator('audio'), ' ')
    expect((await answer).ok()).toBe(true)
    expect(faults).toEqual([])
  },
)

testWith(
  ['chromium'],
  'knob and slider set the volume, and the slider ends at the limit of the player',
  async () => {
    const { page, faults } = await visit()
    const limit = nurseryNow()?.volume_max_step ?? 0
    const slider = nursery(page).getByRole('slider', { name: 'Volume' })
    await pressKey(nursery(page).getByRole('button', { name: 'Press the left knob' }), 'ArrowDown')
    await until('it is quieter', () => nurseryNow()?.volume_step === limit - 1)
    await expect.poll(() => slider.inputValue()).toBe(String(limit - 1))
    await pressKey(slider, 'Home')
    await until('it is silent', () => nurseryNow()?.volume_step === 0)
    await pressKey(slider, 'End')
    await until('it is as loud as it may be', () => nurseryNow()?.volume_step === limit)
    expect(limit).toBeLessThan(16)
    expect(await slider.getAttribute('max')).toBe(String(limit))
    expect(faults).toEqual([])
  },
)

testWith(['chromium'], 'of a card of tracks the stream is shown while a track plays it', async () => {
  const { body } = await running.call('POST', '/cards', {
    title: 'A bit of all',
    tracks: [{ file: 'music/good-morning.mp3' }, { stream: 'bedroom', title: 'Tonight' }],
  })
  const { card_id } = body as { card_id: string }
  const { page, faults } = await visit()
  await pressKey(nursery(page).getByRole('button', { name: 'Card “A bit of all” in the slot' }), 'Enter')
  await nursery(page).getByText('Good morning · playing').waitFor()
  await nursery(page).getByText('This card brings its own audio').waitFor()
  await pressKey(nursery(page).getByRole('button', { name: 'Press the right knob' }), 'Enter')
  await nursery(page).getByText('Tonight · playing').waitFor()
  await nursery(page).getByText('Plays the stream').waitFor()
  expect(await nursery(page).getByRole('link', { name: 'bedroom' }).getAttribute('href')).toBe(
    '#/streams/bedroom',
  )
  // The shipped rule hears the press that leads to the stream, sooner or later than the page shows its chapter.
  await nursery(page).getByText('Playlist “forest”').waitFor()
  await pressKey(nursery(page).getByRole('button', { name: 'Press the left knob' }), 'Enter')
  await nursery(page).getByText('This card brings its own audio').waitFor()
  expect(faults).toEqual([])
  expect((await running.call('DELETE', `/cards/${card_id}`)).status).toBe(200)
})

testWith(['chromium'], 'a player that is switched off is shown so, and takes no more commands', async () => {
  const { page } = await visit()
  const power = nursery(page).getByRole('button', { name: 'Power' })
  await power.press('Enter')
  await nursery(page).getByText('offline').waitFor()
  expect(await nursery(page).getByRole('button', { name: 'Press the right knob' }).isDisabled()).toBe(true)
  expect(await nursery(page).getByRole('slider').isDisabled()).toBe(true)
  await power.press('Enter')
  await nursery(page).getByText('online').waitFor()
})

testWith(['chromium'], 'a title is text, whatever it holds; closed and empty streams say so', async () => {
  const { page, faults } = await visit()
  await bedroom(page).getByRole('button', { name: 'Rename bedroom' }).press('Enter')
  await page.getByRole('textbox', { name: 'New title' }).fill('<img src=x onerror=alert(1)>')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor()
  const { hub } = running.app
  await hub.mutateQueue('bedroom', { op: 'settings', settings: { title: 'bedroom', closed: true } }, 'REST')
  // The shipped schedule fills it again.
  await bedroom(page)
    .getByText(/^Closed\. At .+ the schedule puts its own content here/)
    .waitFor()
  await hub.mutateQueue('bedroom', { op: 'settings', settings: { closed: false } }, 'REST')
  await hub.mutateQueue('bedroom', { op: 'clear' }, 'REST')
  await bedroom(page).getByText('Nothing in the queue.').waitFor()
  await hub.mutateQueue('attic', { op: 'append', files: ['gone.mp3'] }, 'REST')
  await page.getByText('This file is not in the library any more.').waitFor()
  await hub.deleteQueue('attic')
  await page.getByText('This file is not in the library any more.').waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})

testWith(['chromium'], 'what the product refuses is said in words', async () => {
  const { page } = await visit()
  await page.route('**/queue/reorder', (route) =>
    route.continue({ postData: '{"old_index":0,"new_index":9}' }),
  )
  await rows(page).first().getByRole('button', { name: 'down' }).click()
  await page.getByText('That did not work: there is no place 9 in the queue of "bedroom"').waitFor()
  // Nobody has moved it, and the page does not go on saying so.
  await expect.poll(() => rows(page).first().textContent(), { timeout: 5000 }).toContain('Crossroads')
})

testWith(
  ['chromium'],
  'a card that has ended asks in German to be put in again, by the code of the refusal',
  async () => {
    const { page } = await visit({ locale: 'de-DE' })
    const toy = nursery(page)
    await toy.getByRole('button', { name: /^Karte „bedroom“/ }).click()
    await toy.getByText(/Crossroads · spielt/).waitFor()
    const path = `/players/${nurseryNow()?.id}`
    expect((await running.call('POST', `${path}/stop`, {})).status).toBe(200)
    await toy.getByRole('button', { name: 'Abspielen' }).click()
    await page
      .getByText('Stecke die Karte neu ein, oder spiele von hier aus etwas ab.', { exact: false })
      .waitFor()
    expect(await running.call('POST', `${path}/play`, {})).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', details: { fault: 'nothing-to-go-on', player: 'Nursery' } } },
    })
  },
)

testWith(
  ['chromium'],
  'a card that is made elsewhere is there to be put in at once, and gone when it is deleted',
  async () => {
    const { page } = await visit()
    await nursery(page).getByRole('button', { name: 'Card “bedroom” in the slot' }).waitFor()
    const made = await running.call('POST', '/cards', { stream: 'bedroom', title: 'Just made' })
    const { card_id } = made.body as { card_id: string }
    const card = nursery(page).getByRole('button', { name: 'Card “Just made” in the slot' })
    await card.waitFor()
    await running.call('DELETE', `/cards/${card_id}`)
    await card.waitFor({ state: 'detached' })
  },
)

testWith(
  ['chromium'],
  'on a narrow phone in German the dialog of files shows all that it says and offers',
  { tags: 'slow' },
  async () => {
    const { page } = await visit({ locale: 'de-DE' })
    await page.setViewportSize({ width: 360, height: 640 })
    await bedroom(page).getByRole('button', { name: 'Hinzufügen' }).click()
    const dialog = bedroom(page).getByRole('dialog')
    for (const box of await dialog.getByRole('checkbox').all()) await box.check()
    await page.screenshot({ path: '/tmp/doors-dialog.png' })
    expect(await cutIn(dialog)).toEqual([])
    await dialog.getByRole('button', { name: 'Abbrechen' }).click()

    // With the longest name that a stream may have the buttons beside it are still whole.
    const title = 'Gutenachtgeschichten und leise Lieder für Kinderzimmer'
    await running.call('PUT', '/streams/bedroom', { title })
    await page.goto(`${running.app.panelUrl}/#/library`)
    await page.getByRole('button', { name: /^Forest/ }).click()
    const file = page.getByRole('dialog')
    await file.getByRole('button', { name: 'Hinzufügen', exact: true }).waitFor()
    await page.screenshot({ path: '/tmp/doors-file.png' })
    expect(await cutIn(file)).toEqual([])
    await running.call('PUT', '/streams/bedroom', { title: 'bedroom' })
  },
)

/** What of a dialog stands over its edge, or is wider than its own room. */
function cutIn(dialog: Locator): Promise<string[]> {
  return dialog.evaluate((element) => {
    const edge = element.getBoundingClientRect()
    const seen = [...element.querySelectorAll('h3, button, input, label, time')]
    return seen.flatMap((one) => {
      const { left, right } = one.getBoundingClientRect()
      const isCut = left < edge.left || right > edge.right || one.scrollWidth > one.clientWidth + 1
      return isCut ? [`${one.tagName} ${one.textContent?.trim()}`] : []
    })
  })
}

testWith(['chromium'], 'where events do not get through, the panel asks', { tags: 'slow' }, async () => {
  const { address, asked } = await ingress({ holdsEvents: true })
  const { page, faults } = await visit({ address })
  expect(asked.filter((path) => path.includes('live/snapshot')).length).toBeGreaterThan(0)
  await fill('stories/forest.mp3')
  await rows(page).getByText('Forest').waitFor()
  expect(faults).toEqual([])
})

testWith(['chromium'], 'a connection that is lost is said, and comes back by itself', async () => {
  const way = await ingress()
  const { page } = await visit({ address: way.address })
  const notice = page.getByText('The connection is lost.')
  await way.stop()
  await notice.waitFor()
  await fill('stories/forest.mp3')
  await ingress({ port: Number(new URL(way.address).port) })
  await rows(page).getByText('Forest').waitFor()
  await notice.waitFor({ state: 'detached' })
})

describe.each([
  ['de-AT', 'de', 'Player', 'Diese Player sind simuliert'],
  ['fr-CA', 'fr', 'Lecteurs', 'Ces lecteurs sont simulés'],
  ['es-MX', 'es', 'Reproductores', 'Estos reproductores son simulados'],
])('to those who speak %s', (locale, language, players, simulated) => {
  testWith(['chromium'], 'the panel speaks their language, and fits on a telephone', async () => {
    const { page, faults } = await visit({ locale, viewport: { width: 360, height: 800 } })
    await page.getByRole('heading', { name: players, exact: true }).waitFor()
    expect(await page.getByText(simulated).count()).toBe(1)
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    expect(faults).toEqual([])
  })
})

testWith(
  ['chromium'],
  "inside Home Assistant's frame the panel wears its colours and speaks its language",
  async () => {
    const style =
      '--primary-background-color: #111111; --primary-text-color: #e1e1e1; --primary-color: #03a9f4'
    const way = await ingress({ frame: { lang: 'de', style } })
    browser ??= await openBrowser()
    const { page, faults } = await openPage(browser, { address: new URL(framePath, way.address).href })
    const inside = page.frameLocator('iframe')
    await inside.getByText('Diese Player sind simuliert').waitFor()
    const root = inside.locator('html')
    expect(await root.getAttribute('data-scheme')).toBe('dark')
    const colours =
      "[getComputedStyle(document.body).backgroundColor, document.documentElement.style.getPropertyValue('--on-accent')]"
    expect(await page.frames()[1]?.evaluate(colours)).toEqual(['rgb(17, 17, 17)', '#000000'])
    await page.evaluate("document.documentElement.style.setProperty('--primary-background-color', '#fafafa')")
    await expect.poll(() => root.getAttribute('data-scheme')).toBe('light')
    expect(faults).toEqual([])
  },
)

describe.each(looks)('in $colorScheme, $width pixels wide', ({ colorScheme, width }) => {
  testWith(
    ['chromium'],
    'nothing keeps anybody out, and nothing stands over the edge',
    { tags: 'slow' },
    async () => {
      const viewport = { width, height: 800 }
      // The checks are brought in from outside, which the policy of the page forbids to everybody else.
      const { page } = await visit({ colorScheme, viewport, bypassCSP: true })
      await nursery(page).getByRole('button', { name: 'Card “bedroom” in the slot' }).press('Enter')
      await nursery(page)
        .getByText(/Crossroads · playing/)
        .waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      expect(await seriousFaults(page)).toEqual([])
      await bedroom(page).getByRole('button', { name: 'Add audio' }).press('Enter')
      await page.getByRole('checkbox').first().waitFor()
      expect(await seriousFaults(page)).toEqual([])
    },
  )
})
