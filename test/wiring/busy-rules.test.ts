/** @module-tag slow */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ruleRoutes } from '../../src/http/api/rules.ts'
import { log as writing } from '../../src/rules/actions/log.ts'
import { registryWith } from '../../src/rules/plugins/plugin-set.ts'
import type { GoodText } from '../../src/wiring/good-texts.ts'
import { Problems } from '../../src/wiring/problems.ts'
import type { RuleBookOptions } from '../../src/wiring/rule-book.ts'
import { ruleDesk } from '../../src/wiring/rule-desk.ts'
import { RuleWatch } from '../../src/wiring/rule-watch.ts'
import { HangingThread, slow } from '../support/hanging-thread.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { bookOf } from '../support/rule-book.ts'

// Threads are slow to start where all of the language is translated for them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let folder: string
let scripts: string
let thread: HangingThread
const open: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-busy-'))
  scripts = await mkdtemp(join(tmpdir(), 'yoto-busy-thread-'))
  thread = new HangingThread(scripts)
})

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop()
  thread.stop()
  await rm(folder, { recursive: true })
  await rm(scripts, { recursive: true })
})

const padding = '# and so on\n'.repeat(2000)
const ruleNamed = (id: string) => `rules:\n  ${id}:\n    when: [{button: right}]\n    do: [{log: hello}]\n`
const large = (id: string) => `${ruleNamed(id)}${padding}`
const largeAndSlow = (id: string) => `${large(id)}${slow}\n`
const write = (file: string, text: string) => writeFile(join(folder, file), text)

async function household(stores: Partial<RuleBookOptions> = {}) {
  const { clock } = thread
  const log = recordingLog()
  const problems = new Problems()
  const book = bookOf({ folder, clock, log, problems, thread: await thread.options(), ...stores })
  open.push(book)
  const desk = ruleDesk({ book, folder })
  const isThere = (file: string) => book.files.some((known) => known.file === file)
  const answer = (act: string, body: { readonly file: string; readonly text?: string }) =>
    ruleRoutes({ rules: desk })
      .find(({ path }) => path === `/rules/${act}`)
      ?.handle({
        ...{
          body,
          query: {},
          param: () => '',
          header: () => (isThere(body.file) ? '*' : null),
          setHeader: () => undefined,
        },
        ...{ caller: null, network: '', cookie: { set: () => undefined, clear: () => undefined } },
      })
  return {
    ...{ book, problems, log },
    ids: () => book.current.rules.map(({ id }) => id),
    states: () => Object.fromEntries(book.files.map(({ file, state }) => [file, state])),
    // Every minute; asked for here, so that a test knows when it is over.
    look: () => book.look(),
    save: async (file: string, text: string) => answer('write', { file, text }),
    remove: async (file: string) => answer('delete', { file }),
    check: async (file: string, text: string) =>
      (await book.check(file, text)).map(({ code, message }) => `${code} ${message}`),
    said: () => log.lines.splice(0).map(({ message }) => message),
  }
}

const busy = 'the machine was too busy to read it within 10 s'

describe('a change that a busy machine has no time for', () => {
  beforeEach(async () => {
    await write('big.yaml', large('old'))
    thread.share = 0.5
  })

  test('leaves the last good version running, and is tried again each minute until it is read', async () => {
    const { book, ids, states, problems, save, look, said } = await household()
    await book.start()
    thread.hangs = true
    expect(await thread.outOfTime(() => save('big.yaml', largeAndSlow('new')))).toMatchObject({
      state: 'last-good',
      message:
        '"big.yaml" is saved, but the machine was too busy to read it in time: what ran before runs on. It is tried again by itself, every minute',
      findings: [{ code: 'yaml/busy', message: busy, line: 1 }],
    })
    expect([ids(), states()]).toEqual([['old'], { 'big.yaml': 'last-good' }])
    expect(problems.list()).toEqual([
      `big.yaml waits for another try; its version of 12:03 runs on (${busy})`,
    ])
    expect(said()).toHaveLength(2)
    await thread.outOfTime(look)
    expect([thread.tries, ids(), said()]).toEqual([2, ['old'], []])
    thread.hangs = false
    await look()
    expect([ids(), problems.list(), said()]).toEqual([
      ['new'],
      [],
      ['big.yaml was read: it runs as it is written'],
    ])
  })

  test('is tried again by the minute alone', async () => {
    const { book, ids, log, save } = await household()
    await book.start()
    thread.hangs = true
    await thread.outOfTime(() => save('big.yaml', largeAndSlow('new')))
    thread.hangs = false
    const looks: Promise<void>[] = []
    const look = async () => void looks.push(book.look())
    const watch = new RuleWatch({ folder, look, clock: thread.clock, log })
    open.push(watch)
    watch.start()
    await thread.clock.advance(60_000)
    await Promise.all(looks)
    expect([looks.length, ids()]).toEqual([1, ['new']])
  })

  test('is at fault once it had the machine to itself, and is not tried again until it is changed', async () => {
    const { book, ids, states, save, look } = await household()
    await book.start()
    thread.hangs = true
    await thread.outOfTime(() => save('big.yaml', largeAndSlow('new')))
    thread.share = 0.9
    await thread.outOfTime(look)
    expect(book.files).toMatchObject([
      { state: 'last-good', findings: [{ code: 'yaml/too-big', message: expect.stringContaining('10 s') }] },
    ])
    await look()
    await book.reload()
    expect([thread.tries, ids(), states()]).toEqual([2, ['old'], { 'big.yaml': 'last-good' }])
    await thread.outOfTime(() => save('big.yaml', largeAndSlow('newer')))
    expect(thread.tries).toBe(3)
    thread.hangs = false
    expect(await save('big.yaml', large('newest'))).toMatchObject({ state: 'running' })
    expect(ids()).toEqual(['newest'])
  })

  test('does not keep other changes waiting', async () => {
    const { book, ids, save } = await household()
    await book.start()
    thread.hangs = true
    await thread.outOfTime(() => save('big.yaml', largeAndSlow('new')))
    const saved = await thread.outOfTime(() => save('small.yaml', ruleNamed('small')))
    expect([saved, ids()]).toMatchObject([{ state: 'running' }, ['old', 'small']])
  })
})

describe('a file that runs, and that a busy machine has no time to read again', () => {
  const settled = async () => {
    await write('big.yaml', largeAndSlow('big'))
    await write('small.yaml', ruleNamed('small'))
    const house = await household()
    await house.book.start()
    house.said()
    thread.hangs = true
    thread.share = 0.5
    // The thread ends when nobody needed it for a minute, and what it knew with it.
    await thread.clock.advance(60_000)
    return house
  }

  test('runs on, and a change of another one waits with it', async () => {
    const { ids, states, problems, save, look, said } = await settled()
    expect(await thread.outOfTime(() => save('small.yaml', ruleNamed('other')))).toMatchObject({
      state: 'last-good',
      message: expect.stringContaining('too busy to read "big.yaml" in time, beside which it is checked'),
      rules: [{ id: 'small' }],
    })
    const held = [['big', 'small'], { 'big.yaml': 'last-good', 'small.yaml': 'last-good' }]
    expect([ids(), states()]).toEqual(held)
    expect(problems.list()).toEqual([
      `big.yaml waits for another try; its version of 12:03 runs on (${busy})`,
      `small.yaml waits for another try; its version of 12:03 runs on (big.yaml: ${busy})`,
    ])
    said()
    await thread.outOfTime(look)
    expect([ids(), states(), said()]).toEqual([...held, []])
    thread.hangs = false
    await look()
    expect([ids(), states(), problems.list()]).toEqual([
      ['big', 'other'],
      { 'big.yaml': 'running', 'small.yaml': 'running' },
      [],
    ])
  })

  test('leaves a new file out, and what a deleted one said runs on, until then', async () => {
    const { ids, states, save, remove, look, book } = await settled()
    expect(await thread.outOfTime(() => save('new.yaml', ruleNamed('new')))).toMatchObject({
      state: 'left-out',
      message: expect.stringContaining('it does not run yet'),
    })
    expect(await thread.outOfTime(() => remove('small.yaml'))).toMatchObject({
      message: expect.stringContaining('what it said runs on'),
      kept: { state: 'kept-for-others' },
    })
    expect([ids(), states()]).toEqual([
      ['big', 'small'],
      { 'big.yaml': 'last-good', 'new.yaml': 'left-out', 'small.yaml': 'kept-for-others' },
    ])
    thread.hangs = false
    await look()
    expect(ids()).toEqual(['big', 'new'])
    expect(book.files.map(({ file }) => file)).toEqual(['big.yaml', 'new.yaml'])
  })

  test('does not hide what is wrong with the other one', async () => {
    const { states, save } = await settled()
    const slip = await thread.outOfTime(() => save('small.yaml', 'rules: {small: {}}\n'))
    expect(slip).toMatchObject({ state: 'last-good', findings: [{ code: 'key/missing' }], would_break: [] })
    expect(states()).toEqual({ 'big.yaml': 'last-good', 'small.yaml': 'last-good' })
  })

  test('runs on where its change is no better off', async () => {
    const { ids, states, save, look } = await settled()
    await thread.outOfTime(() => save('big.yaml', largeAndSlow('bigger')), 2)
    expect([ids(), states()]).toEqual([
      ['big', 'small'],
      { 'big.yaml': 'last-good', 'small.yaml': 'running' },
    ])
    thread.hangs = false
    await look()
    expect(ids()).toEqual(['bigger', 'small'])
  })
})

test('a file that ran is read after a start as soon as the machine has the time, and the others run meanwhile', async () => {
  const good = memoryCollection<GoodText>()
  await write('big.yaml', largeAndSlow('big'))
  await write('small.yaml', ruleNamed('small'))
  await good.set('big.yaml', { text: largeAndSlow('big'), at: '2026-11-20T12:00:00Z' })
  const { book, ids, states, problems, look } = await household({ good })
  thread.hangs = true
  thread.share = 0.5
  await thread.outOfTime(() => book.start())
  expect([ids(), states()]).toEqual([['small'], { 'big.yaml': 'left-out', 'small.yaml': 'running' }])
  expect(problems.list()).toEqual([`big.yaml waits for another try; it is left out until then (${busy})`])
  thread.hangs = false
  await look()
  expect([ids(), problems.list()]).toEqual([['big', 'small'], []])
})

test('a text that is only checked is read anew each time that is asked for', async () => {
  const { book, check } = await household()
  await book.start()
  thread.hangs = true
  thread.share = 0.5
  const said = await thread.outOfTime(() => check('draft.yaml', largeAndSlow('draft')))
  expect(said).toEqual([`yaml/busy ${busy}`])
  thread.hangs = false
  expect(await check('draft.yaml', largeAndSlow('draft'))).toEqual([])
})

test('with plug-ins, where nothing but its form is read in the thread, it is tried again too', async () => {
  const plugin = { id: 'lamp', api: 1 as const, version: '1.0.0', actions: { lamp: writing } }
  const registry = registryWith([{ plugin, stamp: 'lamp 1' }])
  await write('big.yaml', largeAndSlow('big'))
  const plugins = { registry, troubles: [], look: async () => false }
  const { book, ids, states, look } = await household({ plugins })
  thread.hangs = true
  thread.share = 0.5
  await thread.outOfTime(() => book.start())
  expect(states()).toEqual({ 'big.yaml': 'left-out' })
  await thread.outOfTime(look)
  thread.hangs = false
  await look()
  expect([thread.tries, ids()]).toEqual([2, ['big']])
})
