import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Language } from '../../src/options/schema.ts'
import { HouseLanguage } from '../../src/wiring/house-language.ts'
import { fastClock } from '../support/fast-clock.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { runApp, shipped } from '../support/running-app.ts'
import { StandInSupervisor } from '../support/stand-in-supervisor.ts'

/** What is heard where a stream of a product with these options has nothing to play. */
async function heardOfNothing(env: Record<string, string> = {}): Promise<Buffer> {
  const { app, call, remove } = await runApp({ env })
  onTestFinished(remove)
  await call('POST', '/streams/bath/queue', { files: ['music/good-morning.mp3'] })
  await call('DELETE', '/streams/bath/queue')
  const { body } = await call('GET', '/streams/bath/queue')
  const url = (body as { url: string }).url.replace(app.publicUrl, app.mediaUrl)
  return Buffer.from(await (await fetch(url)).arrayBuffer())
}

const clip = (name: string) => readFile(join(shipped, 'audio', 'clips', `${name}.mp3`))

test.each([
  ['fr', 'nothing-here-yet-fr'],
  ['de', 'nothing-here-yet-de'],
  ['es', 'nothing-here-yet-es'],
  ['en', 'nothing-here-yet'],
])('whoever speaks %s is told in that language that there is nothing', async (language, name) => {
  const heard = await heardOfNothing({ YOTO_STREAM_LANGUAGE: language })
  expect(heard.equals(await clip(name))).toBe(true)
})

test('a closed stream says in that language too what comes with the product', async () => {
  const { app, call, remove } = await runApp({ env: { YOTO_STREAM_LANGUAGE: 'fr' } })
  onTestFinished(remove)
  await call('POST', '/streams/bath/queue', { files: ['music/good-morning.mp3'] })
  const heardAs = async (if_pressed: string) => {
    expect((await call('PUT', '/streams/bath', { closed: true, if_pressed })).status).toBe(200)
    const { body } = await call('GET', '/streams/bath/queue')
    const url = (body as { url: string }).url.replace(app.publicUrl, app.mediaUrl)
    return Buffer.from(await (await fetch(url)).arrayBuffer())
  }
  const french = await heardAs('clip:still-sleepy-time-fr')
  expect((await heardAs('clip:still-sleepy-time')).equals(french)).toBe(true)
  expect((await heardAs('clip:still-sleepy-time-de')).equals(french)).toBe(false)
})

test('outside Home Assistant it is told in English where no language is named', async () => {
  expect((await heardOfNothing()).equals(await clip('nothing-here-yet'))).toBe(true)
})

async function languageIn(
  config: { language?: string },
  { named = null, kept = memoryCollection<string>(), downFor = 0 }: Partial<Given> = {},
) {
  const house = await StandInSupervisor.start({ config, downFor })
  const language = new HouseLanguage({
    options: { language: named },
    access: house.access,
    kept,
    clock: fastClock(50),
    random: () => 0,
    log: recordingLog(),
  })
  onTestFinished(async () => {
    await language.stop()
    await house.stop()
  })
  await language.start()
  return { language, house, kept }
}

interface Given {
  readonly named: Language | null
  readonly kept: ReturnType<typeof memoryCollection<string>>
  readonly downFor: number
}

test.each([
  ['de-AT', 'de'],
  ['es-419', 'es'],
  ['fr', 'fr'],
  ['en-GB', 'en'],
  ['nl', 'en'],
])('a Home Assistant in %s makes it %s', async (tag, expected) => {
  const { language, kept } = await languageIn({ language: tag })
  await vi.waitFor(async () => expect(await kept.get('language')).toBe(expected), 10_000)
  expect(language.current).toBe(expected)
})

test('what Home Assistant said the last time holds until it is up again', async () => {
  const { kept } = await languageIn({ language: 'de' })
  await vi.waitFor(async () => expect(await kept.get('language')).toBe('de'), 10_000)
  const later = await languageIn({ language: 'fr' }, { kept, downFor: 3 })
  expect(later.language.current).toBe('de')
  await vi.waitFor(() => expect(later.language.current).toBe('fr'), 10_000)
})

test('the option comes first, and Home Assistant is not asked then', async () => {
  const { language, house } = await languageIn({ language: 'de' }, { named: 'es' })
  expect(language.current).toBe('es')
  expect(house.asked).toEqual([])
})
