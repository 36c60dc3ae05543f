import { Type } from 'typebox'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ActionContext, action, type TriggerContext, trigger } from '../../../src/rules/plugin.ts'
import { houseWith, ruleSetOf } from '../../support/house-with-rules.ts'
import { tracedHouse } from '../../support/traced-house.ts'

const documented = { title: 'T', describe: 'T.', examples: [] }
const acting = (run: (context: ActionContext<unknown>) => Promise<void>) => ({
  actions: { strange: action({ ...documented, options: Type.Object({}), run }) },
})
const triggering = (start: (context: TriggerContext<unknown>) => void) => ({
  triggers: { strange: trigger({ ...documented, options: Type.Object({}), start }) },
})
const strange = (more = '', other = '') => `vars: {n: {start: 0, max: 9}}
rules:
  strange:
    stream: bedroom
    when: [{button: left}]
    do:
      - strange: {}
      - mqtt: {topic: after, payload: x}
${more}  other: {stream: bedroom, when: [{button: right}], do: [{mqtt: {topic: other, payload: x}}]}
${other}`

const never = () => new Promise<never>(() => undefined)
const publish = (topic: string) => ({ kind: 'publish', topic, payload: 'x', retain: false }) as const
const detail = { kind: 'plugin', detail: 'slow' } as const

/** Of the process: what nobody has taken care of would end the product. */
function unhandled(): unknown[] {
  const found: unknown[] = []
  const note = (error: unknown) => found.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return found
}

describe('an action', () => {
  test('that asks somebody slow keeps nobody on its stream from acting', async () => {
    const house = await houseWith(
      strange(),
      acting((context) => context.effect(detail, never)),
    )
    await house.press('left')
    await house.press('right')
    expect(house.published).toEqual(['other x'])
    expect(house.traces('strange')[0]?.outcome).toBe('running')
  })

  test('that is never answered fails after some minutes, and its rule can run again', async () => {
    const house = await houseWith(
      strange(),
      acting((context) => context.effect(detail, never)),
    )
    await house.press('left')
    await house.advance(301)
    await house.press('left')
    expect(house.traces('strange').map(({ outcome }) => outcome)).toEqual(['running', 'failed'])
    expect(house.traces('strange')[1]?.why).toContain('no answer within 5 minutes')
  })

  test('that never ends is given up, and others get their turn', async () => {
    const house = await houseWith(strange(), acting(never))
    await house.press('left')
    await house.press('right')
    expect(house.published).toEqual([])
    await house.advance(30)
    expect(house.published).toEqual(['other x'])
    expect(house.traces('strange')[0]?.why).toContain('did not end')
  })

  test('that waits for long, or does one thing after the other, is not given up', async () => {
    const house = await houseWith(
      strange(),
      acting(async (context) => {
        await context.clock.sleep(100_000)
        for (let time = 0; time < 3; time++) {
          await context.effect(detail, () => context.world.now() && never20(house))
          await context.clock.sleep(40_000)
        }
      }),
    )
    const never20 = async (of: typeof house) => of.clock.sleep(200_000)
    await house.press('left')
    await house.advance(900)
    expect(house.published).toEqual(['after x'])
  })

  test('leaves nothing of what it has asked for behind it', async () => {
    const found = unhandled()
    let late: ActionContext<unknown> | null = null
    const house = await houseWith(
      strange(),
      acting(async (context) => {
        late = context
        void context.clock.sleep(60_000)
        void context.effect(detail, async () => {
          throw new Error('it cannot be done')
        })
        void context.effect(publish('floating'))
      }),
    )
    await house.press('left')
    expect(house.published).toEqual(['floating x', 'after x'])
    await house.advance(61)
    await house.press('right')
    expect(house.published).toEqual(['floating x', 'after x', 'other x'])
    await expect((late as unknown as ActionContext<unknown>).effect(publish('late'))).rejects.toThrow(
      'has ended',
    )
    expect(found).toEqual([])
  })

  test('that catches the end of its run does nothing more', async () => {
    const catching = acting(async (context) => {
      await context.clock.sleep(10_000).catch(() => undefined)
      await context.effect(publish('early')).catch(() => undefined)
    })
    const house = await houseWith(strange(), catching)
    await house.press('left')
    await house.edit(await ruleSetOf(strange().replace('after', 'other-topic'), catching))
    expect(house.published).toEqual([])
    expect(house.traces('strange')[0]?.outcome).toBe('ended')
    await house.press('left')
    await house.restart()
    expect(house.published).toEqual([])
    await house.advance(10)
    expect(house.published).toEqual(['early x', 'other-topic x'])
  })
})

describe('a stop', () => {
  test('waits for nobody who does not answer; what came of it is not known, and it is not done again', async () => {
    let asked = 0
    const house = await houseWith(
      strange(),
      acting((context) =>
        context.effect(detail, () => {
          asked++
          return never()
        }),
      ),
    )
    await house.press('left')
    const began = house.clock.now().getTime()
    await house.restart()
    expect(house.clock.now().getTime() - began).toBeLessThanOrEqual(3000)
    await house.advance(1)
    expect(asked).toBe(1)
    expect(house.published).toEqual(['after x'])
    expect(house.traces('strange')[0]?.steps[0]?.effects.map(({ outcome }) => outcome)).toContain('unknown')
  })

  test('says of a rule once what it left behind, and nothing of what comes of that', async () => {
    let fault: Error | null = null
    const goOn: (() => void)[] = []
    const house = await tracedHouse(
      `rules:
  slow: {mode: parallel, when: [{button: left}], do: [{mqtt: {topic: a, payload: x}}, {mqtt: {topic: b, payload: x}}]}
`,
      {
        journalFault: () => fault,
        perform: () => new Promise((resolve) => goOn.push(resolve)),
      },
    )
    for (let count = 0; count < 3; count++) {
      await house.press('left')
      await house.settle()
    }
    const stopped = house.stop()
    await house.clock.advance(3_000, house.settle)
    await stopped
    fault = new Error('the store is closed')
    for (const go of goOn) go()
    await house.settle()
    const said = house.log.lines.filter(({ level }) => level === 'warn' || level === 'error')
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringMatching(/"slow" .* did not come to its next wait in time, in \d runs$/),
    ])
  })

  test('says which rules the store could not take, and which are not to be gone on with', async () => {
    const house = await houseWith(`rules:
  kept: {mode: parallel, when: [{button: left}], do: [{wait: 1h}, {mqtt: {topic: kept, payload: x}}]}
  lost: {mode: parallel, when: [{button: right}], do: [{wait: 1h}, {mqtt: {topic: lost, payload: x}}]}
  done: {when: [{button: right}], do: [{mqtt: {topic: done, payload: x}}]}
`)
    await house.press('left')
    house.diskFault = new Error('the disk is full')
    await house.press('right')
    await house.press('right')
    const before = house.log.lines.length
    await house.restart()
    const said = house.log.lines.slice(before).filter(({ level }) => level === 'error')
    expect(said.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^rule "lost" \(.*\) had more to do, in 2 runs, and will not go on with it/),
    )
    expect(said.filter(({ message }) => /"(kept|done)"/.test(message))).toEqual([])
    house.diskFault = null
    await house.restart()
    await house.advance(3_601)
    expect(house.published).toEqual(['done x', 'done x', 'kept x'])
  })

  test('says nothing of a rule that comes to its end meanwhile', async () => {
    const house = await houseWith(
      'rules: {r: {when: [{button: left}], do: [{mqtt: {topic: a, payload: x}}]}}',
    )
    const goOn = house.hold('a')
    await house.press('left')
    const restarted = house.restart()
    goOn()
    await restarted
    expect(house.published).toEqual(['a x'])
    expect(house.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('waits for no action that hangs', async () => {
    const house = await houseWith(strange(), acting(never))
    await house.press('left')
    const began = house.clock.now().getTime()
    await house.restart()
    expect(house.clock.now().getTime() - began).toBeLessThanOrEqual(3000)
  })

  test('leaves what it finds not yet begun to the next process, whoever is asked for it', async () => {
    const asked: string[] = []
    const house = await houseWith(
      strange(),
      acting(async (context) => {
        await context.effect(publish('first'))
        await context.effect(detail, async () => asked.push('slow'))
      }),
    )
    const goOn = house.hold('first')
    await house.press('left')
    const restarted = house.restart()
    goOn()
    await restarted
    await house.advance(1)
    expect(house.published).toEqual(['first x', 'after x'])
    expect(asked).toEqual(['slow'])
    expect(house.traces('strange')[0]?.outcome).toBe('done')
  })
})

test.each(['set: {n: vars.n + 1}', 'queue: {do: clear}'])(
  'what changed nothing is not done again after a kill, where it would: %s',
  async (step) => {
    const house = await houseWith(
      `vars: {n: {start: 0, max: 1}}
inputs: {lamp: {type: switch}}
rules:
  fill: {stream: bedroom, when: [{button: right}], do: [{queue: {add: a.mp3}}, {queue: {do: clear}}, {set: {n: 1}}]}
  strange: {stream: bedroom, when: [{button: left}], do: [{${step}}, {strange: {}}]}
  other: {stream: kitchen, when: [{input: lamp}], do: [{set: {n: 0}}, {queue: {stream: bedroom, add: a.mp3}}]}
`,
      acting(never),
    )
    await house.press('right')
    await house.press('left')
    await house.set('lamp', true)
    const kept = { vars: { n: 0 }, queues: { bedroom: ['a.mp3'] } }
    expect(house.kept).toMatchObject(kept)
    expect(house.traces('strange')[0]?.steps).toHaveLength(2)
    await house.kill()
    await house.advance(1)
    expect(house.kept).toMatchObject(kept)
  },
)

describe('a trigger', () => {
  const rules = `rules:
  strange: {when: [{strange: {}}], do: [{mqtt: {topic: strange, payload: x}}]}
  other: {stream: bedroom, when: [{button: right}], do: [{mqtt: {topic: other, payload: x}}, {wait: 5s}, {mqtt: {topic: later, payload: x}}]}
`

  test.each<[string, (context: TriggerContext<unknown>) => void]>([
    ['fails at its start', () => fail()],
    ['fails at its start, later', (async () => fail()) as () => void],
    ['fails on an event', (context) => context.on('player', { type: 'button' }, () => fail())],
    [
      'fails on an event, later',
      (context) => context.on('player', { type: 'button' }, (async () => fail()) as () => void),
    ],
    ['fails at a moment', (context) => void context.clock.at(context.clock.now(), () => fail())],
    [
      'tells what nobody can keep',
      (context) => {
        const round: Record<string, unknown> = {}
        round.itself = round
        context.on('player', { type: 'button' }, () => context.fire(round, 'it wanted to'))
      },
    ],
  ])('that %s changes nothing for others', async (_, start) => {
    const found = unhandled()
    const house = await houseWith(rules, triggering(start))
    await house.press('right')
    await house.kill()
    await house.advance(5)
    expect(house.published).toEqual(['other x', 'later x'])
    expect(found).toEqual([])
    expect(house.log.lines.find(({ level }) => level === 'error')?.message).toContain('"strange"')
  })
})

describe('while the disk is full', () => {
  const rules = `vars: {n: {start: 0, max: 9}}
rules:
  says: {stream: bedroom, mode: queued, when: [{button: right}], do: [{mqtt: {topic: a, payload: x}}, {wait: 5s}, {mqtt: {topic: b, payload: x}}]}
`

  test('a rule that is kept nowhere runs all the same, and that is said once', async () => {
    const found = unhandled()
    const house = await houseWith(rules)
    house.diskFault = new Error('the disk is full')
    await house.press('right')
    await house.advance(5)
    expect(house.published).toEqual(['a x', 'b x'])
    const said = house.log.lines.filter(({ message }) => message.startsWith('what rules are about to do'))
    expect(said).toHaveLength(1)
    expect(found).toEqual([])
  })

  test('one that a kill would bring back sends nothing, or it would be sent twice', async () => {
    const house = await houseWith(rules)
    await house.press('right')
    house.diskFault = new Error('the disk is full')
    await house.advance(5)
    expect(house.published).toEqual(['a x'])
    expect(house.traces('says')[0]?.outcome).toBe('failed')
    house.diskFault = null
    await house.press('right')
    await house.kill()
    await house.advance(10)
    expect(house.published).toEqual(['a x', 'a x', 'b x'])
    expect(house.kept.underWay).toBe(0)
  })
})

describe('rules that start one another', () => {
  const circle = `inputs: {level: {type: number, min: 0, max: 1000}}
rules:
  up: {when: [{input: level}], do: [{set: {level: inputs.level + 1}}]}
`
  const quick = `inputs: {party: {type: switch}}
rules:
  party: {mode: parallel, when: [{input: party}], do: [{mqtt: {topic: party, payload: x}}]}
  press: {stream: bedroom, when: [{button: right}], do: [{mqtt: {topic: press, payload: x}}]}
`

  test('are held after eight in a row, rest for ten minutes, and that is reported', async () => {
    const house = await houseWith(circle)
    await house.set('level', 1)
    await house.advance(1)
    expect(house.kept.inputs).toEqual({ level: 10 })
    expect(house.resting.get('up')).toContain('8 rules have started one another')
    await house.set('level', 100)
    expect(house.kept.inputs).toEqual({ level: 100 })
    const [trace] = house.traces('up')
    expect(trace?.outcome).toBe('ignored')
    expect(trace?.why).toContain('rests until')
    await house.advance(600)
    expect(house.resting.size).toBe(0)
    await house.set('level', 200)
    expect(house.kept.inputs).not.toEqual({ level: 200 })
  })

  test('rest where they are started more than thirty times a minute; a child that presses as often does not', async () => {
    const house = await houseWith(quick)
    for (let count = 0; count < 40; count++) await house.set('party', count % 2 === 0)
    expect(house.published).toHaveLength(30)
    expect(house.resting.get('party')).toContain('more than 30 times')
    for (let count = 0; count < 40; count++) await house.press('right')
    expect(house.published).toHaveLength(70)
  })

  test('rest no longer where somebody edits them, nor where the clock is set back', async () => {
    const house = await houseWith(quick)
    for (let count = 0; count < 40; count++) await house.set('party', count % 2 === 0)
    await house.edit(await ruleSetOf(quick.replace('topic: party', 'topic: other')))
    expect(house.resting.size).toBe(0)
    await house.set('party', true)
    expect(house.published.at(-1)).toBe('other x')
    for (let count = 0; count < 40; count++) await house.set('party', count % 2 === 0)
    const sent = house.published.length
    await house.clock.advance(-3_600_000)
    await house.set('party', true)
    expect(house.published.length).toBe(sent + 1)
  })
})

function fail(): never {
  throw new Error('it cannot be done')
}
