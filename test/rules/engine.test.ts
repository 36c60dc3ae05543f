import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import type { PlayerEvent } from '../../src/core/event.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { Engine } from '../../src/rules/engine.ts'
import type { Rule } from '../../src/rules/rule-set.ts'
import { buttonPress } from '../support/button-press.ts'
import { recordingLog } from '../support/recording-log.ts'
import { worldOf } from '../support/rules.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const press = buttonPress()

type Written = readonly [kind: string, options: unknown]

function bind<Definition>(catalog: Readonly<Record<string, Definition>>, [kind, options]: Written) {
  const definition = catalog[kind]
  if (definition === undefined) throw new Error(`no ${kind}`)
  return { kind, definition, options, id: null }
}

function rule(
  id: string,
  parts: { when: Written; if?: Written[]; do: Written[] } & Partial<
    Pick<Rule, 'player' | 'stream' | 'enabled'>
  >,
): Rule {
  return {
    id,
    place: `test.yaml:1`,
    enabled: parts.enabled ?? true,
    player: parts.player ?? null,
    stream: parts.stream ?? null,
    when: [bind(triggers, parts.when)],
    if: (parts.if ?? []).map((condition) => bind(conditions, condition)),
    do: parts.do.map((action) => ({ does: 'act', ...bind(actions, action) })),
  }
}

const onRight: Written = ['button', { button: 'right' }]
const setForest: Written = ['queue', { set: 'forest' }]

function running(rules: readonly Rule[], perform?: (effect: Effect) => Promise<void>) {
  const clock = new VirtualClock()
  const log = recordingLog()
  const effects: Effect[] = []
  const world = worldOf({ now: () => clock.now() })
  const engine = new Engine({
    world,
    clock,
    log,
    perform: async (effect) => {
      await perform?.(effect)
      if (effect.kind === 'fill-queue' && effect.content === 'missing')
        throw new AppError('not_found', 'there is no playlist "missing"')
      effects.push(effect)
    },
  })
  engine.start(rules)
  const effectsOf = async (event: PlayerEvent) => {
    engine.handle(event)
    await engine.settled()
    return effects
  }
  return { engine, clock, log, effects, effectsOf }
}

describe('a rule', () => {
  test('changes the queue of the stream whose card was pressed', async () => {
    const { effectsOf } = running([rule('forest', { when: onRight, do: [setForest] })])
    expect(await effectsOf(press)).toEqual([
      { kind: 'fill-queue', stream: 'bedroom', how: 'replace', content: 'forest' },
    ])
  })

  test.each([
    [60_000, 1],
    [60_001, 0],
  ])('that hears of a press %i ms late starts %i times', async (late, times) => {
    const { clock, effectsOf } = running([rule('forest', { when: onRight, do: [setForest] })])
    await clock.advance(late)
    expect(await effectsOf(press)).toHaveLength(times)
  })

  test('keeps what was there before, and brings it back, as its own', async () => {
    const { effectsOf } = running([
      rule('party', {
        when: onRight,
        do: [
          ['queue', { set: 'forest', keep_old: true }],
          ['queue', { do: 'restore' }],
        ],
      }),
    ])
    expect(await effectsOf(press)).toEqual([
      { kind: 'fill-queue', stream: 'bedroom', how: 'replace', content: 'forest', keep: 'rule party' },
      { kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'restore', owner: 'rule party' } },
    ])
  })

  test('does not run for another button, another stream or another player', async () => {
    const { effectsOf } = running([
      rule('left', { when: ['button', { button: 'left' }], do: [setForest] }),
      rule('kitchen', { when: onRight, do: [setForest], stream: 'kitchen' }),
      rule('kitchen-too', { when: ['button', { button: 'right', stream: 'kitchen' }], do: [setForest] }),
      rule('den', { when: onRight, do: [setForest], player: 'y2' }),
      rule('off', { when: onRight, do: [setForest], enabled: false }),
    ])
    expect(await effectsOf(press)).toEqual([])
  })

  test('runs when its conditions hold, and says which one did not', async () => {
    const { effectsOf, log } = running([
      rule('morning', {
        when: onRight,
        if: [['between', { from: '09:00', to: '11:00' }]],
        do: [['log', { message: 'a' }]],
      }),
      rule('night', {
        when: onRight,
        if: [['between', { from: '19:00', to: '06:30' }]],
        do: [['log', { message: 'b' }]],
      }),
      rule('sunday', { when: onRight, if: [['days', { on: ['sun'] }]], do: [['log', { message: 'c' }]] }),
    ])
    expect(await effectsOf(press)).toEqual([{ kind: 'log', message: 'a' }])
    expect(log.lines.map((line) => line.message)).toContain(
      'rule "night" did not run: its condition `between` does not hold',
    )
  })

  test('that fails at an action stops there and leaves the others alone', async () => {
    const { effectsOf, log } = running([
      rule('broken', {
        when: onRight,
        do: [
          ['queue', { set: 'missing' }],
          ['log', { message: 'never' }],
        ],
      }),
      rule('sound', { when: onRight, do: [['log', { message: 'on' }]] }),
    ])
    expect(await effectsOf(press)).toEqual([{ kind: 'log', message: 'on' }])
    const error = log.lines.find((line) => line.level === 'error')
    expect(error).toMatchObject({
      message: 'rule "broken" (test.yaml:1) stopped at action 1 `queue`',
      detail: { error: 'there is no playlist "missing"' },
    })
  })

  test('whose condition fails by a fault of its own is said and leaves the others alone', async () => {
    const trap = {
      ...rule('trap', { when: onRight, do: [['log', { message: 'never' }]] }),
      if: [
        {
          kind: 'between',
          definition: { ...bind(conditions, ['between', {}]).definition, test: () => fail('bad plug-in') },
          options: {},
          id: null,
        },
      ],
    }
    const { effectsOf, log } = running([
      trap,
      rule('sound', { when: onRight, do: [['log', { message: 'on' }]] }),
    ])
    expect(await effectsOf(press)).toEqual([{ kind: 'log', message: 'on' }])
    expect(log.lines.find((line) => line.level === 'error')).toMatchObject({
      message: 'rule "trap" (test.yaml:1) could not run',
      detail: { error: 'bad plug-in' },
    })
  })

  test('runs for one press after the other, in their order', async () => {
    const { engine, effects } = running(
      [
        rule('slow', { when: onRight, do: [['log', { message: 'right' }]], stream: 'bedroom' }),
        rule('quick', {
          when: ['button', { button: 'left' }],
          do: [['log', { message: 'left' }]],
          stream: 'bedroom',
        }),
      ],
      (effect) =>
        new Promise((resolve) =>
          setTimeout(resolve, effect.kind === 'log' && effect.message === 'right' ? 20 : 0),
        ),
    )
    engine.handle(press)
    engine.handle({ ...press, button: 'left' })
    await engine.settled()
    expect(effects.map((effect) => effect.kind === 'log' && effect.message)).toEqual(['right', 'left'])
  })

  test('without a stream says so when its action needs one', async () => {
    const { effectsOf, log } = running([rule('nowhere', { when: onRight, do: [setForest] })])
    const { stream: _none, ...elsewhere } = press
    expect(await effectsOf(elsewhere as PlayerEvent)).toEqual([])
    expect(log.lines.find((line) => line.level === 'error')?.detail?.error).toContain('which stream is meant')
  })

  test('hears the start-up once', async () => {
    const { engine, effects } = running([
      rule('hello', { when: ['startup', {}], do: [['log', { message: 'hello' }]] }),
    ])
    await engine.settled()
    expect(effects).toEqual([{ kind: 'log', message: 'hello' }])
  })

  test('that was taken out hears nothing more', async () => {
    const { engine, effectsOf } = running([rule('forest', { when: onRight, do: [setForest] })])
    engine.start([])
    expect(await effectsOf(press)).toEqual([])
  })
})

test('who hands in an event can wait for the runs that it started, and for no others', async () => {
  let finish: () => void = () => undefined
  const slow = new Promise<void>((resolve) => {
    finish = resolve
  })
  const { engine, effects } = running(
    [
      rule('right', { when: onRight, do: [['log', { message: 'slow' }]] }),
      rule('left', { when: ['button', { button: 'left' }], do: [['log', { message: 'quick' }]] }),
    ],
    async (effect) => {
      if (effect.kind === 'log' && effect.message === 'slow') await slow
    },
  )
  const right = engine.handle(press)
  // Runs of one stream follow one another.
  await engine.handle({ ...press, button: 'left', stream: 'kitchen' })
  expect(effects).toEqual([{ kind: 'log', message: 'quick' }])
  finish()
  await right
  expect(effects).toHaveLength(2)
})

test('stopping waits for the runs under way', async () => {
  let finish: () => void = () => undefined
  const slow = new Promise<void>((resolve) => {
    finish = resolve
  })
  const { engine, effects } = running(
    [rule('slow', { when: onRight, do: [['log', { message: 'done' }]] })],
    () => slow,
  )
  engine.handle(press)
  const stopped = engine.stop()
  finish()
  await stopped
  expect(effects).toEqual([{ kind: 'log', message: 'done' }])
})

function fail(message: string): never {
  throw new Error(message)
}
