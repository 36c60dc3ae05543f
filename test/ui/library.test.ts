import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import { makeBook } from '../audio/book.ts'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp, until } from '../support/running-app.ts'
import { seriousFaults } from './axe.ts'
import { openCuttingWay } from './cutting-way.ts'
import { focused } from './focused.ts'
import { family, openHousehold, signIn } from './household.ts'
import { openIngress } from './ingress.ts'
import { looks } from './looks.ts'

const patienceMs = 90_000
// More than one page of them.
const songs = 120

const { door, visit } = openHousehold()
let running: RunningApp
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'yoto-library-page-'))
  const media = join(data, 'media')
  await mkdir(join(media, 'songs'), { recursive: true })
  const song = join(process.cwd(), 'rules/audio/music/good-morning.mp3')
  for (let number = 1; number <= songs; number++)
    await copyFile(song, join(media, `songs/song ${number}.mp3`))
  await writeFile(join(media, 'broken.mp3'), 'This is no audio.')
  await makeBook(media, 'wizard.m4b', [
    ['The hat', 4],
    ['The staff', 3],
  ])
  running = await runApp({ data })
}, 120_000)

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

afterAll(() => running?.remove())

const media = (name: string) => join(running.data, 'media', name)

async function openLibrary(
  address = `${running.app.panelUrl}/`,
  options: Parameters<typeof visit>[1] = {},
): Promise<Page> {
  const page = await visit(`${address}#/library`, options)
  await rows(page).first().waitFor()
  return page
}

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Library' }).getByRole('button')
const uploads = (page: Page): Locator => page.getByRole('list', { name: 'Uploads' }).getByRole('listitem')
const upload = (page: Page, name: string): Locator => uploads(page).filter({ hasText: name })

/** Chooses files as somebody does by the button. */
async function choose(page: Page, ...files: { name: string; bytes: Buffer }[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Upload audio' }).click(),
  ])
  await chooser.setFiles(files.map(({ name, bytes }) => ({ name, mimeType: 'audio/wav', buffer: bytes })))
}

/** A tone of its own in a WAV file: 16 bits, mono, 48 kHz. */
function tone(hertz: number, seconds = 2): Buffer {
  const rate = 48_000
  const bytes = Buffer.alloc(44 + rate * seconds * 2)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(rate, 24)
  bytes.writeUInt32LE(rate * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(bytes.length - 44, 40)
  for (let sample = 0; sample < rate * seconds; sample++)
    bytes.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * hertz * sample) / rate)), 44 + sample * 2)
  return bytes
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function entryOf(file: string): Promise<LibraryEntry | undefined> {
  const { body } = await running.call('GET', '/library')
  return (body as { files: LibraryEntry[] }).files.find((entry) => entry.file === file)
}

const places = {
  'at /': async () => `${running.app.panelUrl}/`,
  'behind ingress': async () => {
    const way = await openIngress(running.app.panelUrl)
    ends.push(() => way.stop())
    return way.address
  },
}

describe.each(Object.entries(places))('the library %s', (where, place) => {
  testWith(
    ['chromium', 'ffmpeg'],
    'takes a file, tells when it can be played, and puts it into a stream',
    async () => {
      const page = await openLibrary(await place())
      const name = `tone ${where.length} + ümlaut #1?.wav`
      await choose(page, { name, bytes: tone(440 + where.length) })
      await upload(page, name).getByText('Ready to play').waitFor({ timeout: patienceMs })
      await page.getByRole('button', { name: 'Clear those that are ready' }).press('Enter')
      await expect.poll(() => uploads(page).count()).toBe(0)
      expect(await focused(page)).toBe('button Upload audio')

      await page.getByLabel('Search the library').fill('umlaut tone')
      const row = rows(page).filter({ hasText: name })
      await row.getByText('0:02').waitFor()
      await row.press('Enter')
      const dialog = page.getByRole('dialog')
      await dialog.getByText('It was too').or(dialog.getByText('It is as loud')).waitFor()
      await dialog.getByText('48 kHz, mono').waitFor()
      await dialog.getByText('Nothing uses this file.').waitFor()
      await dialog.getByRole('combobox', { name: 'Stream' }).selectOption('bedroom')
      await dialog.getByRole('button', { name: 'Add' }).press('Enter')
      await dialog.getByText('is added to bedroom').waitFor()
      await dialog.getByText('stream bedroom', { exact: true }).waitFor()
      await page.keyboard.press('Escape')
      expect(await focused(page)).toContain(name)
      expect(running.app.hub.queue('bedroom')?.items.at(-1)?.file).toBe(name)
    },
  )
})

testWith(
  ['chromium', 'ffmpeg'],
  'an upload that breaks in the middle goes on by itself, from where it was',
  { tags: 'slow' },
  async () => {
    const way = await openCuttingWay(running.app.panelUrl)
    ends.push(() => way.stop())
    const page = await openLibrary(way.address)
    const offsets: number[] = []
    page.on('request', (request) => {
      const offset = request.headers()['upload-offset']
      if (offset !== undefined) offsets.push(Number(offset))
    })
    const slice = 8 * 1024 * 1024
    const bytes = tone(330, Math.ceil((slice * 1.7) / 96_000))
    way.cutAfter(slice * 1.3)
    await choose(page, { name: 'long tone.wav', bytes })
    await way.broken
    const row = upload(page, 'long tone.wav')
    await row.getByText('It goes on by itself').waitFor({ timeout: patienceMs })
    way.mend()
    await row.getByText('Ready to play').waitFor({ timeout: patienceMs })
    expect(hashOf(await readFile(media('long tone.wav')))).toBe(hashOf(bytes))
    expect(offsets[0]).toBe(0)
    expect(offsets[1]).toBe(slice)
    expect(offsets.slice(2).every((offset) => offset >= slice)).toBe(true)
    expect(offsets.length).toBeGreaterThan(2)
  },
)

testWith(
  ['chromium', 'ffmpeg'],
  'two are sent at a time; what is not taken says why, and a taken name can be replaced',
  { tags: 'slow' },
  async () => {
    const page = await openLibrary()
    let letGo: () => void = () => undefined
    const free = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await page.route('**/library/uploads/*', async (route) => {
      if (route.request().method() === 'POST') await free
      await route.continue()
    })
    const names = ['one.wav', 'two.wav', 'three.wav']
    await choose(page, ...names.map((name, place) => ({ name, bytes: tone(500 + place * 50) })))
    await upload(page, 'three.wav').getByText('Waits for its turn').waitFor()
    await upload(page, 'two.wav').getByText('Uploading').waitFor()
    await page.getByRole('button', { name: 'Cancel the upload of three.wav' }).press('Enter')
    await expect.poll(() => uploads(page).count()).toBe(2)
    expect(await focused(page)).toBe('button Cancel the upload of two.wav')
    letGo()
    for (const name of names.slice(0, 2))
      await upload(page, name).getByText('Ready to play').waitFor({ timeout: patienceMs })
    expect(await entryOf('three.wav')).toBe(undefined)

    await choose(page, { name: 'notes.txt', bytes: Buffer.from('no audio') })
    await upload(page, 'notes.txt').getByText('a name ends like that of an audio file').waitFor()
    await page.getByRole('button', { name: 'Try again: notes.txt' }).press('Enter')
    // What was pressed goes for a moment, and the hand is still in its row.
    expect(await focused(page)).toBe('button Cancel the upload of notes.txt')
    await upload(page, 'notes.txt').getByText('a name ends like that of an audio file').waitFor()
    await page.getByRole('button', { name: 'Cancel the upload of notes.txt' }).click()
    await page.getByRole('button', { name: 'Clear those that are ready' }).click()

    await page.evaluate(`{
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['no audio'], 'dropped.txt'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    }`)
    await upload(page, 'dropped.txt').getByText('a name ends like that of an audio file').waitFor()
    await page.getByRole('button', { name: 'Cancel the upload of dropped.txt' }).click()

    const other = tone(900)
    await choose(page, { name: 'one.wav', bytes: other })
    await upload(page, 'one.wav').getByText('is in the library already').waitFor()
    await page.getByRole('button', { name: 'Replace the file one.wav in the library' }).press('Enter')
    await upload(page, 'one.wav').getByText('Ready to play').waitFor({ timeout: patienceMs })
    expect(hashOf(await readFile(media('one.wav')))).toBe(hashOf(other))
  },
)

testWith(
  ['chromium'],
  'what has come and only lacks room for now is not said to be no audio',
  { tags: 'slow' },
  async () => {
    const page = await openLibrary()
    const reason = 'the disk is full; it is tried again'
    await page.route('**/library/uploads/*', async (route) => {
      const id = route.request().url().split('/').at(-1)
      const json = { id, size: 4, received: 4, state: 'refused', reason, again: true }
      await (route.request().method() === 'POST' ? route.fulfill({ json }) : route.continue())
    })
    await choose(page, { name: 'no room.wav', bytes: Buffer.from('four') })
    const row = upload(page, 'no room.wav')
    await row.getByText('Uploaded, but it cannot be prepared yet.').waitFor()
    await row.getByText(reason).waitFor()
    const { uploads } = (await running.call('GET', '/library/uploads')).body as { uploads: { id: string }[] }
    for (const { id } of uploads) await running.call('DELETE', `/library/uploads/${id}`)
  },
)

testWith(['chromium'], 'what is sent from elsewhere is shown, and goes when it is given up', async () => {
  const page = await openLibrary()
  const { body } = await running.call('POST', '/library/uploads', { name: 'elsewhere.wav', size: 1000 })
  await upload(page, 'elsewhere.wav').getByText('Not being sent, 0 % is here.').waitFor()
  await page.reload()
  await upload(page, 'elsewhere.wav').waitFor()
  await page.getByRole('button', { name: 'Cancel the upload of elsewhere.wav' }).press('Enter')
  await upload(page, 'elsewhere.wav').waitFor({ state: 'detached' })
  const { id } = body as { id: string }
  await expect.poll(async () => (await running.call('GET', `/library/uploads/${id}`)).status).toBe(404)
})

testWith(
  ['chromium', 'ffmpeg'],
  'a file that is needed is deleted only by who says so twice, and what is left of it is cleaned up',
  async () => {
    await writeFile(media('needed.wav'), tone(610))
    const page = await openLibrary()
    await page.getByLabel('Search the library').fill('needed')
    const row = rows(page).filter({ hasText: 'needed.wav' })
    await row.getByText('0:02').waitFor({ timeout: patienceMs })
    await running.app.hub.mutateQueue('attic', { op: 'append', files: ['needed.wav'] }, 'REST')

    await row.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Needed', exact: true })
    await dialog.getByRole('button', { name: 'Delete' }).press('Enter')
    const first = page.getByRole('dialog', { name: 'Delete “Needed”?' })
    await first.waitFor()
    expect(await focused(page)).toBe('button Cancel')
    await first.getByRole('button', { name: 'Delete' }).press('Enter')
    const second = page.getByRole('dialog', { name: '“Needed” is still used' })
    await second.getByText('stream attic').waitFor()
    // What Enter does by itself is to leave it.
    await expect.poll(() => focused(page)).toBe('button Cancel')
    await page.keyboard.press('Enter')
    await second.waitFor({ state: 'hidden' })
    expect((await entryOf('needed.wav'))?.state).toBe('ready')

    await dialog.getByRole('button', { name: 'Delete' }).press('Enter')
    await first.getByRole('button', { name: 'Delete' }).press('Enter')
    await second.getByRole('button', { name: 'Delete all the same' }).press('Enter')
    await page.getByText('“Needed” is deleted.').waitFor()
    await page.getByText('Nothing found.').waitFor()
    expect(await entryOf('needed.wav')).toBe(undefined)
    await running.app.hub.deleteQueue('attic')

    const clean = page.getByRole('button', { name: 'Clean up' })
    await expect
      .poll(
        async () => {
          await clean.click()
          return page.getByText('removed (').count()
        },
        { timeout: 30_000, interval: 1000 },
      )
      .toBe(1)
    await page.getByText(/^Files: .*free: /).waitFor()
  },
)

testWith(['chromium'], 'the list is searched, ordered and narrowed, and comes in pages', async () => {
  const page = await openLibrary()
  await expect.poll(() => rows(page).count(), { timeout: patienceMs }).toBe(100)
  await page.getByRole('button', { name: /^More \(100 of / }).press('Enter')
  await expect.poll(() => rows(page).count(), { timeout: patienceMs }).toBeGreaterThan(songs)
  await expect.poll(() => focused(page), { timeout: patienceMs }).toMatch(/^button Song/)

  await page.getByLabel('Search the library').fill('songs 77')
  await expect.poll(() => rows(page).count()).toBe(1)
  // A row that is out of sight has a text, but none that is drawn.
  expect(await rows(page).first().textContent()).toContain('songs/song 77.mp3')
  await page.getByRole('status').getByText('1 file', { exact: true }).waitFor()

  await page.getByLabel('Search the library').fill('')
  await page.getByLabel('Show').selectOption('What cannot be played')
  await rows(page).getByText('Cannot be played: it is a text, not audio').waitFor()
  expect(await rows(page).count()).toBe(1)
  await page.getByLabel('Show').selectOption('Everything')
  await page.getByLabel('Search the library').fill('song')
  await page.getByLabel('Order').selectOption('Title')
  await expect.poll(() => rows(page).first().textContent()).toContain('song 1.mp3')
  await page.getByLabel('Search the library').fill('nowhere to be found')
  await page.getByText('Nothing found.').waitFor()
})

testWith(
  ['chromium', 'ffmpeg'],
  'a folder is looked into, and what is uploaded meanwhile goes there; what is deleted is no failed upload',
  { tags: 'slow' },
  async () => {
    const page = await openLibrary()
    await page.getByLabel('Folder').selectOption('songs')
    await page.getByRole('status').getByText(`${songs} files`, { exact: true }).waitFor()
    await page.getByText('Files go into the folder songs.').waitFor()
    const bytes = tone(720)
    await choose(page, { name: 'a new one.wav', bytes })
    await upload(page, 'songs/a new one.wav').getByText('Ready to play').waitFor({ timeout: patienceMs })
    expect(hashOf(await readFile(media('songs/a new one.wav')))).toBe(hashOf(bytes))
    await rows(page).getByText('songs/a new one.wav').waitFor()
    await page.getByLabel('Folder').selectOption('All folders')
    await rows(page).getByText('broken.mp3').waitFor()

    const { id } = (await entryOf('songs/a new one.wav')) ?? {}
    await running.call('POST', '/library/delete', { id })
    const told = page.waitForResponse('**/api/library/uploads')
    await page.reload()
    expect(await (await told).text()).toContain('"failed"')
    await rows(page).first().waitFor()
    expect(await uploads(page).count()).toBe(0)
  },
)

testWith(
  ['chromium', 'ffmpeg'],
  'a book shows its chapters, and so does the queue it is put into',
  { tags: 'slow' },
  async () => {
    const page = await openLibrary()
    await page.getByLabel('Search the library').fill('wizard')
    // Others are in the list until the search is answered, and it has its title and length once it is imported.
    const row = rows(page).filter({ hasText: 'The Wizard' }).filter({ hasText: '0:07' })
    await row.waitFor({ timeout: patienceMs })
    await row.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'The Wizard' })
    const audio = dialog.getByLabel('Listen to The Wizard')
    const heard = page.waitForResponse(/\/audio$/)
    await audio.press(' ')
    expect((await heard).ok()).toBe(true)
    await page.keyboard.press('Escape')
    // Nothing plays on behind a dialog that is closed.
    await audio.waitFor({ state: 'detached' })
    await rows(page).first().press('Enter')
    await dialog.getByText('2 chapters').press('Enter')
    await dialog.getByText('The staff').waitFor()
    await dialog.getByRole('combobox', { name: 'Stream' }).selectOption('bedroom')
    await dialog.getByRole('button', { name: 'Add “The staff” to the stream below' }).press('Enter')
    await dialog.getByText('“The Wizard: The staff” is added to bedroom.').waitFor()
    expect(await focused(page)).toContain('The staff')
    expect(running.app.hub.queue('bedroom')?.items.at(-1)?.file).toBe('wizard.m4b/02')
    await page.keyboard.press('Escape')
    await running.app.hub.mutateQueue(
      'bedroom',
      {
        op: 'replace',
        files: ['wizard.m4b/01', 'wizard.m4b/02', 'clip:lullaby-one', 'wizard.m4b/09'],
        playlist: null,
      },
      'REST',
    )
    await page.getByRole('link', { name: 'Players', exact: true }).click()
    const items = page.getByRole('article', { name: 'bedroom', exact: true }).getByRole('listitem')
    await items.nth(1).getByText('The staff').waitFor()
    expect(await items.nth(1).innerText()).toContain('The Wizard')
    await items.nth(0).getByRole('button', { name: 'Move “The Wizard: The hat” down' }).waitFor()
    await items.nth(2).getByText('Lullaby one').waitFor()
    await items.nth(3).getByText('This file is not in the library any more.').waitFor()
    expect(await items.getByText('This file is not in the library any more.').count()).toBe(1)
  },
)

testWith(['chromium'], 'how a stream plays is set, and what is not saved does not change it', async () => {
  const { hub } = running.app
  const page = await visit(`${running.app.panelUrl}/`, { bypassCSP: true })
  const open = page.getByRole('button', { name: 'Settings of bedroom' })
  const dialog = page.getByRole('dialog', { name: 'How bedroom plays' })
  await open.press('Enter')
  await dialog.getByRole('checkbox', { name: 'Mixed' }).check()
  expect(await seriousFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await open.press('Enter')
  expect(await dialog.getByRole('checkbox', { name: 'Mixed' }).isChecked()).toBe(false)
  await dialog.getByRole('checkbox', { name: 'Begin again at the end' }).check()
  await dialog.getByRole('radio', { name: 'Begin anew' }).check()
  await dialog.getByRole('radio', { name: 'Live, like a radio' }).check()
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  expect(await focused(page)).toBe('button Settings of bedroom')
  await until('it is set', () => hub.queue('bedroom')?.mode === 'live')
  expect(hub.queue('bedroom')).toMatchObject({
    loop: true,
    shuffle: false,
    resume: 'restart',
    mode: 'live',
  })
  await open.press('Enter')
  expect(await dialog.getByRole('radio', { name: 'Live, like a radio' }).isChecked()).toBe(true)
})

testWith(
  ['chromium'],
  'members have the library too, but clean up nothing; in German as well',
  { tags: 'slow' },
  async () => {
    const front = await door({ people: family() })
    const page = await visit(`${front.address}#/library`)
    await signIn(page, 'Ben')
    await rows(page).getByText('stories/sea.mp3').first().waitFor()
    await page.getByRole('heading', { name: 'Room on the disk' }).waitFor()
    expect(await page.getByRole('button', { name: 'Clean up' }).count()).toBe(0)
    const german = await visit(`${running.app.panelUrl}/#/library`, { locale: 'de-DE' })
    await german.getByRole('heading', { name: 'Bibliothek' }).waitFor()
    await german.getByText(/^\d+ Dateien$/).waitFor()
  },
)

testWith(
  ['chromium'],
  'what is loved has a heart, on every page, and can be looked for',
  { tags: 'slow' },
  async () => {
    const page = await openLibrary()
    const other = await openLibrary()
    const row = (where: Page) => rows(where).filter({ hasText: 'song 7.mp3' })
    const heart = (where: Page) => row(where).getByRole('img', { name: 'Loved' })
    await row(page).press('Enter')
    const button = page.getByRole('dialog').getByRole('button', { name: 'Loved' })
    expect(await button.getAttribute('aria-pressed')).toBe('false')
    await button.press('Enter')
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true')
    await heart(other).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Show' }).selectOption('What is loved')
    // All of them are the same sound.
    await page.getByText(`${songs} files`).waitFor()
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Everything')
    await page.getByText(`${songs} files`).waitFor({ state: 'detached' })
    await row(page).press('Enter')
    await button.press('Enter')
    await heart(other).waitFor({ state: 'detached' })
  },
)

describe.each(looks)('the library in $colorScheme, $width pixels wide', ({ colorScheme, width }) => {
  testWith(['chromium'], 'keeps nobody out, and nothing stands over the edge', { tags: 'slow' }, async () => {
    const viewport = { width, height: 800 }
    const page = await openLibrary(undefined, { colorScheme, viewport, bypassCSP: true })
    await choose(page, { name: 'a name that is long enough to be cut.txt', bytes: Buffer.from('no audio') })
    await uploads(page).getByText('a name ends like that').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByLabel('Search the library').fill('wizard')
    await expect.poll(() => rows(page).count()).toBe(1)
    await rows(page).first().press('Enter')
    await page.getByRole('dialog').getByText('wizard.m4b').waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })
})
