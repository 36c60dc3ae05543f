import { describe, expect, test } from 'vitest'
import { houseWith, ruleSetOf } from '../../support/house-with-rules.ts'
import { type Death, MortalHouse } from '../../support/mortal-house.ts'

const rule = (does: string, more = '') => `rules:
  bell:
    when: [{button: left}]
    do:
      - queue: ${does}${more}
`
const bell = rule('{now: bell.mp3}')
const then = '\n      - mqtt: {topic: then, payload: x}'

const effectsOf = (house: MortalHouse) => house.traces('bell')[0]?.steps[0]?.effects ?? []

describe('what a rule puts into a stream with `now`', () => {
  test('is in the queue first, and then those who listen are sent on', async () => {
    const house = await houseWith(bell)
    house.listening.push('y1', 'y2')
    await house.press('left')
    expect(house.kept.queues).toEqual({ bedroom: ['bell.mp3'] })
    expect(house.published).toEqual(['y1 card', 'y2 card'])
    expect(effectsOf(house)).toMatchObject([
      { kind: 'fill-queue', outcome: 'done' },
      { kind: 'send-on', asked: { stream: 'bedroom' }, outcome: 'done' },
    ])
  })

  test.each(['{add: bell.mp3}', '{next: bell.mp3}', '{set: bell.mp3}', '{replace_next: bell.mp3}'])(
    'is told, and %s is not',
    async (does) => {
      const house = await houseWith(rule(does))
      house.listening.push('y1')
      await house.press('left')
      expect(house.kept.queues).toEqual({ bedroom: ['bell.mp3'] })
      expect(house.published).toEqual([])
    },
  )

  test('without a file sends nobody on', async () => {
    const house = await houseWith(rule('{now: nothing.mp3}', then))
    house.listening.push('y1')
    await house.press('left')
    expect(house.published).toEqual(['then x'])
  })

  test('stays there where a player cannot be told, and the trace says so', async () => {
    const house = await houseWith(rule('{now: bell.mp3}', then))
    house.listening.push('y1')
    house.playerFault = new Error('player "Nursery" is offline')
    await house.press('left')
    expect(house.kept.queues).toEqual({ bedroom: ['bell.mp3'] })
    expect(house.published).toEqual([])
    const reason = 'the stream went on, and a player could not be told: player "Nursery" is offline'
    expect(effectsOf(house)).toMatchObject([{ outcome: 'done' }, { outcome: 'failed', reason }])
    expect(house.traces('bell')).toMatchObject([{ outcome: 'failed' }])
  })

  test('does not keep the rule from going on with `on_error: continue`', async () => {
    const house = await houseWith(rule('{now: bell.mp3}', `\n        on_error: continue${then}`))
    house.listening.push('y1')
    house.playerFault = new Error('player "Nursery" is offline')
    await house.press('left')
    expect(house.published).toEqual(['then x'])
  })

  test('long ago is in the queue, and nobody is sent on so late', async () => {
    const house = await houseWith(bell.replace('      - queue', '      - wait: 10s\n      - queue'))
    house.listening.push('y1')
    await house.press('left')
    await house.kill(10 + 15 * 60 + 1)
    await house.advance(1)
    expect(house.kept.queues).toEqual({ bedroom: ['bell.mp3'] })
    expect(house.published).toEqual([])
  })
})

describe('a kill', () => {
  const deaths = (of: Death['of'], most: number) =>
    Array.from({ length: most }, (_, nth) => nth + 1).flatMap((nth) =>
      (['before', 'behind'] as const).map((when) => ({ of, nth, when })),
    )
  // The queue with the run that has changed it, the mark that it begins to send on, the end.
  test.each([...deaths('write', 3), ...deaths('publish', 1)])(
    'at %j leaves one item, and nobody is sent on twice',
    async (death) => {
      const house = new MortalHouse(await ruleSetOf(bell), [death])
      house.listening.push('y1')
      await house.start()
      house.arm()
      await house.press('left')
      await house.advance(2)
      expect(house.deaths).toBe(1)
      expect(house.kept.queues).toEqual({ bedroom: ['bell.mp3'] })
      // What had begun is not begun again: we rather send nothing than send twice.
      const isOpen =
        (death.of === 'write' && death.nth === 2 && death.when === 'behind') ||
        (death.of === 'publish' && death.when === 'before')
      expect(house.published).toEqual(isOpen ? [] : ['y1 card'])
      expect(house.kept.underWay).toBe(0)
    },
  )
})
