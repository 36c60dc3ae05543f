import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadYaml } from '../../src/language/source.ts'
import { log as writing } from '../../src/rules/actions/log.ts'
import { registryWith } from '../../src/rules/plugins/plugin-set.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import type { Registry } from '../../src/rules/registry.ts'
import { isLarge, RuleThread } from '../../src/wiring/rule-thread.ts'
import { ownTask } from '../../src/wiring/thread-work.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'
import { readingOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-thread-'))
})
afterAll(() => rm(folder, { recursive: true }))

const large = (line: (number: number) => string, count = 2000) =>
  Array.from({ length: count }, (_, number) => line(number)).join('')

async function script(text: string): Promise<URL> {
  const path = join(folder, `${Math.random()}.mjs`)
  await writeFile(path, text)
  return pathToFileURL(path)
}

const answers = {
  fileExists: async () => false,
  fileHint: async () => null,
  lengthOf: async () => null,
  filesIn: async () => [],
  folderHint: async () => null,
  finds: async () => null,
  publishFault: async () => null,
  listenFault: async () => null,
  actionFault: async () => null,
  readCalendar: async () => ({ fault: 'there is none' }),
  isOurCard: async (): Promise<boolean | null> => null,
  hasCard: async (): Promise<boolean | null> => null,
  hasStream: async (): Promise<boolean | null> => null,
  streamAlike: async () => null,
}
const around = {
  zone: 'UTC',
  location: null,
  adviceAt: null,
  hasHomeAssistant: null,
  hasVoice: null,
  answers,
}

const valid = `# a comment\nplaylists:\n${large((n) => `  p${n}: [a.mp3, "b.mp3"]\n`)}schedules:\n  s:\n    default: p1\n`

const fault = (...words: string[]) => ({ message: `not ${words.join(' ')}`, help: 'another' })

// One of each thing that is held against other files, or against what only the product knows.
const doubtful = `
calendar: {files: [away.ics]}
playlists: {sea: [wave.mp3, nowhere.mp3]}
schedules:
  den: {default: sea, slots: {nap: {from: "12:00", to: "14:00", play: sea}}}
  porch: {default: sea, answers: [{stream: loft, player: kitchen}]}
rules:
  publishes: {when: [{button: right}], do: [{mqtt: {topic: a/b, payload: x}}]}
  plays: {stream: den, when: [{button: right}], do: [{queue: {set: nowhere}}]}
  listens: {when: [{mqtt: c/d}], do: [{log: x}]}
  asks: {stream: den, when: [{slot: {began: nup}}], do: [{log: x}]}
  presses: {when: [{button: left}], if: "player.card in ['7JtVV', '7JtVW']", do: [{log: x}]}
  holds: {stream: attic, when: [{button: right}], do: [{queue: {set: sea, for: 5m}}]}
  calls: {when: [{button: right}], do: [{ha: {action: shell_command.x}}]}
`

test('what the thread says of large files is what is said without it, and it asks for what it does not know', {
  tags: 'slow',
}, async () => {
  const log = recordingLog()
  const thread = new RuleThread({ clock: systemClock, log })
  const told = {
    topicFault: async (topic: string, use: string) => fault(use, topic),
    fileExists: async (file: string) => /^[^n].*mp3$/.test(file),
    fileHint: async (file: string) => `did you mean ${file}?`,
    lengthOf: async (file: string) => (file === 'long.mp3' ? 600_000 : 1_000),
    filesIn: async (folder: string) => [`${folder}/long.mp3`, `${folder}/left-over.mp3`],
    readCalendar: answers.readCalendar,
    isOurCard: async (cardId: string) => cardId !== '7JtVV',
    hasCard: async (of: string) => of !== 'stream/attic',
    hasStream: async (stream: string) => stream !== 'attic',
    streamAlike: async (stream: string) => (stream === 'loft' ? 'lofť' : null),
    folderHint: async (folder: string) => `did you mean "${folder}s"?`,
    homeAssistant: { isThere: false, actionFault: async (action: string) => fault(action) },
  }
  const sources = [
    { file: 'a.yaml', text: valid },
    { file: 'b.yaml', text: `${valid}  s: {default: p2}\n` },
    { file: 'c.yaml', text: doubtful },
    { file: 'd.yaml', text: `a: [\n${large(() => '  x\n', 9000)}` },
  ]
  const request = {
    ...around,
    adviceAt: new Date('2026-11-21T12:00:00Z'),
    hasHomeAssistant: false,
    answers: {
      ...told,
      publishFault: (topic: string) => told.topicFault(topic, 'publish'),
      listenFault: (topic: string) => told.topicFault(topic, 'listen'),
      actionFault: told.homeAssistant.actionFault,
      finds: answers.finds,
    },
  }
  const { adviceAt } = request
  const ofEach = [
    [
      'ref/calendar',
      'ref/file',
      'ref/alike',
      'ref/topic',
      'ref/playlist',
      'ref/topic',
      'ref/home-assistant',
      'ref/ha-domain',
    ],
    // These are looked at where nothing else is wrong.
    ['ref/file', 'ref/alike', 'ref/stream', 'ref/slot', 'rule/button-card', 'schedule/none'],
  ]
  const harmless = sources.flatMap(({ file, text }) =>
    file === 'a.yaml' ? { file, text } : file === 'c.yaml' ? { file, text: withoutErrors(text) } : [],
  )
  for (const [index, all] of [sources, harmless].entries()) {
    const checked = await thread.check({ ...request, sources: all })
    const { files } = await readRuleFiles(all, readingOf({ ...told, adviceAt }))
    expect(checked).toEqual(
      files.map(({ file, isSound, hasOwnErrors, diagnostics }) => ({
        file,
        isSound,
        hasOwnErrors,
        diagnostics,
      })),
    )
    const found = checked?.find(({ file }) => file === 'c.yaml')?.diagnostics.map(({ code }) => code)
    expect(found).toEqual(ofEach[index])
  }
  for (const source of sources) expect(await thread.load(source)).toEqual(loadYaml(source))
  expect(log.lines).toEqual([])
  await thread.stop()
})

function withoutErrors(text: string): string {
  const lines = text.split('\n').filter((line) => !/calendar:|publishes:|plays:|listens:|calls:/.test(line))
  return lines.join('\n')
}

test('an entry that would take too long to hand over is named, and the others are there', {
  tags: 'slow',
}, async () => {
  const thread = new RuleThread({ clock: systemClock, log: recordingLog() })
  const text = `playlists:\n  small: [a.mp3]\n  huge:\n${large((n) => `    - f${n}.mp3\n`, 21_000)}`
  const { root, diagnostics } = await thread.load({ file: 'a.yaml', text })
  expect(diagnostics).toMatchObject([{ line: 3, column: 3, level: 'error', code: 'type/value' }])
  expect(root).not.toBe(null)
  await thread.stop()
})

// It answers at once for every file but those that are called slow, at which it stays.
const stuckAtSlow = `
import { parentPort } from 'node:worker_threads'
let left = []
parentPort.on('message', (message) => {
  if (message.kind === 'next') {
    const piece = left.shift()
    return parentPort.postMessage(piece === undefined ? { kind: 'end' } : { kind: 'piece', piece })
  }
  for (const { file, refused } of message.sources) {
    const isStuck = file.startsWith('slow') && refused === undefined
    parentPort.postMessage({ kind: 'at', file, isStuck })
    if (isStuck) for (;;);
  }
  left = message.sources.map(({ file, refused }) => ({ file, diagnostics: refused ?? [] }))
  parentPort.postMessage({ kind: 'piece', piece: left.shift() })
})
`

/** A thread that stays at slow files, of which each has `share` of the ten seconds that pass meanwhile. */
async function stuckThread(share: number) {
  const clock = new VirtualClock()
  let tries = 0
  const hear = (worker: Worker) =>
    worker.on('message', ({ isStuck }) => {
      if (isStuck !== true) return
      tries += 1
      // Once the thread's time at that file has begun.
      setImmediate(() => clock.advance(10_000))
    })
  process.on('worker', hear)
  onTestFinished(() => void process.off('worker', hear))
  const thread = new RuleThread({
    clock,
    log: recordingLog(),
    script: await script(stuckAtSlow),
    workedMs: () => clock.now().getTime() * share,
  })
  const check = async (...files: readonly string[]) => {
    const checked = await thread.check({ sources: files.map((file) => ({ file, text: valid })), ...around })
    return checked?.map(({ file, diagnostics }) => [file, ...diagnostics.map(({ code }) => code)])
  }
  return { thread, check, tries: () => tries }
}

test('a file that takes more than ten seconds is refused for good, and the others are checked without it', async () => {
  const { thread, check, tries } = await stuckThread(0.9)
  const files = ['a.yaml', 'slow-1.yaml', 'slow-2.yaml', 'z.yaml']
  const refused = [['a.yaml'], ['slow-1.yaml', 'yaml/too-big'], ['slow-2.yaml', 'yaml/too-big'], ['z.yaml']]
  expect(await check(...files)).toEqual(refused)
  thread.tryAgain()
  expect(await check(...files)).toEqual(refused)
  expect(tries()).toBe(2)
  await thread.stop()
})

test('one that others left no time for is refused until it is to be tried again', {
  tags: 'slow',
}, async () => {
  const { thread, check, tries } = await stuckThread(0.7)
  const refused = [['a.yaml'], ['slow.yaml', 'yaml/busy']]
  expect(await check('a.yaml', 'slow.yaml')).toEqual(refused)
  expect(await check('a.yaml', 'slow.yaml')).toEqual(refused)
  expect(tries()).toBe(1)
  thread.tryAgain([{ file: 'slow.yaml', text: 'another' }])
  expect(await check('slow.yaml')).toEqual([['slow.yaml', 'yaml/busy']])
  expect(tries()).toBe(1)
  thread.tryAgain([{ file: 'slow.yaml', text: valid }])
  expect(await check('slow.yaml')).toEqual([['slow.yaml', 'yaml/busy']])
  expect(tries()).toBe(2)
  await thread.stop()
})

test('it is the work of the thread that is asked for, by its own number', async () => {
  const tasks = new Set<number | null>()
  const thread = new RuleThread({
    clock: systemClock,
    log: recordingLog(),
    workedMs: (task) => {
      tasks.add(task)
      return 0
    },
  })
  await thread.check({ sources: [{ file: 'a.yaml', text: valid }], ...around })
  const known = [...tasks].filter((task) => task !== null)
  expect(known).toHaveLength(process.platform === 'linux' ? 1 : 0)
  expect(known).not.toContain(ownTask())
  await thread.stop()
}, 60_000)

test('a thread that dies is an error of the file, and no crash', async () => {
  const log = recordingLog()
  const dying = await script('throw new Error("out of memory")')
  const thread = new RuleThread({ clock: systemClock, log, script: dying })
  expect((await thread.load({ file: 'a.yaml', text: valid })).diagnostics).toMatchObject([{ level: 'error' }])
  expect(log.lines[0]?.detail).toMatchObject({ error: 'out of memory' })
  await thread.stop()
})

test('where there is no thread to be had, it is read all the same, and said', async () => {
  const log = recordingLog()
  const thread = new RuleThread({ clock: systemClock, log, script: new URL('https://example.com/x.js') })
  const source = { file: 'a.yaml', text: valid }
  expect(await thread.check({ sources: [source], ...around })).toBe(null)
  expect(await thread.load(source)).toEqual(loadYaml(source))
  expect(log.lines[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('no thread') })
  await thread.stop()
})

/** What threads that are started from now on ask for. */
function askedByThreads(): ReadonlySet<string> {
  const asked = new Set<string>()
  const hear = (worker: Worker) =>
    worker.on('message', ({ kind, what }) => {
      if (kind === 'ask') asked.add(what)
    })
  process.on('worker', hear)
  onTestFinished(() => void process.off('worker', hear))
  return asked
}

test('a book with a large file is checked in the thread: with an error the last good version runs on', async () => {
  const home = await mkdtemp(join(tmpdir(), 'yoto-book-'))
  await writeFile(join(home, 'large.yaml'), valid)
  await writeFile(join(home, 'small.yaml'), 'schedules:\n  t: {default: p7}\n')
  const asked = askedByThreads()
  const book = await readBook({ folder: home, library: { find: async () => ({ state: 'ready' }) } })
  expect([...asked]).toEqual(['streamAlike', 'fileExists'])
  expect(book.files.map(({ state }) => state)).toEqual(['running', 'running'])
  expect(book.current.playlists.size).toBe(2000)
  const broken = valid.replace('default: p1', 'default: nowhere')
  expect(isLarge({ file: 'large.yaml', text: broken })).toBe(true)
  await writeFile(join(home, 'large.yaml'), broken)
  await book.reload()
  expect(book.files[0]).toMatchObject({ state: 'last-good', findings: [{ code: 'ref/playlist' }] })
  expect(book.current.schedules.map(({ stream }) => stream)).toEqual(['s', 't'])
  expect((await book.check('large.yaml', valid)).filter(({ level }) => level === 'error')).toEqual([])
  expect((await book.check('large.yaml', broken)).map(({ code }) => code)).toContain('ref/playlist')
  await book.stop()
  await rm(home, { recursive: true })
}, 60_000)

test('with plug-ins, large files are checked beside their parts', { tags: 'slow' }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'yoto-book-'))
  const plugin = { id: 'lamp', api: 1 as const, version: '1.0.0', actions: { lamp: writing } }
  const rule = 'rules:\n  r: {when: [{button: right}], do: [{lamp: red}]}\n'
  await writeFile(join(home, 'large.yaml'), `${valid}${rule}`)
  const asked = askedByThreads()
  const findingsWith = async (registry: Registry) => {
    const plugins = { registry, troubles: [], look: async () => false }
    const book = await readBook({
      folder: home,
      library: { find: async () => ({ state: 'ready' }) },
      plugins,
    })
    const codes = book.files.flatMap(({ findings }) => findings.map(({ code }) => code))
    await book.stop()
    return { codes, rules: book.current.rules.length }
  }
  expect(await findingsWith(registryWith([{ plugin, stamp: 'lamp 1' }]))).toEqual({ codes: [], rules: 1 })
  expect([...asked]).toEqual([])
  expect(await findingsWith(registryWith([]))).toEqual({ codes: ['key/unknown'], rules: 0 })
  expect([...asked]).toEqual(['streamAlike', 'fileExists'])
  await rm(home, { recursive: true })
})
