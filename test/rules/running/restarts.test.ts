import { describe, expect, test } from 'vitest'
import { houseWith, ruleSetOf } from '../../support/house-with-rules.ts'

const text = (body: string, others = '') => `vars: {n: {start: 0, max: 9}}
inputs: {party: {type: switch}, lamp: {type: switch}}
rules:
  r:
    stream: bedroom
    mode: single
    when: [{button: left}]
    do:
${body}${others}`
const wait = (length: string) =>
  text(`      - set: {n: vars.n + 1}
      - wait: ${length}
      - mqtt: {topic: ended, payload: x}
      - set: {n: vars.n + 1}
`)

describe.each(['kill', 'restart'] as const)('over a %s', (how) => {
  test('a wait goes on to its own end', async () => {
    const house = await houseWith(wait('10s'))
    await house.press('left')
    await house.advance(5)
    await house[how](3)
    await house.advance(1)
    expect(house.published).toEqual([])
    await house.advance(1)
    expect(house.published).toEqual(['ended x'])
    expect(house.kept.vars).toEqual({ n: 2 })
    expect(house.traces('r')).toMatchObject([{ outcome: 'done' }])
    await house.advance(1)
    expect(house.kept.underWay).toBe(0)
  })

  test('a run whose end is not in the store yet does nothing of what it did again', async () => {
    const house = await houseWith(wait('10s'))
    await house.press('left')
    await house.advance(10)
    expect(house.kept.underWay).toBe(1)
    await house[how](3)
    await house.advance(1)
    expect(house.published).toEqual(['ended x'])
    expect(house.kept).toMatchObject({ vars: { n: 2 }, underWay: 0 })
    expect(house.traces('r')).toMatchObject([{ outcome: 'done' }])
  })

  test('what was to be sent long ago is not sent; what the house remembers is done', async () => {
    const house = await houseWith(wait('10s'))
    await house.press('left')
    await house[how](10 + 15 * 60 + 1)
    await house.advance(1)
    expect(house.published).toEqual([])
    expect(house.kept.vars).toEqual({ n: 2 })
    const effects = house.traces('r')[0]?.steps.flatMap((step) => step.effects) ?? []
    expect(effects.filter(({ kind }) => kind === 'publish')).toMatchObject([{ outcome: 'late' }])
  })

  test('what was to be sent a quarter of an hour ago is sent', async () => {
    const house = await houseWith(wait('10s'))
    await house.press('left')
    await house[how](10 + 15 * 60 - 2)
    await house.advance(1)
    expect(house.published).toEqual(['ended x'])
  })

  test('a wait for something hears it in the next process, and no sooner than it comes', async () => {
    const house = await houseWith(
      text(`      - wait_for: {button: right, timeout: 1m, on_timeout: stop}
      - mqtt: {topic: came, payload: x}
`),
    )
    await house.press('left')
    await house[how](5)
    expect(house.published).toEqual([])
    await house.press('right')
    expect(house.published).toEqual(['came x'])
  })

  test.each([
    ['edited', wait('20s'), 'edited'],
    ['taken out', 'rules: {}\n', 'taken out'],
    ['switched off', wait('10s').replace('r:\n', 'r:\n    enabled: false\n'), 'switched off'],
  ])('the run of a rule that was %s meanwhile ends', async (_, after, why) => {
    const house = await houseWith(wait('10s'))
    await house.press('left')
    await house[how](1, await ruleSetOf(after))
    await house.advance(30)
    expect(house.published).toEqual([])
    expect(house.kept.underWay).toBe(0)
    const said = house.log.lines
      .map(({ message }) => message)
      .find((line) => line.includes('that run has ended'))
    expect(said).toContain(why)
  })

  test('a rule that only moved in its file goes on', async () => {
    const house = await houseWith(wait('10s'))
    await house.press('left')
    await house[how](1, await ruleSetOf(`# moved\n\n${wait('10s')}`))
    await house.advance(30)
    expect(house.published).toEqual(['ended x'])
  })
})

test('an hour of waiting behind it makes nothing late that is cut short by a kill', async () => {
  const house = await houseWith(
    text(`      - wait: 1h
      - set: {n: 1}
      - wait: 1s
      - set: {n: 2}
      - mqtt: {topic: ended, payload: x}
`),
  )
  await house.press('left')
  await house.advance(3600)
  await house.kill()
  await house.advance(1)
  expect(house.published).toEqual(['ended x'])
  const waitedFor = await houseWith(
    text(`      - wait_for: {button: right, timeout: 2h}
      - parallel: [{mqtt: {topic: one, payload: x}}, [{wait: 1s}, {mqtt: {topic: two, payload: x}}]]
      - mqtt: {topic: three, payload: x}
`),
  )
  await waitedFor.press('left')
  await waitedFor.advance(3600)
  await waitedFor.press('right')
  await waitedFor.kill(1)
  await waitedFor.advance(2)
  expect(waitedFor.published).toEqual(['one x', 'two x', 'three x'])
})

test('an input that is set while the product stops starts its rule in the next process', async () => {
  const house = await houseWith(
    text(
      `      - mqtt: {topic: slow, payload: x}
      - set: {party: true}
`,
      '  party: {when: [{input: party}], do: [{mqtt: {topic: party, payload: x}}]}\n',
    ),
  )
  const goOn = house.hold('slow')
  await house.press('left')
  const restarted = house.restart()
  goOn()
  await restarted
  await house.advance(1)
  expect(house.published).toEqual(['slow x', 'party x'])
})

test('a run that was under way when the product was killed, and of which only the trace is left, is not shown as running', async () => {
  const house = await houseWith(wait('10s'))
  await house.press('left')
  await house.advance(3)
  await house.advance(8)
  // The traces are written some seconds later than the journal.
  await house.kill()
  expect(house.traces('r')).toMatchObject([{ outcome: 'ended', ended_at: expect.any(String) }])
})

test('the rows of the journal are used again', async () => {
  const house = await houseWith(wait('1s').replace('single', 'parallel'))
  for (let round = 0; round < 30; round++) {
    await house.press('left')
    await house.advance(3)
    if (round % 10 === 9) await house.kill()
  }
  expect(house.published).toHaveLength(30)
  expect(house.rows).toBeLessThanOrEqual(4)
})

test('numbers of runs follow one another also where the clock was set back', async () => {
  const house = await houseWith(wait('1s'))
  await house.press('left')
  await house.advance(5)
  const [first] = house.traces('r')
  await house.kill()
  await house.clock.advance(-3_600_000)
  await house.kill()
  await house.press('left')
  expect(house.traces('r')[0]?.id).toBeGreaterThan(first?.id ?? Number.POSITIVE_INFINITY)
})
