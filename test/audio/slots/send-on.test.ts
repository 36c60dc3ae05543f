import { beforeEach, describe, expect, test } from 'vitest'
import type { Place } from '../../../src/core/slot.ts'
import { SlotHouse } from './slot-house.ts'

let house: SlotHouse

beforeEach(() => {
  house = new SlotHouse()
})

const get = (place: Place, how?: Parameters<SlotHouse['get']>[1]) => house.get(place, how)
/** Asks for the place as after a command of ours. */
async function sentTo(place: Place, how?: Parameters<SlotHouse['get']>[1]) {
  house.commanded = place
  const heard = await get(place, how)
  house.commanded = null
  return heard
}
const secondPlayer = { listener: ['y2 at 00123', '10.0.0.2'] as [string, string], player: 'y2' }

test('who hears another item is sent on, and hears the new one and then the rest', async () => {
  await get('start')
  expect(await house.playNow('x')).toBe(true)
  expect(await sentTo('now-a')).toBe('x')
  expect(await house.sendsOn()).toBe(false)
  expect(await get('now-b')).toBe('b')
  expect(house.buttons()).toEqual([])
})

test('a first place that is asked for again within seconds is no retry then', async () => {
  await get('start')
  expect(await house.playNow('x')).toBe(true)
  expect(await sentTo('start')).toBe('x')
})

test('who was sent on and could not be told gets it with the next press', async () => {
  await get('start')
  expect(await house.playNow('x')).toBe(true)
  expect(await get('right-a')).toBe('x')
  expect(await get('right-b')).toBe('b')
})

test('of two players the second hears it too, though the first has heard it already', async () => {
  await get('start')
  await get('start', secondPlayer)
  expect(await house.playNow('x')).toBe(true)
  expect(await house.sendsOn('y2 at 00123')).toBe(true)
  expect(await sentTo('now-a')).toBe('x')
  expect(await sentTo('now-a', secondPlayer)).toBe('x')
  expect(house.current()).toBe('x')
})

test('who was nobody when it asked, and has a name since, is sent on', async () => {
  await get('start', { listener: ['10.0.0.1'], player: null })
  await house.named('start')
  expect(await house.playNow('x')).toBe(true)
})

describe('a press whose rule puts something there', () => {
  test('hears it in its own request, and nobody sends the player on', async () => {
    let sentOn: Promise<boolean> = Promise.resolve(true)
    house.onPress = async () => {
      sentOn = house.playNow('x')
    }
    await get('start')
    expect(await get('right-a')).toBe('x')
    expect(await sentOn).toBe(false)
  })

  test('only after its request was answered, is sent on', async () => {
    house.onPress = () => new Promise(() => undefined)
    await get('start')
    const heard = get('right-a')
    await house.seconds(0.2)
    expect(await heard).toBe('b')
    expect(await house.playNow('x')).toBe(true)
    expect(await sentTo('start')).toBe('x')
  })

  test('is known by the player’s word: it hears it in the request that waits for that', async () => {
    house.confirm = 'mqtt'
    let sentOn: Promise<boolean> = Promise.resolve(true)
    house.onPress = async () => {
      sentOn = house.playNow('x')
    }
    await get('start')
    await house.named('start')
    const heard = get('right-a')
    await house.seconds(0.2)
    await house.named('right-a')
    expect(await heard).toBe('x')
    expect(await sentOn).toBe(false)
  })

  test('is known by a word that comes before the request: it hears it in that', async () => {
    house.confirm = 'mqtt'
    let sentOn: Promise<boolean> = Promise.resolve(true)
    house.onPress = async () => {
      sentOn = house.playNow('x')
    }
    await get('start')
    await house.named('start')
    await house.named('right-a')
    expect(await sentOn).toBe(false)
    expect(await get('right-a')).toBe('x')
  })

  test('is known by a word that comes too late: it is sent on', async () => {
    house.confirm = 'mqtt'
    let sentOn: Promise<boolean> = Promise.resolve(false)
    house.onPress = async () => {
      sentOn = house.playNow('x')
    }
    await get('start')
    await house.named('start')
    expect(await house.getUnheard('right-a')).toBe('b')
    await house.named('right-a')
    expect(await sentOn).toBe(true)
    expect(await sentTo('start')).toBe('x')
    await house.named('start', { isCommanded: true })
    expect(house.current()).toBe('x')
  })
})

describe('after a restart of the program', () => {
  beforeEach(async () => {
    await get('start')
    await house.restart()
  })

  test.each(['now-a', 'start'] as const)('%s leads to it', async (place) => {
    expect(await house.playNow('x')).toBe(true)
    expect(await sentTo(place)).toBe('x')
  })

  test('also where a card that is put in begins with the first item', async () => {
    house.change({ op: 'settings', settings: { resume: 'restart' } })
    await house.seconds(60)
    expect(await house.playNow('x')).toBe(true)
    expect(await sentTo('start')).toBe('x')
  })
})

test.each([
  ['closed', () => house.change({ op: 'settings', settings: { closed: true } })],
  ['over', () => house.change({ op: 'go-to', id: null })],
  ['empty', () => house.change({ op: 'clear' })],
])('of a stream that is %s nobody is sent on', async (_, become) => {
  await get('start')
  become()
  expect(await house.sendsOn()).toBe(false)
})
