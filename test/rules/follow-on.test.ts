import { describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const winter = new Date('2027-01-15T12:00:00Z')

async function read(texts: readonly string[], adviceAt: Date | null = winter, zone = 'Europe/London') {
  const sources = texts.map((text, index) => ({ file: `${'abc'[index]}.yaml`, text }))
  const { diagnostics } = await readRuleFiles(
    sources,
    readingOf({ zone, adviceAt, fileExists: async (file) => file.startsWith('music/') }),
  )
  return diagnostics
}

const shownIn = async (...texts: string[]) =>
  (await read(texts)).map(({ file, line, level, code }) => `${file}:${line} ${level}[${code}]`)

const forest = 'playlists:\n  forest: [music/a.mp3]\n'
const plays = (...names: string[]) =>
  `schedules:\n${names.map((name, index) => `  s${index}: {default: ${name}}\n`).join('')}`

describe('one slip is one error', () => {
  test('where a playlist that does not exist is named in many places of a file', async () => {
    const [finding, ...more] = await read([forest + plays('forrest', 'forest', 'forrest', 'forrest')])
    expect(more).toEqual([])
    expect(finding).toMatchObject({ line: 4, code: 'ref/playlist', help: 'it is also named in lines 6, 7' })
  })

  test('each of two slips is said', async () => {
    expect(await shownIn(forest + plays('forrest', 'foresd'))).toEqual([
      'a.yaml:4 error[ref/playlist]',
      'a.yaml:5 error[ref/playlist]',
    ])
  })

  test('where a playlist is wrong itself, in the same file or in another', async () => {
    const wrong = 'playlists:\n  forest: {folder: /etc}\n'
    expect(await shownIn(wrong + plays('forest'))).toEqual(['a.yaml:2 error[type/value]'])
    expect(await shownIn(wrong, plays('forest'))).toEqual(['a.yaml:2 error[type/value]'])
  })

  test('where the file with the playlist is no YAML; other slips are said all the same', async () => {
    const broken = 'playlists:\n  "forest": [music/a.mp3\n'
    const other = plays('forest', 'sea')
    expect(await shownIn(broken, other)).toEqual([
      'a.yaml:2 error[yaml/syntax]',
      'b.yaml:3 error[ref/playlist]',
    ])
  })

  test('where a misspelt name leaves its playlist without use, or a slot was wrong', async () => {
    expect(await shownIn(`${forest}  sea: [music/b.mp3]\n${plays('forest', 'see')}`)).toEqual([
      'a.yaml:6 error[ref/playlist]',
    ])
    const slots = '    slots:\n      day: {from: "8:0", to: "20:00", play: forest}\n'
    expect(await shownIn(`${forest}schedules:\n  s:\n${slots}`)).toEqual(['a.yaml:6 error[type/value]'])
  })
})

describe('what is merely worth knowing', () => {
  const quiet =
    `${forest}  sea: [music/b.mp3]\nschedules:\n  s:\n    slots:\n      a: {from: 1:30, to: 2:00, play: forest}\n`
      .replace('1:30', '"01:30"')
      .replace('2:00', '19:30')

  test('is said only to who asks for it, and in the order of the lines', async () => {
    expect(await read([quiet], null)).toEqual([])
    expect(await shownIn(quiet)).toEqual([
      'a.yaml:3 info[ref/unused]',
      'a.yaml:6 info[time/gap]',
      'a.yaml:7 info[time/dst]',
      'a.yaml:7 info[yaml/eleven]',
    ])
  })

  test('waits while any file has an error that could be the reason', async () => {
    expect(await shownIn(quiet, 'rules:\n  r: {}\n')).not.toContain('a.yaml:3 info[ref/unused]')
  })

  test('of quotes is said once for a file, with the other lines', async () => {
    const words = ['on', '12:30', '"off"', 'yes', '06:30', '99:99']
    const lines = words.map((word) => `      - log: ${word}\n`).join('')
    const found = await read([`rules:\n  r:\n    when:\n      - startup: {}\n    do:\n${lines}`])
    expect(found.map(({ line, message, help }) => ({ line, message, help }))).toEqual([
      {
        line: 6,
        message: 'other tools (Home Assistant) read `on` as true',
        help: 'write "on", in quotes; there are more in lines 7, 9',
      },
    ])
  })
})

describe('the clocks', () => {
  const dst = async (slot: string, zone?: string) => {
    const text = `${forest}schedules:\n  s:\n    default: forest\n    slots:\n      a: {play: forest, ${slot}}\n`
    const found = await read([text], winter, zone)
    return found.filter(({ code }) => code === 'time/dst').map(({ message }) => message)
  }

  test.each<[slot: string, said: string[]]>([
    ['from: "02:00", to: "05:00"', []],
    ['from: "00:59", to: "02:00"', []],
    [
      'from: "01:30", to: "05:00"',
      [
        '01:30 is left out on 28 Mar 2027: this slot begins at 02:30; 01:30 comes twice on 31 Oct 2027: this slot begins the first time',
      ],
    ],
    ['from: "01:30", to: "05:00", days: weekdays', []],
    [
      'from: "22:00", to: "01:00", days: sat',
      [
        '01:00 is left out on 28 Mar 2027: this slot ends at 02:00; 01:00 comes twice on 31 Oct 2027: this slot ends the second time',
      ],
    ],
    ['from: "22:00", to: "01:00", days: sun', []],
  ])('as they change in London, with %s', async (slot, said) => {
    expect(await dst(slot)).toEqual(said)
  })

  test('a slot within the hour that is left out does not come', async () => {
    const [begins] = await dst('from: "01:30", to: "02:15"')
    expect(begins).toContain('01:30 is left out on 28 Mar 2027: this slot does not come that day')
  })

  test('never change in some zones', async () => {
    expect(await dst('from: "01:30", to: "05:00"', 'UTC')).toEqual([])
    expect(await dst('from: "01:30", to: "05:00"', 'Asia/Tokyo')).toEqual([])
  })
})

describe('a stream that no schedule fills', () => {
  const rule = (stream: string, more = '') =>
    `${forest}schedules:\n  bedroom-1: {default: forest}\nrules:\n  r:\n    stream: ${stream}\n    when:\n      - button: {button: left${more}}\n    do:\n      - queue: skip\n`

  test.each([
    ['bedroom-1', []],
    ['kitchen', []],
    ['bedroom-2', []],
    ['bedrom-1', ['a.yaml:7 warning[ref/stream]']],
    ['bedroom-1', ['a.yaml:9 warning[ref/stream]'], ', stream: bedrom-1'],
  ])('%s is warned of only where a name comes near: %j', async (stream, shown, more = '') => {
    expect(await shownIn(rule(stream, more))).toEqual(shown)
  })
})
