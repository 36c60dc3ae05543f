import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryCollection } from '../../src/core/memory-collection.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import type { RuleSet } from '../../src/rules/rule-set.ts'
import { openHomeAssistant } from '../../src/wiring/home-assistant.ts'
import { RuleRunner } from '../../src/wiring/rules.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readingOf } from '../support/rules.ts'
import { StandInSupervisor, secret } from '../support/stand-in-supervisor.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const opened: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

async function ruleSetOf(text: string): Promise<RuleSet> {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  expect(diagnostics).toEqual([])
  return ruleSet
}

interface Given {
  readonly house: StandInSupervisor
  readonly answerMs?: number
  readonly allow?: readonly string[]
  readonly isOutside?: boolean
}

/** A house that runs these rules beside that Home Assistant. The clock goes on by itself where something waits to try again. */
async function running(
  text: string,
  { house, answerMs = 5_000, allow = ['light', 'script'], isOutside }: Given,
) {
  const clock = new VirtualClock()
  const log = recordingLog()
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => 'i',
    ...{ clock, log },
  })
  await hub.start()
  const homeAssistant = openHomeAssistant({
    access: isOutside === true ? null : house.access,
    ...{ allow, clock, log, answerMs },
    random: () => 0,
  })
  opened.push(homeAssistant)
  let [current, changed] = [await ruleSetOf(text), async (_: RuleSet): Promise<void> => undefined]
  const rules = new RuleRunner({
    book: {
      get current() {
        return current
      },
      onChange: (listener) => {
        changed = listener
        return () => undefined
      },
    },
    hub,
    perform: performWith({
      mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
      deleteQueue: (...deletion) => hub.deleteQueue(...deletion),
      command: async () => undefined,
      publish: async () => undefined,
      ...(homeAssistant.callAction === undefined ? {} : { callAction: homeAssistant.callAction }),
      files: async () => [],
      lookup: async () => ({ state: 'missing' }),
      deeds: { say: () => undefined },
      log,
    }),
    applied: memoryCollection(),
    moments: memoryCollection(),
    sources: { ha: homeAssistant.listen },
    entityState: (entity) => homeAssistant.stateOf(entity),
    clock,
    log,
  })
  opened.push(rules)
  await rules.start()
  homeAssistant.start()
  const said = () =>
    log.lines.map(({ level, message, detail }) => `${level}: ${message} ${JSON.stringify(detail ?? {})}`)
  onTestFinished(() => expect(said().join('\n')).not.toContain(secret))
  const runs = () => log.lines.filter(({ message }) => / runs$/.test(message)).length
  return {
    ...{ clock, rules, said, runs, homeAssistant },
    /** Waits for what comes over sockets, and lets tries again come due meanwhile. */
    until: (what: () => boolean) =>
      vi.waitFor(
        async () => {
          await clock.advance(what() ? 0 : 20)
          expect(what()).toBe(true)
        },
        { timeout: 10_000, interval: 5 },
      ),
    async reads(next: string) {
      current = await ruleSetOf(next)
      await changed(current)
    },
  }
}

/** Lets what was said by now arrive: a marker behind it has been heard. */
async function settled(house: StandInSupervisor, { runs }: { runs(): number }): Promise<number> {
  let seen = runs()
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 15))
    if (runs() !== seen) quiet = 0
    seen = runs()
  }
  expect(house.connections).toBeLessThanOrEqual(1)
  return seen
}

const ways = [
  ['through the Supervisor', false],
  ['by the address and token of the options', true],
] as const

let isDirect = false

function asked(direct: boolean): void {
  isDirect = direct
}

async function standIn(manner: Parameters<typeof StandInSupervisor.start>[0] = {}) {
  const house = await StandInSupervisor.start({ isDirect, ...manner })
  opened.push(house)
  return house
}

/** By entity. */
type States = Readonly<Record<string, string>>

/** A house whose Home Assistant stands so, and has been asked for the entities of these rules. */
async function listening(text: string, states: States = {}, manner?: Parameters<typeof standIn>[0]) {
  const house = await standIn(manner)
  for (const [entity, state] of Object.entries(states)) house.set(entity, state)
  const subject = await running(text, { house })
  await subject.until(() => house.subscribed.length === 1)
  return { house, subject }
}

const rule = (trigger: string, does = 'log: heard') =>
  `rules:\n  r:\n    when:\n      - ha: ${trigger}\n    do:\n      - ${does}\n`

describe.each(ways)('the trigger ha, %s', (_way, direct) => {
  beforeEach(() => asked(direct))

  test('fires when the entity goes to that state, and not for how things stand', async () => {
    const { house, subject } = await listening(
      rule(
        '{entity: light.nursery, to: "on"}',
        `log: "\${trigger.entity}: \${trigger.from} to \${trigger.to}"`,
      ),
      { 'light.nursery': 'on' },
    )
    expect(await settled(house, subject)).toBe(0)
    house.set('light.nursery', 'off')
    house.set('light.nursery', 'on')
    await subject.until(() => subject.runs() === 1)
    expect(subject.said()).toContainEqual(expect.stringContaining('info: light.nursery: off to on'))
  })

  test('takes in nothing but the entities that rules name', async () => {
    const { house, subject } = await listening(
      `${rule('light.a')}  s:\n    when:\n      - ha: {entity: light.b, for: 5m}\n      - ha: light.a\n    do:\n      - log: s\n`,
    )
    expect(house.subscribed).toEqual([['light.a', 'light.b']])
    await settled(house, subject)
    expect(subject.said().filter((line) => line.includes('no entity'))).toEqual([
      'warn: Home Assistant has no entity "light.a"; rules that name it wait for it {}',
      'warn: Home Assistant has no entity "light.b"; rules that name it wait for it {}',
    ])
  })

  test('opens no connection where no rule needs one', async () => {
    const house = await standIn()
    const subject = await running('rules:\n  r:\n    when:\n      - startup:\n    do:\n      - log: here\n', {
      house,
    })
    await subject.until(() => subject.runs() === 1)
    await settled(house, subject)
    expect(house.asked).toEqual([])
  })

  test('ignores other attributes, and what leads from or to a state that is not known', async () => {
    const { house, subject } = await listening(rule('light.a'), { 'light.a': 'off' })
    house.set('light.a', 'off', { a: { brightness: 3 } })
    house.set('light.a', 'unavailable')
    house.set('light.a', 'on')
    house.set('light.a', 'unknown')
    house.set('light.a', 'off')
    house.remove('light.a')
    house.set('light.a', 'on')
    expect(await settled(house, subject)).toBe(0)
    house.set('light.a', 'off')
    await subject.until(() => subject.runs() === 1)
  })

  test('hears of a state that is not known where it is named', async () => {
    const { house, subject } = await listening(
      rule('{entity: light.a, to: [unavailable, "off"], from: "on"}'),
      { 'light.a': 'on' },
    )
    house.set('light.a', 'unavailable')
    await subject.until(() => subject.runs() === 1)
  })

  test('is not fired by what was missed while Home Assistant was away, and hears again afterwards', async () => {
    const { house, subject } = await listening(rule('{entity: light.a, to: "on"}'), { 'light.a': 'off' })
    house.downFor = 3
    house.drop()
    house.set('light.a', 'on')
    await subject.until(() => house.subscribed.length === 2)
    expect(house.downFor).toBe(0)
    expect(await settled(house, subject)).toBe(0)
    house.set('light.a', 'off')
    house.set('light.a', 'on')
    await subject.until(() => subject.runs() === 1)
    expect(subject.said().filter((line) => line.includes('502'))).toHaveLength(1)
  })

  test('waits for a Home Assistant whose Supervisor lets us in before it is there', async () => {
    const house = await standIn()
    house.isHollow = true
    house.set('light.a', 'off')
    const subject = await running(rule('{entity: light.a, to: "on"}'), { house })
    await subject.until(() => house.asked.length > 3)
    house.isHollow = false
    await subject.until(() => house.subscribed.length === 1)
    house.set('light.a', 'on')
    await subject.until(() => subject.runs() === 1)
    expect(subject.said().filter((line) => line.startsWith('warn'))).toHaveLength(1)
  })

  test('hears of other entities once its file is read again, without a state told twice', async () => {
    const { house, subject } = await listening(rule('light.a'), { 'light.a': 'on', 'light.b': 'off' })
    await subject.reads(`${rule('light.a')}  s:\n    when:\n      - ha: light.b\n    do:\n      - log: s\n`)
    await subject.until(() => house.subscribed.length === 2 && house.subscriptions === 1)
    house.set('light.a', 'off')
    house.set('light.b', 'on')
    await subject.until(() => subject.runs() === 2)
    expect(await settled(house, subject)).toBe(2)
    await subject.reads('rules: {}\n')
    await subject.until(() => house.subscriptions === 0)
  })
})

describe.each(ways)('`for`, %s', (_way, direct) => {
  beforeEach(() => asked(direct))

  const door = rule('{entity: binary_sensor.door, to: "on", for: 5m}')
  async function openedDoor() {
    const found = await listening(door, { 'binary_sensor.door': 'off' })
    found.house.set('binary_sensor.door', 'on')
    return found
  }

  test('fires once it has lasted, and not where it changed before', async () => {
    const { house, subject } = await openedDoor()
    await settled(house, subject)
    await subject.clock.advance(4 * 60_000)
    house.set('binary_sensor.door', 'off')
    house.set('binary_sensor.door', 'on')
    await settled(house, subject)
    await subject.clock.advance(4 * 60_000)
    expect(subject.runs()).toBe(0)
    await subject.clock.advance(60_000)
    expect(subject.runs()).toBe(1)
    await subject.clock.advance(600_000)
    expect(subject.runs()).toBe(1)
  })

  test('goes on over a moment in which the entity was not there', async () => {
    const { house, subject } = await openedDoor()
    house.set('binary_sensor.door', 'unavailable')
    house.set('binary_sensor.door', 'on')
    await settled(house, subject)
    await subject.clock.advance(5 * 60_000)
    expect(subject.runs()).toBe(1)
  })

  test('does not fire while it cannot be told whether it lasts', async () => {
    const { house, subject } = await openedDoor()
    house.set('binary_sensor.door', 'unavailable')
    await settled(house, subject)
    await subject.clock.advance(5 * 60_000)
    expect(subject.runs()).toBe(0)
    expect(subject.said()).toContainEqual(expect.stringContaining('cannot be told'))
  })

  test.each([
    ['fires after a gap in which nothing changed', 1_795_000_000, 1],
    ['does not fire where it changed in the gap, although it is so again', 1_795_000_060, 0],
  ])('%s', async (_what, at, times) => {
    const { house, subject } = await openedDoor()
    await settled(house, subject)
    house.drop()
    if (at > 1_795_000_000) house.set('binary_sensor.door', 'off')
    house.set('binary_sensor.door', 'on', { at })
    await subject.until(() => house.subscribed.length === 2)
    await settled(house, subject)
    await subject.clock.advance(5 * 60_000)
    expect(subject.runs()).toBe(times)
  })

  test('is not waited for once the rule is taken out', async () => {
    const { house, subject } = await openedDoor()
    await settled(house, subject)
    await subject.reads('rules: {}\n')
    await subject.clock.advance(10 * 60_000)
    expect(subject.runs()).toBe(0)
  })
})

describe.each(ways)('`also_at_start`, %s', (_way, direct) => {
  beforeEach(() => asked(direct))

  const bedtime = rule('{entity: input_boolean.bedtime, to: "on", also_at_start: true}')

  test('fires once, also where Home Assistant comes late and the entity later still', async () => {
    const { house, subject } = await listening(
      bedtime,
      { 'input_boolean.bedtime': 'unavailable' },
      { downFor: 3 },
    )
    expect(await settled(house, subject)).toBe(0)
    house.set('input_boolean.bedtime', 'on')
    await subject.until(() => subject.runs() === 1)
    house.drop()
    await subject.until(() => house.subscribed.length === 2)
    expect(await settled(house, subject)).toBe(1)
  })

  test('does not fire where it is otherwise, nor for a rule that was written later', async () => {
    const { house, subject } = await listening(bedtime, { 'input_boolean.bedtime': 'off', 'light.a': 'on' })
    await subject.reads(rule('{entity: light.a, to: "on", also_at_start: true}'))
    await subject.until(() => house.subscribed.length === 2)
    expect(await settled(house, subject)).toBe(0)
  })

  test('with `for` counts from when it became so', async () => {
    const house = await standIn()
    const subject = await (async () => {
      const startS = new VirtualClock().now().getTime() / 1000
      house.set('light.a', 'on', { at: startS - 3000 })
      return running(rule('{entity: light.a, to: "on", for: 1h, also_at_start: true}'), { house })
    })()
    await subject.until(() => house.subscribed.length === 1)
    await settled(house, subject)
    await subject.clock.advance(9 * 60_000)
    expect(subject.runs()).toBe(0)
    await subject.clock.advance(2 * 60_000)
    expect(subject.runs()).toBe(1)
  })
})

describe.each(ways)('states in conditions, %s', (_way, direct) => {
  beforeEach(() => asked(direct))

  const party = `rules:
  r:
    when:
      - ha: {entity: input_button.party, to: "on"}
    if: ha('group.family') == 'home'
    do:
      - log: "party, and the light is \${state('light.den')}"
`

  test('are known of the entities that rules ask for, as they are now', async () => {
    const { house, subject } = await listening(party, {
      'input_button.party': 'off',
      'group.family': 'not_home',
    })
    expect(house.subscribed).toEqual([['group.family', 'input_button.party', 'light.den']])
    const press = () => {
      house.set('input_button.party', 'off')
      house.set('input_button.party', 'on')
    }
    press()
    await settled(house, subject)
    expect(subject.runs()).toBe(0)
    house.set('group.family', 'home')
    press()
    await subject.until(() => subject.runs() === 1)
    expect(subject.said()).toContainEqual(expect.stringContaining('party, and the light is unknown'))
    house.set('light.den', 'on')
    press()
    await subject.until(() => subject.runs() === 2)
    expect(subject.said()).toContainEqual(expect.stringContaining('party, and the light is on'))
    house.set('group.family', 'unavailable')
    press()
    await settled(house, subject)
    expect(subject.runs()).toBe(2)
  })

  test('are not listened to any more once the rule is taken out or switched off', async () => {
    const { house, subject } = await listening(party)
    await subject.reads(party.replace('  r:\n', '  r:\n    enabled: false\n'))
    await subject.until(() => house.subscriptions === 0)
  })
})

describe.each(ways)('the action ha, %s', (_way, direct) => {
  beforeEach(() => asked(direct))

  const calling = (does: string, head = '') =>
    `${head}rules:\n  r:\n    when:\n      - startup:\n    do:\n      - ha: ${does}\n      - log: behind it\n`

  test('calls the action with its target and its data, values filled in', async () => {
    const house = await standIn()
    const subject = await running(
      calling(
        `{action: light.turn_on, target: {entity_id: [light.a, "light.\${vars.place}"]}, data: {brightness_pct: "\${vars.level}", rgb_color: [255, 0, 7], note: "at \${now.time}", deep: {er: "\${vars.level} of 9"}}}`,
        'vars: {level: {start: 4, max: 9}, place: {one_of: [nursery, den], start: nursery}}\n',
      ),
      { house },
    )
    await subject.until(() => subject.said().some((line) => line.includes('behind it')))
    expect(house.calls).toMatchObject([
      {
        type: 'call_service',
        domain: 'light',
        service: 'turn_on',
        target: { entity_id: ['light.a', 'light.nursery'] },
        service_data: { brightness_pct: 4, rgb_color: [255, 0, 7], note: 'at 10:00', deep: { er: '4 of 9' } },
      },
    ])
  })

  test('waits until Home Assistant is up', async () => {
    const house = await standIn({ downFor: 4 })
    const subject = await running(calling('script.good_night'), { house })
    await subject.until(() => subject.said().some((line) => line.includes('behind it')))
    expect(house.calls).toMatchObject([{ domain: 'script', service: 'good_night' }])
  })

  test('ends the run with the reason where Home Assistant says no', async () => {
    const house = await standIn()
    house.outcome = { code: 'not_found', message: 'Service light.turn_onn not found.' }
    const subject = await running(calling('light.turn_onn'), { house })
    await subject.until(() => subject.said().some((line) => line.startsWith('error')))
    expect(subject.said().at(-1)).toContain(
      'light.turn_onn: Home Assistant said no: Service light.turn_onn not found.',
    )
    expect(subject.said().some((line) => line.includes('behind it'))).toBe(false)
  })

  test.each([
    [
      'is never sent twice where the connection is lost',
      'hangs up',
      'the connection to Home Assistant was lost',
    ],
    ['does not hold a run for ever', 'nothing is said', 'Home Assistant said nothing'],
  ] as const)('%s', async (_what, outcome, words) => {
    const house = await standIn()
    house.outcome = outcome
    const subject = await running(calling('light.toggle'), { house, answerMs: 300 })
    await subject.until(() => subject.said().some((line) => line.startsWith('error')))
    const error = subject.said().find((line) => line.startsWith('error'))
    expect(error).toContain(words)
    expect(error).toContain('it may have been done all the same')
    house.outcome = 'done'
    await settled(house, subject)
    expect(house.calls).toHaveLength(1)
  })

  test('does not hold a run for ever where the Supervisor takes the call and says nothing', async () => {
    const house = await standIn()
    house.hangs = true
    const subject = await running(calling('light.toggle'), { house, answerMs: 300 })
    await subject.until(() => subject.said().some((line) => line.startsWith('error')))
    expect(subject.said().find((line) => line.startsWith('error'))).toContain(
      'Home Assistant does not answer',
    )
  })

  test('says that the token is not taken, without it', async () => {
    const house = await standIn()
    const wrong = Object.assign(Object.create(house), {
      access: { ...house.access, token: `${secret}-of-yesterday` },
    }) as StandInSupervisor
    const subject = await running(calling('light.toggle'), { house: wrong, answerMs: 300 })
    await subject.until(() => subject.said().some((line) => line.startsWith('error')))
    expect(subject.said().join('\n')).toContain(
      direct ? 'the option homeassistant.token' : 'homeassistant_api: true',
    )
  })

  test('is refused in a domain that rules may not use, before anything is sent', async () => {
    const house = await standIn()
    const subject = await running(calling('homeassistant.restart'), { house })
    await subject.until(() => subject.said().some((line) => line.startsWith('error')))
    expect(subject.said().at(-1)).toContain('homeassistant.allow')
    expect(house.asked).toEqual([])
  })

  test('outside Home Assistant fails with the way out', async () => {
    const house = await standIn()
    const subject = await running(calling('light.toggle'), { house, isOutside: true })
    await subject.until(() => subject.said().some((line) => line.startsWith('error')))
    expect(subject.said().at(-1)).toContain('publish with `mqtt`')
  })

  test('that is under way ends soon when the product ends', async () => {
    const house = await standIn()
    house.outcome = 'nothing is said'
    const subject = await running(calling('light.toggle'), { house, answerMs: 60_000 })
    await subject.until(() => house.calls.length === 1)
    subject.homeAssistant.hurry()
    await subject.rules.stop()
    expect(subject.said().some((line) => line.includes('the connection to Home Assistant was lost'))).toBe(
      true,
    )
  })
})

describe('the address and token of the options', () => {
  beforeEach(() => asked(true))
  const waits = rule('{entity: light.a, to: "on"}')

  test('whose token is not taken are tried once, so that Home Assistant does not ban this machine', async () => {
    const house = await standIn()
    const access = { ...house.access, token: 'of yesterday' }
    const subject = await running(waits, { house: Object.assign(Object.create(house), { access }) })
    await subject.until(() => subject.said().some((line) => line.includes('it is not tried again')))
    await subject.clock.advance(10 * 60_000)
    await settled(house, subject)
    expect(house.asked).toEqual(['WS /api/websocket'])
    await expect(
      subject.homeAssistant.callAction?.({ action: 'light.toggle', target: {}, data: {} }),
    ).rejects.toThrow('make another long-lived token under your profile there')
  })

  test.each([
    ['silence', 'opens a websocket and says nothing, as no Home Assistant does: set homeassistant.url'],
    [200, 'answers with 200, as no Home Assistant does: set homeassistant.url'],
    [301, 'sends elsewhere (301), as no Home Assistant does: set homeassistant.url'],
    [400, 'does not take the connection (400): set homeassistant.url to Home Assistant itself'],
    [403, 'does not let this machine in (403): see ip_bans.yaml'],
    [404, 'answers with 404, as no Home Assistant does: set homeassistant.url'],
  ] as const)('that lead to something else (%s) are told so, and tried again', async (upgrade, words) => {
    const house = await standIn({ upgrade })
    const subject = await running(waits, { house, answerMs: 300 })
    await subject.until(() => house.asked.length > 1)
    expect(subject.said()).toContainEqual(expect.stringContaining(words))
  })

  test('that lead nowhere are told so with the address', async () => {
    const house = await standIn()
    await house.stop()
    const subject = await running(waits, { house })
    await subject.until(() => subject.said().some((line) => line.startsWith('warn')))
    expect(subject.said()).toContainEqual(
      expect.stringMatching(/cannot be reached at http:\/\/127\.0\.0\.1:\d+ \(option homeassistant\.url\)/),
    )
  })
})
