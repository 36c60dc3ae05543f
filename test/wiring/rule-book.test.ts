import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { GoodText } from '../../src/wiring/good-texts.ts'
import { Problems } from '../../src/wiring/problems.ts'
import type { RuleBook } from '../../src/wiring/rule-book.ts'
import { RuleWatch } from '../../src/wiring/rule-watch.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'
import { until } from '../support/running-app.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let folder: string
const open: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-book-'))
})

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop()
  await rm(folder, { recursive: true, force: true })
})

const write = (file: string, text: string) => writeFile(join(folder, file), text)
const forest = 'playlists:\n  forest: [a.mp3]\n'
const ruleNamed = (id: string) => `rules:\n  ${id}:\n    when: [{button: right}]\n    do: [{log: hello}]\n`
const slip = 'rules:\n  r:\n    wen: []\n    do: []\n'

const kept = () => ({ good: memoryCollection<GoodText>(), enabled: memoryCollection<boolean>() })

async function household(stores = kept(), at = '2026-11-21T12:03:00Z') {
  const clock = new VirtualClock(at)
  const log = recordingLog()
  const problems = new Problems()
  const book = await readBook({ folder, problems, clock, log, ...stores })
  open.push(book)
  const ids = () => book.current.rules.map(({ id }) => id)
  const states = () => Object.fromEntries(book.files.map(({ file, state }) => [file, state]))
  return {
    book,
    clock,
    log,
    problems,
    ids,
    states,
    said: () => log.lines.splice(0).map(({ message }) => message),
  }
}

describe('a file with a slip', () => {
  test('runs on as it was, which is said once with line and caret, and once when it is mended', async () => {
    await write('bedroom.yaml', ruleNamed('r'))
    const { book, problems, ids, said } = await household()
    expect(said()).toEqual([])
    await write('bedroom.yaml', slip)
    await book.reload()
    expect(ids()).toEqual(['r'])
    const [first, ...more] = said()
    expect(first).toContain('bedroom.yaml:3:5 error[key/unknown]')
    expect(first).toContain('^^^')
    expect(more).toContain('bedroom.yaml has an error; its version of 12:03 runs on')
    expect(problems.names()).toEqual(['rules/bedroom.yaml'])
    expect(problems.list()[0]).toContain(
      'bedroom.yaml has an error; its version of 12:03 runs on, first in line 3',
    )
    await book.reload()
    expect(said()).toEqual([])
    await write('bedroom.yaml', ruleNamed('r2'))
    await book.reload()
    expect([ids(), said(), problems.list()]).toEqual([
      ['r2'],
      ['bedroom.yaml is mended: it runs as it is written'],
      [],
    ])
  })

  test('runs on as it was after a start, too, and says of which day that is', async () => {
    const stores = kept()
    await write('bedroom.yaml', ruleNamed('r'))
    await household(stores)
    await write('bedroom.yaml', slip)
    const { ids, problems } = await household(stores, '2026-11-23T08:00:00Z')
    expect(ids()).toEqual(['r'])
    expect(problems.list()[0]).toContain('its version of 2026-11-21 12:03 runs on')
  })

  test('that never ran is left out', async () => {
    await write('a.yaml', slip)
    await write('b.yaml', ruleNamed('other'))
    const { ids, states, problems } = await household()
    expect([ids(), states()]).toEqual([['other'], { 'a.yaml': 'left-out', 'b.yaml': 'running' }])
    expect(problems.list()[0]).toContain('a.yaml is left out: an error')
  })
})

test.each([
  ['a stream that could be any of two', 'steps: [{expect: {stream.closed: true}}]', 'which stream is meant'],
  ['a misspelt rule', 'steps: [{expect: {ran: bedtme}}]', 'there is no rule "bedtme"'],
  ['a misspelt step', 'steps: [{pres: left}]', 'unknown step "pres"'],
])('a fault in a test is said and keeps no rule from running: %s', async (_what, steps, words) => {
  const head = 'schedules:\n  den: {default: f}\n  attic: {default: f}\nplaylists: {f: [a.mp3]}\n'
  await write('a.yaml', `${head}${ruleNamed('bedtime')}tests:\n  t: {now: "2026-11-24T19:00:00", ${steps}}\n`)
  const { ids, states, problems, said } = await household()
  expect([ids(), states(), problems.list()]).toEqual([['bedtime'], { 'a.yaml': 'running' }, []])
  expect(said().join('\n')).toContain(words)
})

test('nor does a list of tests, or a test of a story', async () => {
  const story = `stories:
  cave:
    scenes: {in: {ending: home}}
    tests: {t: {press: [], expect: {scene: owt}}}
`
  await write('a.yaml', `${ruleNamed('bedtime')}tests: [x]\n`)
  await write('b.yaml', story)
  const { book, ids, said } = await household()
  expect([ids(), [...(book.current.stories?.keys() ?? [])]]).toEqual([['bedtime'], ['cave']])
  expect(said().join('\n')).toMatch(/`tests` takes a map[\s\S]*there is no scene "owt"/)
})

test('a deleted file is gone, also from what is kept for the next start', async () => {
  const stores = kept()
  await write('a.yaml', ruleNamed('r'))
  const { book, ids } = await household(stores)
  await rm(join(folder, 'a.yaml'))
  await book.reload()
  expect([ids(), await stores.good.entries()]).toEqual([[], []])
})

test('a deleted file whose playlist others name leaves that behind until they do not', async () => {
  await write('a.yaml', forest)
  await write('b.yaml', 'schedules:\n  bedroom: {default: forest}\n')
  const { book, problems, said } = await household()
  await rm(join(folder, 'a.yaml'))
  await book.reload()
  expect([...book.current.playlists.keys()]).toEqual(['forest'])
  expect(problems.list()).toEqual([
    'a.yaml was deleted, but others need it: what it shares with them stays, in its version of 12:03 (b.yaml, line 2: there is no playlist "forest")',
  ])
  said()
  await rm(join(folder, 'b.yaml'))
  await book.reload()
  expect([book.current.playlists.size, problems.list()]).toEqual([0, []])
})

test('a folder that cannot be read was not deleted', async () => {
  await mkdir(join(folder, 'upstairs'))
  await write('upstairs/a.yaml', ruleNamed('r'))
  const { book, ids, problems } = await household()
  await rename(join(folder, 'upstairs'), join(folder, '.away'))
  await writeFile(join(folder, 'upstairs.yaml'), '')
  await rename(folder, `${folder}-away`)
  await book.reload()
  expect(ids()).toEqual(['r'])
  expect(problems.names()).toEqual(['rules/.'])
  await rename(`${folder}-away`, folder)
})

test('a rule that was switched off stays so over reloads and starts, until its file decides again', async () => {
  const stores = kept()
  await write('a.yaml', ruleNamed('r'))
  const { book } = await household(stores)
  const isOn = (of: RuleBook) => of.current.rules[0]?.enabled
  await book.enable('r', false)
  expect(isOn(book)).toBe(false)
  await write('a.yaml', `# more\n${ruleNamed('r')}`)
  await book.reload()
  expect(isOn(book)).toBe(false)
  const { book: later } = await household(stores)
  expect(isOn(later)).toBe(false)
  await later.enable('r', null)
  expect(isOn(later)).toBe(true)
})

test('a text can be checked beside what runs, and nothing changes', async () => {
  await write('a.yaml', forest)
  await write('b.yaml', 'schedules:\n  bedroom: {default: forest}\n')
  const { book } = await household()
  const before = book.current
  const shown = async (file: string, text: string) =>
    (await book.check(file, text)).map((finding) => `${finding.file} ${finding.level}[${finding.code}]`)
  expect(await shown('c.yaml', 'schedules:\n  kitchen: {default: forest}\n')).toEqual([])
  expect(await shown('c.yaml', 'schedules:\n  kitchen: {default: forst}\n')).toEqual([
    'c.yaml error[ref/playlist]',
  ])
  expect(await shown('a.yaml', 'playlists: {}\n')).toEqual(['b.yaml error[ref/playlist]'])
  expect(book.current).toBe(before)
})

describe('while it is watched', () => {
  async function watched() {
    const log = recordingLog()
    const book = await readBook({ folder, clock: systemClock, log })
    const watch = new RuleWatch({ folder, look: () => book.look(), clock: systemClock, log })
    open.push(book, watch)
    watch.start()
    return { book, log }
  }
  const runs = (book: RuleBook, id: string) => book.current.rules.some((rule) => rule.id === id)

  test('what is written, renamed into its place, or written in pieces is taken up once it is whole', async () => {
    const { book, log } = await watched()
    // Until the look around is over, nothing may be told of.
    await new Promise((resolve) => setTimeout(resolve, 500))
    await write('a.yaml', ruleNamed('written'))
    await until('it was taken up', () => runs(book, 'written'))
    await write('.a.yaml.swp', ruleNamed('renamed'))
    await rename(join(folder, '.a.yaml.swp'), join(folder, 'a.yaml'))
    await until('it was taken up', () => runs(book, 'renamed'))
    const whole = ruleNamed('pieces')
    for (let end = 10; end <= whole.length; end += 10) {
      await write('a.yaml', whole.slice(0, end))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await write('a.yaml', whole)
    await until('it was taken up', () => runs(book, 'pieces'))
    await rm(join(folder, 'a.yaml'))
    await until('it was taken up', () => book.current.rules.length === 0)
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })
})

test('a card that was made meanwhile is doubted no longer, and one that is gone is again', async () => {
  await write(
    'a.yaml',
    "rules:\n  r: {when: [{button: left}], if: player.card == '7JtVV', do: [{log: hello}]}\n",
  )
  let isOurs = false
  const book = await readBook({ folder, isOurCard: () => isOurs })
  open.push(book)
  const doubts = async () => {
    await book.look()
    return book.faults.map(({ code }) => code)
  }
  expect(await doubts()).toEqual(['rule/button-card'])
  isOurs = true
  expect(await doubts()).toEqual([])
  expect(book.current.rules.map(({ id }) => id)).toEqual(['r'])
  isOurs = false
  expect(await doubts()).toEqual(['rule/button-card'])
})

test('a playlist whose folder is not there is said once, and no longer once audio lies in it', async () => {
  await write('a.yaml', 'playlists:\n  tales: {folder: storys}\nschedules:\n  bedroom: {default: tales}\n')
  let files: string[] = []
  const log = recordingLog()
  const library = {
    find: async () => ({ state: 'missing' as const }),
    filesIn: async () => files,
    folderHint: async () => 'did you mean "stories"?',
  }
  const book = await readBook({ folder, library, log })
  open.push(book)
  for (let minute = 0; minute < 3; minute++) await book.look()
  const warnings = () => log.lines.filter(({ level }) => level === 'warn')
  expect(warnings().map(({ message }) => message)).toEqual([
    expect.stringMatching(/a\.yaml:2:\d+ warning\[playlist\/silent\][\s\S]*did you mean "stories"\?/),
  ])
  files = ['storys/fox.mp3']
  await book.look()
  expect(book.faults).toEqual([])
  files = []
  await book.look()
  expect(book.faults.map(({ code }) => code)).toEqual(['playlist/silent'])
})

test('a story without a card is warned of until one is made, without a restart', async () => {
  await write(
    'a.yaml',
    `stories:
  cave:
    scenes:
      door: {say: Come in., go: end}
      end: {say: The end., ending: home}
rules:
  r: {player: den, when: [{time: "18:00"}], do: [{story: {start: cave}}]}
`,
  )
  const made = new Set<string>()
  const book = await readBook({ folder, hasCard: (of) => made.has(of) })
  open.push(book)
  const missed = async () => {
    await book.look()
    return book.faults.map(({ code }) => code).filter((code) => code === 'ref/unpublished')
  }
  expect(await missed()).toEqual(['ref/unpublished'])
  expect(book.current.rules.map(({ id }) => id)).toEqual(['r'])
  made.add('story/cave')
  expect(await missed()).toEqual([])
  made.delete('story/cave')
  expect(await missed()).toEqual(['ref/unpublished'])
})
