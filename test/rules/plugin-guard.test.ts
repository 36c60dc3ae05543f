import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { Engine } from '../../src/rules/engine.ts'
import {
  type ActionDef,
  type ConditionDef,
  definePlugin,
  type Plugin,
  type TriggerDef,
} from '../../src/rules/plugin.ts'
import { guardedPlugin } from '../../src/rules/plugins/guard.ts'
import { PluginWatch } from '../../src/rules/plugins/watch.ts'
import type { Rule } from '../../src/rules/rule-set.ts'
import { recordingLog } from '../support/recording-log.ts'
import { worldOf } from '../support/rules.ts'
import { oneTurn, VirtualClock } from '../support/virtual-clock.ts'

const options = Type.Object({}, { additionalProperties: false })
const documented = { title: 'Part', describe: 'A part.', examples: ['- part:'], options }
const fail = () => {
  throw new Error('boom')
}
const bound = <Definition>(definition: Definition) => ({ kind: 'part', definition, options: {}, id: null })
const pluginOf = (parts: Partial<Plugin>) => definePlugin({ id: 'shaky', api: 1, version: '1.0.0', ...parts })

interface Parts {
  readonly trigger?: TriggerDef['start']
  readonly test?: ConditionDef['test']
  readonly run?: ActionDef['run']
}

/** A rule of the parts of a plug-in beside one of our own, both started at each `press`. */
function houseOf({ trigger, test: holds, run }: Parts) {
  const log = recordingLog()
  const clock = new VirtualClock('2026-11-24T19:00:00Z')
  const stopped: string[] = []
  const watch = new PluginWatch({ plugin: 'shaky', clock, log, stopped: (why) => stopped.push(why) })
  const start: TriggerDef['start'] =
    trigger ?? (({ on, fire }) => on('player', { type: 'button' }, () => fire({}, 'pressed')))
  const plugin = guardedPlugin(
    pluginOf({
      triggers: { part: { ...documented, start } },
      conditions: { part: { ...documented, test: holds ?? (() => true) } },
      actions: { part: { ...documented, run: run ?? (async () => undefined) } },
    }),
    watch,
  )
  const ours: TriggerDef = {
    ...documented,
    start: ({ on, fire }) => on('player', { type: 'button' }, () => fire({}, 'pressed')),
  }
  const say: ActionDef = { ...documented, run: ({ effect }) => effect({ kind: 'log', message: 'calm ran' }) }
  const base = { place: 'a.yaml:1', enabled: true, player: null, stream: null }
  const part = (section: 'triggers' | 'conditions' | 'actions') => plugin[section]?.part as never
  const rules: Rule[] = [
    {
      ...base,
      id: 'red',
      when: [bound(part('triggers'))],
      if: [bound(part('conditions'))],
      do: [{ does: 'act', ...bound(part('actions')) }],
    },
    { ...base, id: 'calm', when: [bound(ours)], if: [], do: [{ does: 'act', ...bound(say) }] },
  ]
  const performed: Effect[] = []
  const perform = async (effect: Effect) => {
    performed.push(effect)
  }
  const engine = new Engine({ world: worldOf({ now: () => clock.now() }), perform, clock, log })
  engine.start(rules)
  const press = async () => {
    await engine.handle({
      type: 'button',
      button: 'right',
      confidence: 1,
      via: 'mqtt',
      player: 'p',
      at: clock.now().toISOString(),
      card_id: null,
      chapter_key: null,
      track_key: null,
    })
    // A run that waits for what only a plug-in can do holds nobody up.
    await oneTurn()
  }
  const errors = () =>
    log.lines
      .filter(({ level }) => level === 'error')
      .map(({ message, detail }) => `${message} ${detail?.error ?? ''}`)
  return { engine, press, performed, errors, stopped, clock, watch }
}

const named = /plug-in "shaky" failed in (trigger|condition|action) `part`( of rule "red")?: boom/

describe('a part that fails fails its rule alone, and names plug-in and rule', () => {
  const cases: [string, Parts][] = [
    ['in start', { trigger: fail }],
    ['in start, later', { trigger: async () => fail() } as never],
    ['at an event', { trigger: ({ on }) => on('player', { type: 'button' }, fail) }],
    ['at an event, later', { trigger: ({ on }) => on('player', { type: 'button' }, async () => fail()) }],
    ['in test', { test: fail }],
    ['in run', { run: fail }],
    ['in run, later', { run: async () => fail() }],
    [
      'in what only it can do',
      { run: ({ effect }) => effect({ kind: 'plugin', detail: 'x' }, async () => fail()) },
    ],
  ]

  test.each(cases)('%s', async (_name, parts) => {
    const { press, performed, errors } = houseOf(parts)
    await press()
    expect(errors()).toHaveLength(1)
    expect(errors()[0]).toMatch(named)
    expect(errors()[0]).toContain('rule "red"')
    expect(performed).toEqual([{ kind: 'log', message: 'calm ran' }])
  })

  test('in a timer', async () => {
    const { errors, clock } = houseOf({
      trigger: (context) => void context.clock.at(context.clock.now(), fail),
    })
    await clock.advance(1)
    expect(errors()).toEqual([expect.stringMatching(named)])
  })
})

test('a condition that answers with a promise does not hold', async () => {
  const { press, performed, errors } = houseOf({ test: (async () => true) as never })
  await press()
  expect(errors()[0]).toContain('it answered with a promise, not true or false')
  expect(performed).toEqual([{ kind: 'log', message: 'calm ran' }])
})

test('an effect that there is none of is refused', async () => {
  const { press, performed, errors } = houseOf({ run: ({ effect }) => effect({ kind: 'explode' } as never) })
  await press()
  expect(errors()[0]).toContain('there is no effect "explode"')
  expect(performed).toHaveLength(1)
})

test('timers end with the rule, and need a date', async () => {
  let fired = 0
  const { engine, clock } = houseOf({
    trigger: (context) => {
      context.clock.at(new Date(context.clock.now().getTime() + 1000), () => {
        fired += 1
      })
    },
  })
  engine.start([])
  await clock.advance(5000)
  expect(fired).toBe(0)
  expect(houseOf({ trigger: ({ clock }) => void clock.at(new Date('never'), fail) }).errors()[0]).toContain(
    'takes a Date',
  )
})

test('twenty failures in a minute stop it; nineteen, or twenty in a longer time, do not', async () => {
  const { press, stopped, clock, watch, performed } = houseOf({ run: fail })
  // Two at one instant would be one press.
  const pressLater = async () => {
    await clock.advance(1000)
    await press()
  }
  for (let count = 0; count < 19; count++) await pressLater()
  await clock.advance(61_000)
  for (let count = 0; count < 19; count++) await pressLater()
  expect(stopped).toEqual([])
  await pressLater()
  expect(stopped).toEqual([
    expect.stringMatching(
      /^plug-in "shaky" failed 20 times in a minute and is stopped until its file is changed; the last: .*boom$/,
    ),
  ])
  await pressLater()
  expect(watch.stoppedBecause).toBe(stopped[0])
  expect(stopped).toHaveLength(1)
  expect(performed).toHaveLength(40)
})

describe('what an action returns', () => {
  test('is an effect that is carried out behind it', async () => {
    const { press, performed, errors } = houseOf({
      run: async () => ({ kind: 'log', message: 'at the end' }),
    })
    await press()
    expect(errors()).toEqual([])
    expect(performed).toContainEqual({ kind: 'log', message: 'at the end' })
  })

  test.each([[7], [null], ['log'], [[]], [{ message: 'no kind' }]])(
    'is nothing where it is %j',
    async (returned) => {
      const { press, performed, errors } = houseOf({ run: async () => returned as never })
      await press()
      expect(errors()).toEqual([])
      expect(performed).toEqual([{ kind: 'log', message: 'calm ran' }])
    },
  )

  test.each([
    ['lgo', 'there is no effect "lgo"'],
    ['plugin', 'is asked for with effect({kind: "plugin", …}, run), and not returned'],
  ])('fails the rule where it is of the kind %s', async (kind, said) => {
    const { press, performed, errors } = houseOf({ run: async () => ({ kind }) as never })
    await press()
    expect(errors()).toEqual([expect.stringContaining(`plug-in "shaky" failed in action \`part\``)])
    expect(errors()[0]).toContain(said)
    expect(performed).toEqual([{ kind: 'log', message: 'calm ran' }])
  })
})
