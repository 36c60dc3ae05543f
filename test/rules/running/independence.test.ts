/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ActionContext, type ActionDef, action, type LastEffect } from '../../../src/rules/plugin.ts'
import type { Rule, RuleSet } from '../../../src/rules/rule-set.ts'
import type { Step } from '../../../src/rules/step.ts'
import { ruleSetOf } from '../../support/house-with-rules.ts'
import { MortalHouse } from '../../support/mortal-house.ts'

type Run = (context: ActionContext<unknown>) => Promise<LastEffect>

const never = () => new Promise<never>(() => undefined)
const slow = { kind: 'plugin', detail: 'slow' } as const

/** What actions of others may do wrong. */
const wrongs: Readonly<Record<string, Run>> = {
  throws: () => {
    throw new Error('it cannot be done')
  },
  rejects: async () => {
    throw new Error('it cannot be done')
  },
  rejectsLater: async ({ clock }) => {
    await clock.sleep(2000)
    throw new Error('it cannot be done')
  },
  hangs: never,
  hangsAside: ({ effect }) => effect(slow, never),
  failsAside: ({ effect }) =>
    effect(slow, async () => {
      throw new Error('it cannot be done')
    }),
  floats: async ({ effect, clock }) => {
    void effect(slow, never)
    void clock.sleep(5000)
    void effect({ kind: 'set-var', name: 'nobody', value: 1 })
  },
  floatsAndEnds: async ({ effect, clock }) => {
    void effect(slow, never)
    void clock.sleep(5000)
    return { kind: 'set-var', name: 'nobody', value: 1 }
  },
  swallows: async ({ clock }) => {
    for (let time = 0; time < 5; time++) await clock.sleep(1000).catch(() => undefined)
  },
}

function acting(run: Run): Step {
  const definition: ActionDef = action({ title: 'T', describe: 'T.', examples: [], options: {}, run })
  return { does: 'act', kind: 'act', definition, options: {}, id: null }
}

// On streams of their own, as one that hangs keeps its own stream for half a minute.
const text = (wrong: string) => `vars: {n: {start: 0, max: 900}, m: {start: 0, max: 900}}
rules:
  wrong-first: {stream: den, mode: ${wrong}, when: [{button: left}, {button: right}], do: [{log: wrong}]}
  waits:
    stream: bedroom
    mode: queued
    when: [{button: left}]
    do:
      - set: {n: vars.n + 1}
      - wait: 3s
      - mqtt: {topic: waited, payload: "\${vars.n}"}
      - parallel: [[{wait: 1s}, {set: {m: vars.m + 1}}], {queue: {add: a.mp3}}]
  wrong-between: {stream: den, mode: ${wrong}, when: [{button: left}, {button: right}], do: [{log: wrong}]}
  hears: {stream: bedroom, mode: restart, when: [{button: right}], do: [{wait_for: {button: left, timeout: 4s}}, {mqtt: {topic: heard, payload: "\${vars.m}"}}]}
`

const modes = ['single', 'restart', 'queued', 'parallel'] as const

async function house(mode: (typeof modes)[number], wrong: readonly Step[] | null): Promise<MortalHouse> {
  const ruleSet = await ruleSetOf(text(mode))
  const isWrong = ({ id }: Rule) => id.startsWith('wrong')
  const rules = ruleSet.rules.flatMap((rule) =>
    isWrong(rule) ? (wrong === null ? [] : [{ ...rule, do: wrong }]) : [rule],
  )
  const all: RuleSet = { ...ruleSet, rules }
  const made = new MortalHouse(all)
  await made.start()
  return made
}

type Deed = 'left' | 'right' | 'reload' | 'restart' | number

async function effectsOf(made: MortalHouse, deeds: readonly Deed[]) {
  for (const deed of deeds)
    if (typeof deed === 'number') await made.advance(deed)
    else if (deed === 'reload') await made.reload()
    else if (deed === 'restart') {
      // However long it takes, the same time passes with and without the others.
      const began = made.clock.now().getTime()
      await made.restart()
      await made.advance(5 - (made.clock.now().getTime() - began) / 1000)
    } else await made.press(deed)
  await made.advance(60)
  const { vars, queues } = made.kept
  return { published: made.published, vars, queues }
}

test('whatever goes wrong in a rule, the others do what they do without it', async () => {
  const deed: fc.Arbitrary<Deed> = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('left', 'right' as const) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
    { weight: 1, arbitrary: fc.constantFrom('reload', 'restart' as const) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...modes),
      fc.array(fc.constantFrom(...Object.keys(wrongs)), { minLength: 1, maxLength: 3 }),
      fc.array(deed, { maxLength: 10 }),
      async (mode, kinds, deeds) => {
        const wrong = kinds.map((kind): Step => ({ ...acting(wrongs[kind] ?? never), onError: 'continue' }))
        const alone = await effectsOf(await house(mode, null), deeds)
        expect(await effectsOf(await house(mode, wrong), deeds)).toEqual(alone)
      },
    ),
    { numRuns: 60 },
  )
}, 200_000)
