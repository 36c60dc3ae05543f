import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import type { Location } from '../../src/rules/sun.ts'
import { checkCommand } from '../../src/wiring/check-command.ts'
import { HomeLocation } from '../../src/wiring/home-location.ts'
import { fastClock } from '../support/fast-clock.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'
import { until } from '../support/running-app.ts'
import { StandInSupervisor, secret } from '../support/stand-in-supervisor.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const london = { latitude: 51.5, longitude: -0.13 }
const sunny = 'rules:\n  r:\n    when:\n      - sun: sunset\n    do:\n      - log: dark\n'

let home: string
const opened: { stop(): Promise<unknown> }[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-location-'))
  for (const folder of ['config', 'media']) await mkdir(join(home, folder))
  await writeFile(join(home, 'config', 'a.yaml'), sunny)
})

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
  await rm(home, { recursive: true, force: true })
})

const optionsWith = async (env: Record<string, string> = {}) =>
  (await loadOptions({ argv: ['--data', home], env: { TZ: 'UTC', ...env }, cwd: '/' })).options

async function standIn(manner: Parameters<typeof StandInSupervisor.start>[0] = {}) {
  const house = await StandInSupervisor.start({
    config: { ...london, time_zone: 'Europe/London' },
    ...manner,
  })
  opened.push(house)
  return house
}

async function locationOf(house: StandInSupervisor, kept = memoryCollection<Location>(), env = {}) {
  const log = recordingLog()
  const location = new HomeLocation({
    options: await optionsWith(env),
    access: house.access,
    ...{ kept, log },
    clock: fastClock(50),
    random: () => 0,
  })
  opened.push(location)
  await location.start()
  return { location, kept, log }
}

test('the place is the one of Home Assistant, and is remembered for the next start', async () => {
  const house = await standIn()
  const { location, kept, log } = await locationOf(house)
  expect(location.current).toEqual(london)
  location.watch(async () => undefined)
  await vi.waitFor(async () => expect(await kept.get('home')).toEqual(london), 10_000)
  await location.stop()
  house.downFor = 100
  expect((await locationOf(house, kept)).location.current).toEqual(london)
  expect(JSON.stringify(log.lines)).not.toContain(secret)
})

test('rules that follow the sun run as soon as Home Assistant is up', async () => {
  const house = await standIn({ downFor: 4 })
  const { location } = await locationOf(house)
  expect(location.current).toBeNull()
  const book = await readBook({ folder: join(home, 'config'), location: location.current })
  opened.push(book)
  expect(book.current.rules).toEqual([])
  location.watch((found) => book.relocate(found))
  await until('the rule runs', () => book.current.rules.length === 1)
  expect(book.faults).toEqual([])
  expect(house.asked).toEqual(Array(5).fill('GET /core/api/config'))
})

test('a token of the options that is not taken is said once, and not tried again', async () => {
  const house = await standIn({ isDirect: true })
  const log = recordingLog()
  const location = new HomeLocation({
    options: await optionsWith(),
    access: { ...house.access, token: 'of yesterday' },
    ...{ kept: memoryCollection<Location>(), log },
    clock: fastClock(50),
    random: () => 0,
  })
  opened.push(location)
  location.watch(async () => undefined)
  await until('it is said', () =>
    log.lines.some(({ detail }) => String(detail?.error).includes('the option homeassistant.token')),
  )
  await systemClock.sleep(300)
  expect(house.asked).toEqual(['GET /api/config'])
})

test('the options come first, and Home Assistant is not asked then', async () => {
  const house = await standIn()
  const env = { YOTO_STREAM_LOCATION_LATITUDE: '1', YOTO_STREAM_LOCATION_LONGITUDE: '2' }
  const { location } = await locationOf(house, memoryCollection(), env)
  location.watch(async () => undefined)
  expect(location.current).toEqual({ latitude: 1, longitude: 2 })
  await location.stop()
  expect(house.asked).toEqual([])
})

test.each([
  ['nobody has set it', { latitude: 0, longitude: 0 }],
  ['it says none', {}],
  ['it says something else', { latitude: '51', longitude: 400 }],
])('without a place where %s', async (_what, config) => {
  const house = await standIn({ config })
  const { location, kept } = await locationOf(house)
  expect(location.current).toBeNull()
  expect(await kept.entries()).toEqual([])
})

test('a Supervisor that says nothing does not hold up the start, nor the end', { tags: 'slow' }, async () => {
  const house = await standIn()
  house.hangs = true
  // What waits must not be lost with what nothing else holds.
  const collecting = setInterval(collect, 50)
  onTestFinished(() => clearInterval(collecting))
  const { location } = await locationOf(house)
  expect(location.current).toBeNull()
  location.watch(async () => undefined)
  await location.stop()
})

test('`check` asks Home Assistant where the house is, and says so where it is not there', async () => {
  const house = await standIn()
  const input = { options: await optionsWith(), shipped, clock: systemClock, json: false }
  expect((await checkCommand({ ...input, supervisor: house.supervisor })).answer).toBe(
    '1 file: 0 errors, 0 warnings, 0 infos\n',
  )
  await writeFile(join(home, 'config', 'a.yaml'), sunny.replace('sun: sunset', 'ha: light.a'))
  const outside = await checkCommand(input)
  expect(outside.answer).toContain('a.yaml:4:13 warning[ref/home-assistant]')
  expect(outside.failed).toBe(false)
  expect((await checkCommand({ ...input, supervisor: house.supervisor })).answer).not.toContain('warning[')
  const allowed = { ...input, options: await optionsWith({ YOTO_STREAM_HOMEASSISTANT_ALLOW: 'lock' }) }
  await writeFile(
    join(home, 'config', 'a.yaml'),
    sunny.replace('log: dark', 'ha: lock.lock').replace('sun: sunset', 'startup:'),
  )
  expect((await checkCommand({ ...allowed, supervisor: house.supervisor })).failed).toBe(false)
  expect((await checkCommand({ ...input, supervisor: house.supervisor })).failed).toBe(true)
})
