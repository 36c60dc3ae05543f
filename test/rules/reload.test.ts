import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { actions, conditions } from '../../src/rules/catalog.ts'
import { Engine } from '../../src/rules/engine.ts'
import { trigger } from '../../src/rules/plugin.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import type { Schedule } from '../../src/rules/rule-set.ts'
import { Scheduler } from '../../src/rules/scheduler.ts'
import { buttonPress } from '../support/button-press.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readingOf, worldOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const press = buttonPress()

async function rulesIn(text: string, reading = readingOf()) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], reading)
  expect(diagnostics).toEqual([])
  return ruleSet.rules
}

const onPress = (id: string, ...says: string[]) =>
  `  ${id}:\n    when: [{button: right}]\n    do:\n${says.map((topic) => `      - mqtt: {topic: ${topic}, payload: x}\n`).join('')}`
const onStart = `  hello:\n    when: [{startup: {}}]\n    do: [{mqtt: {topic: started, payload: x}}]\n`

function engineThat(hold: (topic: string) => Promise<void> = async () => undefined) {
  const said: string[] = []
  const log = recordingLog()
  const clock = new VirtualClock()
  const engine = new Engine({
    world: worldOf({ now: () => clock.now() }),
    clock,
    log,
    perform: async (effect: Effect) => {
      if (effect.kind !== 'publish') return
      await hold(effect.topic)
      said.push(effect.topic)
    },
  })
  return { engine, said, log }
}

describe('a reload', () => {
  test('is no start to the rules that wait for one', async () => {
    const { engine, said } = engineThat()
    engine.start(await rulesIn(`rules:\n${onStart}`))
    await engine.settled()
    engine.start(await rulesIn(`rules:\n${onStart}${onPress('more', 'more')}`))
    await engine.settled()
    expect(said).toEqual(['started'])
    await engine.stop()
  })

  test('takes in what is new, and takes out what is gone', async () => {
    const { engine, said } = engineThat()
    engine.start(await rulesIn(`rules:\n${onPress('old', 'old')}${onPress('both', 'both')}`))
    engine.start(await rulesIn(`rules:\n${onPress('both', 'both')}${onPress('new', 'new')}`))
    await engine.handle(press)
    expect(said).toEqual(['both', 'new'])
    await engine.stop()
  })

  test('leaves a run under way alone where its rule only moved, and ends it where the rule was changed or is gone', async () => {
    for (const [after, heard] of [
      [`# a line more\nrules:\n${onPress('r', 'first', 'second')}`, ['first', 'second']],
      [`rules:\n${onPress('r', 'first', 'other')}`, ['first']],
      ['rules: {}\n', ['first']],
    ] as const) {
      let goOn: () => void = () => undefined
      const held = new Promise<void>((resolve) => {
        goOn = resolve
      })
      const { engine, said, log } = engineThat((topic) => (topic === 'first' ? held : Promise.resolve()))
      engine.start(await rulesIn(`rules:\n${onPress('r', 'first', 'second')}`))
      const handled = engine.handle(press)
      await new Promise((resolve) => setImmediate(resolve))
      engine.start(await rulesIn(after))
      goOn()
      await handled
      expect(said).toEqual(heard)
      expect(
        log.lines.some(({ message }) => message.includes('ended: the rule was changed, or taken out')),
      ).toBe(heard.length === 1)
      await engine.stop()
    }
  })

  test('sets the triggers of a rule up again only where it means something else', async () => {
    const ended: string[] = []
    let starts = 0
    const counted = trigger({
      title: 'Counted',
      describe: 'Counts how often it is set up.',
      examples: [],
      options: Type.Object({}, { additionalProperties: false }),
      start({ ruleId, signal }) {
        starts += 1
        signal.addEventListener('abort', () => ended.push(ruleId))
      },
    })
    const registry = createRegistry({ triggers: { counted }, conditions, actions })
    const rules = (text: string) => rulesIn(text, readingOf({ registry }))
    const rule = (says: string) => `  r:\n    when: [{counted: {}}]\n    do: [{log: ${says}}]\n`
    const { engine } = engineThat()
    engine.start(await rules(`rules:\n${rule('a')}`))
    engine.start(
      await rules(
        `# moved\nrules:\n  other: {when: [{counted: {}}], do: [{log: x}]}\n${rule('a')}    # why\n`,
      ),
    )
    expect([starts, ended]).toEqual([2, []])
    engine.start(await rules(`rules:\n${rule('b')}`))
    expect([starts, ended]).toEqual([3, ['r', 'other']])
    await engine.stop()
    expect(ended).toEqual(['r', 'other', 'r'])
  })

  test('tells the place of a rule as it is now', async () => {
    const { engine, log } = engineThat(async () => {
      throw new Error('no broker')
    })
    engine.start(await rulesIn(`rules:\n${onPress('r', 'x')}`))
    engine.start(await rulesIn(`# one\n# two\nrules:\n${onPress('r', 'x')}`))
    await engine.handle(press)
    expect(log.lines.at(-1)?.message).toContain('a.yaml:4')
    await engine.stop()
  })
})

const night = {
  id: 'night',
  window: ['19:00', '06:30'],
  days: null,
  play: 'lullabies',
  ifPressed: null,
} as const
const bedroom: Schedule = { stream: 'bedroom', default: 'daytime', slots: [night] }

function scheduled(at: string, playlist = 'daytime') {
  const clock = new VirtualClock(at)
  const applied = memoryCollection<string>()
  const done: string[] = []
  const scheduler = new Scheduler({
    world: worldOf({
      now: () => clock.now(),
      queue: (stream) => ({ ...emptyQueue(stream), playlist }),
    }),
    perform: async (effect) => {
      if (effect.kind === 'fill-queue') done.push(effect.content)
    },
    applied,
    clock,
    log: recordingLog(),
  })
  return { clock, applied, done, scheduler }
}

describe('schedules that are reloaded', () => {
  test('are left alone where what holds now is the same, also where its name in the store is another', async () => {
    const { clock, applied, done, scheduler } = scheduled('2026-11-21T18:00:00Z')
    await scheduler.start([bedroom])
    const morning = { ...night, id: 'morning', window: ['07:00', '08:00'] } as const
    await scheduler.start([{ ...bedroom, slots: [night, morning] }])
    expect(done).toEqual(['daytime'])
    expect(await applied.get('bedroom')).toBe('default@2026-11-21T08:00:00.000Z')
    await clock.advance(3_600_000)
    await scheduler.evaluate()
    expect(done).toEqual(['daytime', 'lullabies'])
    await scheduler.stop()
  })

  test('are put into effect where what holds now is another thing, at once', async () => {
    const { done, scheduler } = scheduled('2026-11-21T20:00:00Z')
    await scheduler.start([bedroom])
    await scheduler.start([{ ...bedroom, slots: [{ ...night, play: 'rain' }] }])
    await scheduler.start([{ ...bedroom, slots: [{ ...night, play: 'rain', window: ['21:00', '06:30'] }] }])
    expect(done).toEqual(['lullabies', 'rain', 'daytime'])
    await scheduler.stop()
  })

  test('are put into effect where the playlist that is on is not what it was', async () => {
    const { done, scheduler } = scheduled('2026-11-21T18:00:00Z')
    await scheduler.start([bedroom])
    await scheduler.start([bedroom], new Set(['lullabies']))
    expect(done).toEqual(['daytime'])
    await scheduler.start([bedroom], new Set(['daytime']))
    expect(done).toEqual(['daytime', 'daytime'])
    await scheduler.stop()
  })

  test('are put into effect where one comes back', async () => {
    const { done, scheduler } = scheduled('2026-11-21T18:00:00Z')
    await scheduler.start([bedroom])
    await scheduler.start([])
    await scheduler.start([bedroom])
    expect(done).toEqual(['daytime', 'daytime'])
    await scheduler.stop()
  })
})
