import { describe, expect, test } from 'vitest'
import { houseWith, ruleSetOf } from '../../support/house-with-rules.ts'

const waiting = (mode: string, more = '') => `vars: {n: {start: 0, max: 9000}}
rules:
  r:
    stream: bedroom
    mode: ${mode}
${more}    when: [{button: left}]
    do:
      - set: {n: vars.n + 1}
      - mqtt: {topic: begun, payload: "\${vars.n}"}
      - wait: 10s
      - mqtt: {topic: ended, payload: "\${vars.n}"}
`

async function thrice(mode: string, more = '', between: 'nothing' | 'kill' | 'restart' = 'nothing') {
  const house = await houseWith(waiting(mode, more))
  for (let count = 0; count < 3; count++) await house.press('left')
  if (between === 'kill') await house.kill()
  if (between === 'restart') await house.restart()
  await house.advance(40)
  const outcomes = house.traces('r').map(({ outcome }) => outcome)
  return { house, said: house.published, outcomes }
}

describe.each(['nothing', 'kill', 'restart'] as const)(
  'with %s between, a rule that is started thrice',
  (between) => {
    test('runs once in mode single', async () => {
      const { said, outcomes } = await thrice('single', '', between)
      expect(said).toEqual(['begun 1', 'ended 1'])
      if (between === 'nothing') expect(outcomes).toEqual(['ignored', 'ignored', 'done'])
    })

    test('starts over in mode restart', async () => {
      const { said } = await thrice('restart', '', between)
      expect(said).toEqual(['begun 1', 'begun 2', 'begun 3', 'ended 3'])
    })

    test('runs one after the other in mode queued', async () => {
      const { said } = await thrice('queued', '', between)
      expect(said).toEqual(['begun 1', 'ended 1', 'begun 2', 'ended 2', 'begun 3', 'ended 3'])
    })

    test('leaves out what is too many in mode queued', async () => {
      const { said } = await thrice('queued', '    max: 2\n', between)
      expect(said).toEqual(['begun 1', 'ended 1', 'begun 2', 'ended 2'])
    })

    test('runs beside itself in mode parallel, up to its most', async () => {
      const { said } = await thrice('parallel', '    max: 2\n', between)
      expect(said).toEqual(['begun 1', 'begun 2', 'ended 2', 'ended 2'])
    })
  },
)

test('conditions that have held for a run in the queue are not asked again after a kill', async () => {
  const house = await houseWith(waiting('queued', '    if: vars.n < 2\n'))
  await house.press('left')
  await house.press('left')
  await house.kill()
  await house.advance(1)
  await house.kill()
  await house.advance(30)
  expect(house.published).toEqual(['begun 1', 'ended 1', 'begun 2', 'ended 2'])
  const rules = await ruleSetOf(
    waiting('queued', '    if: vars.n < 1\n') +
      '  more: {stream: bedroom, when: [{button: right}], do: [{set: {n: vars.n + 5}}]}\n' +
      '  none: {stream: bedroom, when: [{button: next}], do: [{set: {n: 0}}]}\n',
  )
  await house.edit(rules)
  await house.press('next')
  house.published.length = 0
  await house.press('left')
  await house.press('next')
  await house.press('left')
  await house.press('right')
  await house.kill()
  await house.advance(30)
  expect(house.published).toEqual(['begun 1', 'ended 5', 'begun 6', 'ended 6'])
})

test('a run in the queue whose rule is edited ends, and its trace says so', async () => {
  const house = await houseWith(waiting('queued'))
  await house.press('left')
  await house.press('left')
  await house.edit(await ruleSetOf(waiting('single')))
  await house.advance(30)
  expect(house.published).toEqual(['begun 1'])
  expect(house.traces('r').map(({ outcome }) => outcome)).toEqual(['ended', 'ended'])
  expect(house.kept.underWay).toBe(0)
})
