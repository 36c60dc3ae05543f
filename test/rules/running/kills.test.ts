/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Effect } from '../../../src/core/effect.ts'
import { triggers } from '../../../src/rules/catalog.ts'
import type { TriggerDef } from '../../../src/rules/plugin.ts'
import { type ActionContext, type ActionDef, action, type LastEffect } from '../../../src/rules/plugin.ts'
import {
  type Bound,
  emptyRuleSet,
  type Rule,
  type RuleSet,
  type Schedule,
  type Slot,
} from '../../../src/rules/rule-set.ts'
import type { Step } from '../../../src/rules/step.ts'
import { type Death, MortalHouse } from '../../support/mortal-house.ts'

/** An action of the catalog with what it does written beside it. */
function act(run: (context: ActionContext<unknown>) => Promise<LastEffect>): Step {
  const definition: ActionDef = action({ title: 'T', describe: 'T.', examples: [], options: {}, run })
  return { does: 'act', kind: 'act', definition, options: {}, id: null }
}

const effect = (asked: (context: ActionContext<unknown>) => Effect) => act(async (context) => asked(context))

/** One more of it. */
const more = (name: string) =>
  effect(({ world }) => ({ kind: 'set-var', name, value: () => Number(world.vars().get(name)) + 1 }))

/** Says how many there are; as each is counted once, nothing is ever said twice. */
const tell = (name: string) =>
  effect(({ world }) => ({
    ...{ kind: 'publish', topic: name, retain: false },
    payload: String(world.vars().get(name)),
  }))

const toggle = (name: string) =>
  effect(({ world }) => {
    const to = world.inputs().get(name) !== true
    return { kind: 'set-input', name, value: to }
  })

const append = (file: string) =>
  effect(() => ({ kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'append', files: [file] } }))

const fails = act(async () => {
  throw new Error('it cannot be done')
})

const wait = (seconds: number): Step => ({ does: 'wait', kind: 'wait', ms: seconds * 1000 })

function on(kind: string, options: unknown): Bound<TriggerDef> {
  const definition = triggers[kind]
  if (definition === undefined) throw new Error(`there is no trigger ${kind}`)
  return { kind, definition, options, id: null }
}

function rule(id: string, when: Bound<TriggerDef>, steps: readonly Step[], more: Partial<Rule> = {}): Rule {
  const meaning = { own: id, shared: '' }
  return {
    ...{ id, place: `a.yaml:1`, enabled: true, player: null, stream: null, when: [when], if: [], do: steps },
    ...{ meaning, ...more },
  }
}

const press = (button: string) => on('button', { button })

/** Waits between two effects, in an action of its own that asks the house only once. */
const slowly = act(async (context) => {
  const seen = await context.recorded(() => Number(context.world.vars().get('slow')))
  await context.effect({
    kind: 'set-var',
    name: 'slow',
    value: () => Number(context.world.vars().get('slow')) + 1,
  })
  await context.clock.sleep(4000)
  await context.effect({ kind: 'publish', topic: `slow from ${seen}`, payload: '', retain: false })
  await context.clock.sleep(4000)
  await context.effect({
    kind: 'set-var',
    name: 'slow',
    value: () => Number(context.world.vars().get('slow')) + 1,
  })
})

const rules: readonly Rule[] = [
  rule('count', press('right'), [more('count'), tell('count'), append('count.mp3')]),
  rule('later', press('left'), [more('later'), wait(7), tell('later'), more('later'), append('later.mp3')], {
    mode: 'restart',
  }),
  rule('flip', press('next'), [toggle('party'), more('flip')]),
  rule('party', on('input', { name: 'party' }), [more('party'), wait(3), tell('party'), more('party')], {
    mode: 'parallel',
  }),
  rule(
    'rounds',
    press('previous'),
    [
      {
        ...{ does: 'repeat', kind: 'repeat', rounds: 3, most: 100 },
        do: [more('rounds'), wait(2), { ...fails, onError: 'continue' }],
      },
      tell('rounds'),
    ],
    { mode: 'queued' },
  ),
  rule('ways', on('input', { name: 'party', to: 'true' }), [
    {
      ...{ does: 'parallel', kind: 'parallel' },
      ways: [
        [wait(3), more('one'), tell('one')],
        [more('two'), wait(5), append('two.mp3')],
      ],
    },
    more('both'),
  ]),
  rule('waiter', press('left'), [
    {
      ...{ does: 'wait-for', kind: 'wait_for', when: [press('right')], timeoutMs: 6000 },
      onTimeout: [more('missed'), tell('missed')],
    },
    more('waited'),
  ]),
  rule('slow', press('next'), [slowly], { mode: 'queued' }),
  rule('broken', press('right'), [fails, more('never')]),
  rule('clock', on('time', { at: ['10:01', '10:02'] }), [more('clock'), tell('clock'), append('clock.mp3')]),
  rule('lesson', on('slot', { began: 'lesson' }), [more('lesson'), tell('lesson')]),
  rule('lesson over', on('slot', { ended: 'lesson' }), [wait(3), more('lesson'), tell('lesson')]),
]

const slot = (id: string, from: string, to: string): Slot => ({
  ...{ id, window: [from, to], days: null, play: id, ifPressed: null },
})

const nursery: Schedule = {
  ...{ stream: 'nursery', default: 'quiet' },
  slots: [slot('lesson', '10:01', '10:02')],
}

const counters = 'count later flip party rounds one two both missed waited slow never clock lesson'.split(' ')

const ruleSet: RuleSet = {
  ...emptyRuleSet,
  rules,
  schedules: [nursery],
  vars: new Map(
    counters.map((id) => [id, { id, start: 0, form: { type: 'number', min: 0, max: 1000, step: 1 } }]),
  ),
  inputs: new Map([
    ['party', { id: 'party', name: 'Party', unit: null, start: false, form: { type: 'flag' } }],
  ]),
}

type Deed =
  | { readonly press: 'left' | 'right' | 'next' | 'previous' }
  | { readonly seconds: number }
  | 'reload'
  | Ending

/** Of the process, between two deeds: runs wait then, or stand in the queue, or are in several places at once. */
type Ending = 'restart' | 'kill'

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ press: fc.constantFrom('left', 'right', 'next', 'previous' as const) }),
  },
  { weight: 3, arbitrary: fc.record({ seconds: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.constantFrom('reload', 'restart', 'kill' as const) },
)

const death: fc.Arbitrary<Death> = fc.record({
  of: fc.constantFrom('write', 'write', 'publish' as const),
  nth: fc.integer({ min: 1, max: 12 }),
  when: fc.constantFrom('before', 'behind' as const),
})

const isEnding = (deed: Deed): deed is Ending => deed === 'restart' || deed === 'kill'
const withoutEndings = (deeds: readonly Deed[]) => deeds.filter((deed) => !isEnding(deed))

async function after(deeds: readonly Deed[], deaths: readonly Death[]): Promise<MortalHouse> {
  const house = new MortalHouse(ruleSet, deaths)
  await house.start()
  house.arm()
  for (const deed of deeds)
    if (deed === 'reload') await house.reload()
    else if (isEnding(deed)) await house[deed]()
    else if ('press' in deed) await house.press(deed.press)
    else await house.advance(deed.seconds)
  // All that the clock brings has come by then, and what it has started is over.
  const endMs = Date.parse('2026-11-21T10:02:50Z')
  await house.advance((endMs - house.clock.now().getTime()) / 1000)
  return house
}

test('whatever happens and whenever the process is killed, what rules change is changed once, and what they send is sent at most once', async () => {
  let killed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 12 }),
      fc.array(death, { minLength: 1, maxLength: 4 }),
      async (deeds, deaths) => {
        const whole = await after(withoutEndings(deeds), [])
        const torn = await after(deeds, deaths)
        killed += torn.deaths
        expect(torn.kept).toEqual(whole.kept)
        expect(torn.kept.underWay).toBe(0)
        expect(new Set(torn.published).size).toBe(torn.published.length)
        expect(whole.published).toEqual(expect.arrayContaining(torn.published))
      },
    ),
    { numRuns: 1000 },
  )
  expect(killed).toBeGreaterThan(50)
}, 400_000)

test('whoever stops the product in good order, or kills it while rules only wait, loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 14 }), async (deeds) => {
      const whole = await after(withoutEndings(deeds), [])
      const torn = await after(deeds, [])
      expect(torn.kept).toEqual(whole.kept)
      expect([...torn.published].sort()).toEqual([...whole.published].sort())
    }),
    { numRuns: 300 },
  )
}, 400_000)

test('also where the power is cut, and what the disk had not confirmed is gone, nothing is sent twice and nothing is left standing', async () => {
  let cut = 0
  let lost = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 12 }),
      fc.array(death, { minLength: 1, maxLength: 4 }),
      async (deeds, deaths) => {
        const torn = await after(
          deeds,
          deaths.map((death) => ({ ...death, isPowerCut: true })),
        )
        const whole = await after(withoutEndings(deeds), [])
        cut += torn.deaths
        if (JSON.stringify(torn.kept) !== JSON.stringify(whole.kept)) lost += 1
        expect(torn.kept.underWay).toBe(0)
        expect(new Set(torn.published).size).toBe(torn.published.length)
        // What was told outside had been counted for good.
        for (const message of torn.published) {
          const [, name = '', told] = /^(\w+) (\d+)$/.exec(message) ?? []
          if (counters.includes(name)) expect(torn.kept.vars[name]).toBeGreaterThanOrEqual(Number(told))
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(cut).toBeGreaterThan(30)
  // Else nothing was cut.
  expect(lost).toBeGreaterThan(0)
}, 400_000)
