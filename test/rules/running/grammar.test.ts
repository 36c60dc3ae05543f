import { describe, expect, test } from 'vitest'
import { houseWith } from '../../support/house-with-rules.ts'

const say = (topic: string, payload = 'x') => `{mqtt: {topic: ${topic}, payload: "${payload}"}}`
const onLeft = (steps: readonly string[], more = '') =>
  `vars: {n: {start: 0, max: 9000}}
inputs: {party: {type: switch}}
rules:
  r:
    stream: bedroom
    mode: restart
${more}    when: [{button: left}]
    do:
${steps.map((step) => `      - ${step}\n`).join('')}`

async function pressed(...steps: string[]) {
  const house = await houseWith(onLeft(steps))
  await house.press('left')
  return house
}

const outcomeOf = (house: Awaited<ReturnType<typeof houseWith>>) => {
  const [trace] = house.traces('r')
  return { outcome: trace?.outcome, why: trace?.why, steps: trace?.steps.map(({ outcome }) => outcome) }
}

describe('wait', () => {
  test('goes on after the time, and not before', async () => {
    const house = await pressed(say('a'), '{wait: 10s}', say('b'))
    await house.advance(9)
    expect(house.published).toEqual(['a x'])
    expect(outcomeOf(house)).toEqual({ outcome: 'running', why: null, steps: ['done', 'waiting'] })
    await house.advance(1)
    expect(house.published).toEqual(['a x', 'b x'])
    expect(outcomeOf(house)).toEqual({ outcome: 'done', why: null, steps: ['done', 'done', 'done'] })
  })
})

describe('wait_for', () => {
  const waiting = (more: string) => [`{wait_for: {${more}}}`, say('after')]

  test('goes on when that happens', async () => {
    const house = await pressed(...waiting('button: right, timeout: 1m'))
    await house.press('next')
    expect(house.published).toEqual([])
    await house.press('right')
    expect(house.published).toEqual(['after x'])
    expect(house.traces('r')[0]?.steps[0]?.why).toContain('right')
  })

  test('of several goes on with the first', async () => {
    const several = 'any: [{button: right}, {input: {name: party, to: true}}], timeout: 1m'
    const house = await pressed(...waiting(several))
    await house.set('party', true)
    await house.press('right')
    expect(house.published).toEqual(['after x'])
  })

  test.each([
    ['goes on', '', ['after x']],
    ['goes on where it says so', ', on_timeout: continue', ['after x']],
    ['ends', ', on_timeout: stop', []],
    ['does what is written for it, and goes on', `, on_timeout: [${say('late')}]`, ['late x', 'after x']],
    ['does what is written for it, and ends', `, on_timeout: [${say('late')}, stop: Nobody]`, ['late x']],
  ])('%s when the time is over', async (_, late, published) => {
    const house = await pressed(...waiting(`button: right, timeout: 5s${late}`))
    await house.advance(4)
    expect(house.published).toEqual([])
    await house.advance(1)
    await house.press('right')
    expect(house.published).toEqual(published)
  })

  test('with an `if` of its own waits on while that does not hold, and says why', async () => {
    const house = await houseWith(
      onLeft(waiting('button: right, if: vars.n > 0, timeout: 1m')) +
        '  count: {stream: bedroom, when: [{button: next}], do: [{set: {n: vars.n + 1}}]}\n',
    )
    await house.press('left')
    await house.press('right')
    expect(house.published).toEqual([])
    const [step] = house.traces('r')[0]?.steps ?? []
    expect(step).toMatchObject({ outcome: 'waiting', saw: ['vars.n is 0'] })
    expect(step?.why).toContain('does not hold')
    await house.press('next')
    await house.press('right')
    expect(house.published).toEqual(['after x'])
  })

  test('has its `if` look at what came, not at what started the rule', async () => {
    const only =
      'any: [{button: {button: left}, if: trigger.button == "left"}, {button: right, if: trigger.button == "left"}]'
    const house = await houseWith(onLeft(waiting(`${only}, timeout: 1m`)).replace('restart', 'single'))
    await house.press('left')
    await house.press('right')
    expect(house.published).toEqual([])
    await house.press('left')
    expect(house.published).toEqual(['after x'])
  })
})

describe('repeat', () => {
  test('goes round so often', async () => {
    const house = await pressed(`{repeat: {times: 3, do: [${say('a')}, {wait: 2s}]}}`, say('b'))
    await house.advance(6)
    expect(house.published).toEqual(['a x', 'a x', 'a x', 'b x'])
  })

  test('goes round as long as something holds', async () => {
    const house = await pressed(
      '{repeat: {while: vars.n < 4, do: [{set: {n: vars.n + 1}}]}}',
      say('n', `\${vars.n}`),
    )
    expect(house.published).toEqual(['n 4'])
  })

  test('fails where it would go round more often than it may', async () => {
    const house = await pressed(
      '{repeat: {while: vars.n < 4, max: 2, do: [{set: {n: vars.n + 1}}]}}',
      say('never'),
    )
    expect(house.published).toEqual([])
    expect(outcomeOf(house).why).toContain('`max` says how often')
  })

  test('of a thousand rounds without a wait lets a press through', async () => {
    const house = await houseWith(
      onLeft(['{repeat: {times: 1000, do: [{repeat: {times: 1000, do: [{log: again}]}}]}}']) +
        `  other: {stream: bedroom, when: [{button: right}], do: [${say('heard')}]}\n`,
    )
    await house.press('left')
    await house.press('right')
    for (let turn = 0; turn < 50 && house.published.length === 0; turn++) await house.advance(1)
    expect(house.published).toEqual(['heard x'])
    expect(outcomeOf(house).outcome).toBe('running')
    await house.restart()
    expect(house.traces('r')[0]?.outcome).toBe('running')
  })
})

describe('loops in loops', () => {
  const over = (house: Awaited<ReturnType<typeof houseWith>>) =>
    expect.poll(() => outcomeOf(house).outcome, { timeout: 30_000 }).not.toBe('running')

  test('go round ten thousand times in all, and then the rule fails', async () => {
    const house = await pressed(
      `{repeat: {times: 3, do: [{repeat: {times: 1000, do: [{repeat: {times: 1000, do: [{log: round}]}}]}}]}}`,
    )
    await over(house)
    expect(outcomeOf(house)).toMatchObject({
      outcome: 'failed',
      why: expect.stringContaining('10,000 times in all'),
    })
    const said = house.log.lines.filter(({ message }) => message === 'round')
    expect(said).toHaveLength(9_989)
  }, 60_000)

  test('are not kept going by `on_error: continue`', async () => {
    const house = await pressed(
      '{repeat: {times: 1000, do: [{repeat: {times: 1000, do: [{log: round}]}, on_error: continue}]}, on_error: continue}',
      say('after'),
    )
    await over(house)
    expect(outcomeOf(house).outcome).toBe('done')
    expect(house.published).toEqual(['after x'])
  }, 60_000)

  test('are counted over a restart too', async () => {
    const inner = '{repeat: {times: 999, do: [{set: {n: vars.n + 1}}, {wait: 5s, if: vars.n == 4000}]}}'
    const text = onLeft([`{repeat: {times: 12, do: [${inner}]}}`]).replace('max: 9000', 'max: 99999')
    const house = await houseWith(text)
    await house.press('left')
    const isWaiting = () => house.traces('r')[0]?.steps.at(-1)?.outcome === 'waiting'
    await expect.poll(isWaiting, { timeout: 30_000 }).toBe(true)
    await house.restart()
    await house.advance(6)
    await over(house)
    expect(outcomeOf(house)).toMatchObject({ outcome: 'failed', why: expect.stringContaining('in all') })
  }, 60_000)

  test('say in the log at first what they skip and what fails, and in the trace how it began and ended', async () => {
    const house = await pressed(
      `{repeat: {times: 200, do: [{log: never, if: vars.n > 0}, {repeat: {times: 1, do: [{mqtt: {topic: a, payload: x}, if: vars.n > 0}]}}]}}`,
      say('end'),
    )
    await over(house)
    const [trace] = house.traces('r')
    const told = house.log.lines.filter(
      ({ level, message }) => level !== 'debug' && message.includes('skips'),
    )
    expect([told.length > 0, told.length < 10]).toEqual([true, true])
    expect(trace?.steps).toHaveLength(100)
    expect(trace?.left_out).toBe(502)
    expect(trace?.steps[0]).toMatchObject({ step: '1', kind: 'repeat', outcome: 'done' })
    expect(trace?.steps.at(-1)).toMatchObject({ step: '2', effects: [{ kind: 'publish' }] })
    expect(house.published).toEqual(['end x'])
  }, 60_000)

  test('that are over keep nothing out of the log that comes behind them', async () => {
    const house = await pressed(
      '{repeat: {times: 20, do: [{log: round}]}}',
      `{mqtt: {topic: a, payload: x}, if: vars.n > 0}`,
      '{repeat: {while: vars.n < 4, max: 1, do: [{set: {n: vars.n + 1}}]}, on_error: continue}',
    )
    await over(house)
    const said = (level: string, words: string) =>
      house.log.lines.filter((line) => line.level === level && line.message.includes(words)).length
    expect([said('info', 'skips'), said('warn', 'goes on though')]).toEqual([1, 1])
  })

  test('whose other way waits keep its step in the trace', async () => {
    const house = await pressed(
      '{parallel: [[{repeat: {times: 60, do: [{log: before}]}}, {wait: 5s}], [{wait: 1s}, {repeat: {times: 200, do: [{log: behind}]}}]]}',
    )
    await house.advance(2)
    expect(house.traces('r')[0]?.steps.map(({ step, outcome }) => [step, outcome])).toContainEqual([
      '1.1.2',
      'waiting',
    ])
    await house.advance(4)
    expect(outcomeOf(house).outcome).toBe('done')
  })

  test('of the next run count anew', async () => {
    const house = await pressed('{repeat: {times: 100, do: [{repeat: {times: 90, do: [{log: round}]}}]}}')
    await over(house)
    await house.advance(1)
    await house.press('left')
    await over(house)
    expect(house.traces('r').map(({ outcome }) => outcome)).toEqual(['done', 'done'])
  }, 60_000)
})

describe('parallel', () => {
  test('does several things at once, and goes on when all have ended', async () => {
    const ways = `[[{wait: 3s}, ${say('slow')}], ${say('quick')}]`
    const house = await pressed(`{parallel: ${ways}}`, say('after'))
    expect(house.published).toEqual(['quick x'])
    await house.advance(3)
    expect(house.published).toEqual(['quick x', 'slow x', 'after x'])
  })

  test('is left by `stop` with all that is in it', async () => {
    const ways = `[[{wait: 3s}, ${say('never')}], [{wait: 1s}, {stop: Enough}]]`
    const house = await pressed(`{parallel: ${ways}}`, say('never'))
    await house.advance(5)
    expect(house.published).toEqual([])
    expect(outcomeOf(house)).toMatchObject({ outcome: 'stopped', why: 'Enough' })
  })

  test('has the others end before it fails', async () => {
    const fails = '{repeat: {while: vars.n < 4, max: 1, do: [{set: {n: vars.n + 1}}]}}'
    const ways = `[${fails}, [{wait: 1s}, ${say('other')}]]`
    const house = await pressed(`{parallel: ${ways}}`, say('never'))
    await house.advance(2)
    expect(house.published).toEqual(['other x'])
  })
})

test('as many triggers and strands as anybody writes are no leak to Node', async () => {
  const warnings: string[] = []
  const hear = ({ message }: Error) => void warnings.push(message)
  process.on('warning', hear)
  try {
    const each = Array.from({ length: 20 }, (_, number) => number)
    const house = await houseWith(`rules:
  r:
    when:
      - {button: left}
${each.map((number) => `      - {time: "04:${10 + number}"}\n      - {mqtt: {topic: home/t${number}}}\n`).join('')}    do:
      - wait_for: {any: [${each.map((number) => `{mqtt: {topic: home/w${number}}}`).join(', ')}], timeout: 1s, on_timeout: continue}
      - parallel:
${each.map((number) => `          - [{wait: ${number + 1}s}, ${say(`way${number}`)}]\n`).join('')}`)
    await house.press('left')
    await house.advance(30)
    expect(house.published).toHaveLength(each.length)
  } finally {
    process.off('warning', hear)
  }
  expect(warnings).toEqual([])
})

test('`stop` ends the rule, wherever in it, with its reason', async () => {
  const house = await pressed(`{if: vars.n == 0, then: [{stop: None there}, ${say('never')}]}`, say('never'))
  expect(house.published).toEqual([])
  expect(outcomeOf(house)).toMatchObject({ outcome: 'stopped', why: 'None there' })
})

describe('an action that fails', () => {
  const fails = '{repeat: {while: vars.n < 4, max: 1, do: [{set: {n: vars.n + 1}}]}'

  test('ends the rule, and the trace says where', async () => {
    const house = await pressed(`${fails}}`, say('never'))
    expect(house.published).toEqual([])
    expect(outcomeOf(house).outcome).toBe('failed')
    expect(outcomeOf(house).why).toContain('stopped at action 1')
  })

  test('is passed where it says so', async () => {
    const house = await pressed(`${fails}, on_error: continue}`, say('after'))
    expect(house.published).toEqual(['after x'])
    expect(outcomeOf(house)).toMatchObject({ outcome: 'done', steps: expect.arrayContaining(['failed']) })
  })
})
