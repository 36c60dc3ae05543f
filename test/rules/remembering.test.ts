import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { isoOf } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/error.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import type { StoredQueue } from '../../src/core/queue.ts'
import type { PlainValue } from '../../src/core/value-form.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { RuleRunner } from '../../src/wiring/rules.ts'
import { buttonPress } from '../support/button-press.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readingOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remembering-'))
  const made = folder
  onTestFinished(() => rm(made, { recursive: true, force: true }))
})

/** A house that runs these rules, with a real store. */
async function running(text: string) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog() })
  const clock = new VirtualClock()
  const log = recordingLog()
  const hub = new Hub({
    queues: storage.collection<StoredQueue>('queues'),
    values: {
      vars: storage.collection<PlainValue>('vars'),
      inputs: storage.collection<PlainValue>('inputs'),
    },
    card: () => ({ layout: null, stream: null }),
    newId: () => 'i',
    ...{ clock, log },
  })
  await hub.start()
  hub.declareValues(ruleSet)
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Den')])
  const perform = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    deleteQueue: (...deletion) => hub.deleteQueue(...deletion),
    command: async () => undefined,
    publish: async () => undefined,
    values: hub,
    files: async () => {
      throw new AppError('not_found', 'there are no files')
    },
    lookup: async () => ({ state: 'missing' }),
    deeds: { say: (level, _kind, { message, detail }) => log[level](message, detail) },
    log,
  })
  const rules = new RuleRunner({
    ...{ hub, perform, clock, log },
    book: { current: ruleSet, onChange: () => () => undefined },
    applied: storage.collection<string>('applied-slots'),
    moments: storage.collection('moments'),
  })
  await rules.start()
  const said = () => log.lines.map(({ level, message, detail }) => `${level}: ${message}${errorIn(detail)}`)
  /** Waits until the log says that, so many times. */
  const until = (words: string, times = 1) =>
    vi.waitFor(() => expect(said().filter((line) => line.includes(words)).length).toBe(times), 20_000)
  return {
    ...{ hub, rules, log, perform, said, until },
    async press(...more: Parameters<typeof buttonPress>) {
      await (await this.pressed(...more)).ended
    },
    /** Resolves when the press was told of; `ended` when what it started has ended. */
    async pressed(...more: Parameters<typeof buttonPress>) {
      // The same button within 300 ms is one press.
      await clock.advance(1000)
      const event = { ...buttonPress(...more), at: isoOf(clock.now()) }
      hub.report(event)
      return { ended: rules.runsOf(event) }
    },
    async stop() {
      await rules.stop()
      await hub.stop()
      await storage.close()
    },
  }
}

function errorIn(detail: unknown): string {
  return typeof detail === 'object' && detail !== null && 'error' in detail ? ` | ${detail.error}` : ''
}

const counting = `
vars:
  presses: {start: 0, max: 1000}
rules:
  count:
    when:
      - button: right
    do:
      - set: {presses: vars.presses + 1}
`

describe('set', () => {
  test('counts presses, also after a restart', async () => {
    const first = await running(counting)
    await first.press()
    await first.press()
    expect(first.hub.vars().get('presses')).toBe(2)
    await first.stop()
    const second = await running(counting)
    expect(second.hub.vars().get('presses')).toBe(2)
    await second.press()
    expect(second.hub.vars().get('presses')).toBe(3)
    expect(second.said()).toContain('info: var "presses" is 3')
    await second.stop()
  })

  test('loses nothing where two rules count a hundred presses at once', async () => {
    const two = `${counting}  count-too:\n    stream: attic\n    when:\n      - button: {button: right, stream: bedroom}\n    do:\n      - set: {presses: vars.presses + 1}\n`
    const house = await running(two)
    const presses: Promise<void>[] = []
    for (let n = 0; n < 100; n++) presses.push((await house.pressed()).ended)
    await Promise.all(presses)
    expect(house.hub.vars().get('presses')).toBe(200)
    await house.stop()
  })

  test('sets one after the other, and stops where what it asks for is not known', async () => {
    const house = await running(`
vars: {a: {start: 1, max: 9}, b: {start: 0, max: 9}}
rules:
  r:
    name: My rule
    when:
      - button: right
    do:
      - set: {a: vars.a + 1, b: vars.a * 2}
      - set: {a: player.battery, b: 9}
        name: Battery
`)
    await house.press()
    expect(Object.fromEntries(house.hub.vars())).toEqual({ a: 2, b: 4 })
    expect(house.said()).toContain(
      'error: rule "r" (My rule, a.yaml:4) stopped at action 2 `set` (Battery) | "a" stays as it is: player.battery is not known',
    )
    expect(house.said()).toContain('info: rule "r" (My rule) runs')
    await house.stop()
  })
})

const party = `
inputs:
  party: {type: switch}
  wish: {type: select, options: [songs, stories]}
  loud: {type: number, min: 0, max: 10}
rules:
  on:
    when:
      - input: {name: party, to: true, also_at_start: true}
    do:
      - log: "on by \${trigger.name}"
  any:
    when:
      - input: loud
    if: trigger.value > 4
    do:
      - log: "loud is \${trigger.value}"
  only-stories:
    when:
      - button: right
    if:
      - input: {name: wish, is: stories}
      - input: party
    do:
      - log: a story at the party
`

describe('input', () => {
  test('starts rules when it changes to what they wait for', async () => {
    const house = await running(party)
    const set = (name: string, value: PlainValue) =>
      house.perform({ kind: 'set-input', name, value }, 'a test')
    await set('party', true)
    await set('party', true)
    await set('party', false)
    await set('loud', 5)
    await set('loud', 3)
    await house.until('rule "any" did not run')
    await house.until('loud is 5')
    await house.until('on by party')
    const logged = house.said().filter((line) => / on by | loud is \d/.test(line))
    expect(logged).toEqual(['info: on by party', 'info: loud is 5'])
    await house.press()
    expect(house.said()).toContain(
      'debug: rule "only-stories" did not run: its condition `input` does not hold',
    )
    await set('wish', 'stories')
    await set('party', true)
    await house.press()
    expect(house.said()).toContain('info: a story at the party')
    await house.stop()
  })

  test('starts rules at the start where it is so then, and they ask for that', async () => {
    const first = await running(party)
    await first.hub.setInput('party', true, 'a test')
    await first.stop()
    const second = await running(party)
    await second.until('on by party')
    await second.stop()
  })

  test('is told to who looks on, and described', async () => {
    const house = await running(party)
    const told: unknown[] = []
    house.hub.subscribe('a test', (change) => told.push(change))
    await house.hub.setInput('loud', 4, 'a test')
    const input = { id: 'loud', name: 'loud', type: 'number', min: 0, max: 10, step: 1, unit: null, value: 4 }
    expect(told).toEqual([{ kind: 'input', input, because: 'a test', announced: expect.any(String) }])
    expect(house.hub.inputs().map(({ id }) => id)).toEqual(['party', 'wish', 'loud'])
    await house.stop()
  })

  test('that rules hand to and fro is held after eight times', async () => {
    const house = await running(`
inputs: {party: {type: switch}}
vars: {runs: {start: 0, max: 1000}}
rules:
  to-and-fro:
    when:
      - input: party
    do:
      - set: {runs: vars.runs + 1, party: not inputs.party}
`)
    await house.hub.setInput('party', true, 'a test')
    await house.until('is held')
    expect(house.hub.vars().get('runs')).toBe(9)
    expect(house.said()).toContainEqual(
      expect.stringContaining('rule "to-and-fro" (a.yaml:5) is held | 8 rules have'),
    )
    await house.hub.setInput('party', !house.hub.inputValues().get('party'), 'a test')
    await house.stop()
    expect(house.hub.vars().get('runs')).toBe(9)
  })
})

describe('a condition beside an item', () => {
  test('is about that item alone', async () => {
    const house = await running(`
vars: {n: {start: 0, max: 9}, brave: false}
rules:
  r:
    when:
      - button: right
        if: vars.n < 2
      - button: left
        enabled: false
    if:
      - days: daily
        if: not vars.brave
        name: Never brave
      - any:
          - days: weekdays
            enabled: false
    do:
      - set: {n: vars.n + 1}
      - log: twice
        if: vars.n == 2
      - log: never
        enabled: false
`)
    await house.press()
    await house.press({ button: 'left' })
    await house.press()
    await house.press()
    expect(house.hub.vars().get('n')).toBe(2)
    const lines = house.said().map((line) => line.replace(/^info: /, ''))
    expect(lines.filter((line) => line === 'twice' || line === 'never')).toEqual(['twice'])
    expect(lines).toContain('rule "r" skips action 2 `log`: its condition `vars.n == 2` does not hold')
    expect(lines).toContain('debug: rule "r" did not run: its condition `vars.n < 2` does not hold')
    await house.hub.setVar('n', 0, 'a test')
    await house.hub.setVar('brave', true, 'a test')
    await house.press()
    expect(house.said()).toContain(
      'debug: rule "r" did not run: its condition `not vars.brave` does not hold',
    )
    await house.stop()
  })
})

describe('an action that chooses', () => {
  const choosing = `
vars: {n: {start: 0, max: 9}}
rules:
  r:
    when:
      - button: right
    do:
      - set: {n: vars.n + 1}
      - if: vars.n == 2
        then:
          - log: two
          - if: player.battery > 10
            then:
              - log: never
        else:
          - log: not two
      - choose:
          - if: [vars.n == 1, days: daily]
            do:
              - log: "one, \${vars.n}"
          - if: vars.n == 2
            do:
              - log: off
                enabled: false
          - else:
              - log: many
        name: How many
      - choose:
          - if: vars.n == 3
            do:
              - set: {n: player.battery}
              - log: never
      - log: the end
`

  test('does what stands in the way that it goes', async () => {
    const house = await running(choosing)
    const pressed = async () => {
      const before = house.said().length
      await house.press()
      const quiet = /runs$|var "n"/
      return house
        .said()
        .slice(before)
        .filter((line) => !quiet.test(line))
        .map((line) => line.replace('info: ', ''))
    }
    expect(await pressed()).toEqual([
      'not two',
      'one, 1',
      'rule "r" skips action 4 `choose`: none of its conditions holds',
      'the end',
    ])
    expect(await pressed()).toEqual([
      'two',
      'rule "r" skips action 2.2 `if`: none of its conditions holds',
      'rule "r" skips action 4 `choose`: none of its conditions holds',
      'the end',
    ])
    expect(await pressed()).toEqual([
      'not two',
      'many',
      'error: rule "r" (a.yaml:4) stopped at action 4.1 `set` | "n" stays as it is: player.battery is not known',
    ])
    await house.stop()
  })
})

describe('a player of a rule', () => {
  const named = (player: string, trigger = 'button: right') =>
    `players: {mine: y2}\nrules:\n  r:\n    player: ${player}\n    when:\n      - ${trigger}\n    do:\n      - log: "heard \${player.name} \${player.id}"\n`

  test.each([
    ['y2', 'Den'],
    ['den', 'Den'],
    ['mine', 'Den'],
  ])('is called %s', async (player, name) => {
    const house = await running(named(player))
    await house.press()
    await house.press({ player: 'y2' })
    expect(house.said().filter((line) => line.includes('heard'))).toEqual([`info: heard ${name} y2`])
    await house.stop()
  })

  test('is found once it is there, and by its new name', async () => {
    const house = await running(named('attic'))
    await house.press({ player: 'y3' })
    house.hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y3', 'Attic')])
    await house.press({ player: 'y3' })
    house.hub.setPlayers([unknownPlayer('y1', 'Attic'), unknownPlayer('y3', 'Cellar')])
    await house.press({ player: 'y3' })
    await house.press({ player: 'y1' })
    expect(house.said().filter((line) => line.includes('heard'))).toEqual([
      'info: heard Attic y3',
      'info: heard Attic y1',
    ])
    await house.stop()
  })

  test('may be named by the trigger alone', async () => {
    const house = await running(
      named('den', 'button: {button: right, player: nursery}').replace('    player: den\n', ''),
    )
    await house.press({ player: 'y2' })
    await house.press()
    expect(house.said().filter((line) => line.includes('heard'))).toEqual(['info: heard Nursery y1'])
    await house.stop()
  })
})
