import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { checkCommand } from '../../src/wiring/check-command.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { calendarFiles } from '../../src/wiring/rule-folder.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { readBook } from '../support/rule-book.ts'

const event = (summary: string) =>
  `BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:${summary}\nDTSTART;VALUE=DATE:20261026\nEND:VEVENT\nEND:VCALENDAR\n`
const rules = `calendar:
  country: GB
  files: [calendars/school.ics]
  day_sets: {free: "holiday or event('Half-term')"}
playlists: {songs: [clip:lullaby-one]}
schedules:
  kitchen:
    default: songs
    slots:
      lie-in: {from: sunrise, to: "09:00", days: free, play: none}
`

let home: string
let config: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-calendar-'))
  config = join(home, 'config')
  await mkdir(join(config, 'calendars'), { recursive: true })
  await mkdir(join(home, 'media'))
  await writeFile(join(config, 'kitchen.yaml'), rules)
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = (text: string) => writeFile(join(config, 'calendars/school.ics'), text)

async function check() {
  const argv = ['--data', home]
  const env = {
    TZ: 'Europe/London',
    YOTO_STREAM_LOCATION_LATITUDE: '51.5',
    YOTO_STREAM_LOCATION_LONGITUDE: '-0.1',
  }
  const { options } = await loadOptions({ argv, env, cwd: '/' })
  const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
  return (await checkCommand({ options, shipped, clock: systemClock, json: false })).answer
}

test('`check` reads the calendar files of the config folder, and what is wrong inside them', async () => {
  expect(await check()).toContain(
    'kitchen.yaml:3:11 error[ref/calendar] "calendars/school.ics" cannot be read: there is no such file',
  )
  await write(event('Half-term').replace('20261026', 'soon'))
  expect(await check()).toContain('cannot be read: its line 4: "soon" is no date or time')
  await write(event('Sports day'))
  expect(await check()).toContain('no calendar file has an event `Half-term`')
  await write(event('Half-term'))
  expect(await check()).toBe('1 file: 0 errors, 0 warnings, 0 infos\n')
})

test('the running product reads them, as they are at that moment', async () => {
  await write(event('Half-term'))
  const book = await readBook({
    folder: config,
    library: { find: async () => ({ state: 'ready' }) },
    zone: 'Europe/London',
    location: { latitude: 51.5, longitude: -0.1 },
  })
  const names = () => book.current.calendar.known.events
  expect([book.faults, book.current.schedules.length, names()]).toEqual([[], 1, ['Half-term']])
  await write(event('Sports day'))
  await book.look()
  expect(names()).toEqual(['Sports day'])
  expect(book.faults).toMatchObject([{ file: 'kitchen.yaml', level: 'warning', code: 'expr/unknown-name' }])
  expect(book.current.schedules.length).toBe(1)
  await book.stop()
})

test('a calendar file that breaks leaves what ran running, with its last good text', async () => {
  await write(event('Half-term'))
  const problems = new Problems()
  const calendars = memoryCollection<string>()
  const read = () =>
    readBook({
      ...{ folder: config, problems, calendars, zone: 'Europe/London' },
      library: { find: async () => ({ state: 'ready' }) },
      location: { latitude: 51.5, longitude: -0.1 },
    })
  const book = await read()
  await write('BEGIN:VCALENDAR\nno calendar any more')
  await book.look()
  expect(book.current.schedules.length).toBe(1)
  expect(book.current.calendar.known.events).toEqual(['Half-term'])
  expect(problems.list()).toEqual([expect.stringContaining('"calendars/school.ics" cannot be read')])
  await book.stop()
  const again = await read()
  expect(again.current.calendar.known.events).toEqual(['Half-term'])
  expect(again.current.schedules.length).toBe(1)
  await write(event('Sports day'))
  await again.look()
  expect([problems.list(), again.current.calendar.known.events]).toEqual([[], ['Sports day']])
  await again.stop()
})

test('no path and no link leads out of the config folder, and no large file is read', async () => {
  await writeFile(join(home, 'secret.ics'), event('x'))
  await symlink(join(home, 'secret.ics'), join(config, 'linked.ics'))
  await writeFile(join(config, 'large.ics'), ' '.repeat(1_000_001))
  const read = calendarFiles(config)
  expect(await read('../secret.ics')).toEqual({ fault: 'it lies outside of the config folder' })
  expect(await read('linked.ics')).toEqual({ fault: 'it lies outside of the config folder' })
  expect(await read('large.ics')).toEqual({ fault: 'a calendar file has at most 1 MB' })
  expect(await read('calendars')).toEqual({ fault: 'it is no file' })
  expect(await read('gone.ics')).toEqual({ fault: 'there is no such file' })
})
