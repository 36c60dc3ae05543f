import { beforeEach, describe, expect, test } from 'vitest'
import type { Place } from '../../../src/core/slot.ts'
import { SlotHouse } from './slot-house.ts'

let house: SlotHouse

beforeEach(() => {
  house = new SlotHouse()
})

const get = (place: Place, how?: Parameters<SlotHouse['get']>[1]) => house.get(place, how)
const setTo = (...files: string[]) => house.setTo(...files)
const close = (closed: boolean) => house.change({ op: 'settings', settings: { closed } })
const buttons = () => house.buttons()
const seconds = (count: number) => house.seconds(count)

describe('without a rule', () => {
  test('right and the end lead to the next item', async () => {
    expect(await get('start')).toBe('a')
    expect(await get('right-a')).toBe('b')
    expect(await get('now-a')).toBe('c')
    expect(buttons()).toEqual(['right'])
    expect(house.presses[0]).toEqual({
      stream: 'bedroom',
      player: 'y1',
      card_id: '00123',
      place: 'right-a',
      button: 'right',
      via: 'http',
    })
  })

  test('left restarts the item, and within five seconds of its beginning leads to the one before', async () => {
    await get('start')
    await get('right-a')
    await get('right-b')
    await seconds(5)
    expect(await get('left-a')).toBe('c')
    await seconds(4.9)
    expect(await get('left-b')).toBe('b')
    expect(await get('left-a')).toBe('a')
    expect(await get('left-b')).toBe('a')
    expect(buttons()).toHaveLength(6)
  })

  test('a loop has no end', async () => {
    house.change({ op: 'settings', settings: { loop: true } })
    await get('start')
    expect([await get('now-a'), await get('now-b'), await get('now-a')]).toEqual(['b', 'c', 'a'])
  })

  test('what cannot be played is passed over', async () => {
    house.broken.add('b')
    await get('start')
    expect(await get('right-a')).toBe('c')
    expect(await get('left-a')).toBe('a')
    house.broken.add('a')
    house.broken.add('c')
    expect(await get('right-a')).toBe('nothing')
  })
})

test('a press behind a restart of the program is a press, and a retry is none', async () => {
  await get('start')
  expect(await get('right-a')).toBe('b')
  await house.restart()
  expect(await get('right-a')).toBe('b')
  await house.restart()
  expect(await get('right-b')).toBe('c')
  expect(buttons()).toEqual(['right', 'right'])
  await seconds(25 * 3600)
  await house.restart()
  expect((await house.visits.entries()).length).toBe(0)
})

test('an item that is lost while it is heard gives way to the next, which is heard from there on', async () => {
  await get('start')
  expect(await get('right-a')).toBe('b')
  house.broken.add('b')
  expect(await house.passOver('right-a')).toBe('c')
  expect(house.current()).toBe('c')
  expect(await get('right-a')).toBe('c')
  expect(await get('right-a', { start: 5000 })).toBe('c')
  expect(await get('left-a')).toBe('a')
  for (const file of ['a', 'c']) house.broken.add(file)
  expect(await house.passOver('left-a')).toBe('nothing')
  expect(buttons()).toEqual(['right', 'left'])
})

test('a moment without files is no reason to lose the place', async () => {
  await get('start')
  expect(await get('right-a')).toBe('b')
  for (const file of ['a', 'b', 'c']) house.broken.add(file)
  expect(await get('start')).toBe('nothing')
  expect(await get('right-b')).toBe('nothing')
  house.broken.clear()
  expect(house.current()).toBe('b')
})

describe('the end of a queue', () => {
  beforeEach(async () => {
    setTo('a')
    await get('start')
  })

  test('is said once and followed by silence, also for who only repeats the request', async () => {
    expect(await get('now-a')).toBe('nothing')
    expect(await get('now-b')).toBe('over')
    expect(await get('now-b')).toBe('over')
    await seconds(59)
    expect(await get('now-b')).toBe('over')
    await seconds(61)
    expect(await get('now-b')).toBe('nothing')
  })

  test('is left by a press, and by putting the card in', async () => {
    expect(await get('now-a')).toBe('nothing')
    expect(await get('right-a')).toBe('a')
    expect(await get('now-a')).toBe('nothing')
    expect(await get('left-a')).toBe('a')
    expect(await get('now-a')).toBe('nothing')
    expect(await get('start')).toBe('a')
  })

  test('goes on with what was added', async () => {
    expect(await get('now-a')).toBe('nothing')
    house.change({ op: 'append', files: ['x'] })
    expect(await get('now-b')).toBe('x')
  })
})

describe('with a rule', () => {
  test('the press hears what the rule has made current', async () => {
    house.onPress = async () => void setTo('x', 'y')
    await get('start')
    expect(await get('right-a')).toBe('x')
    expect(await get('right-b')).toBe('x')
  })

  test('that turns on a lamp for a minute, the skip waits no longer than 150 ms', async () => {
    house.onPress = () => house.clock.sleep(60_000)
    await get('start')
    const answer = get('right-a')
    await house.clock.advance(149)
    expect(house.queue.current).toBe('i1')
    await house.clock.advance(1)
    expect(await answer).toBe('b')
  })

  test('that is too late, its item is what comes next', async () => {
    house.onPress = () => house.clock.sleep(1_000).then(() => void setTo('x', 'y'))
    await get('start')
    const answer = get('right-a')
    await seconds(2)
    expect(await answer).toBe('b')
    expect(await get('now-a')).toBe('x')
    expect(await get('now-b')).toBe('y')
  })

  test('that fails, the press still leads on', async () => {
    house.onPress = async () => {
      throw new Error('no')
    }
    await get('start')
    expect(await get('right-a')).toBe('b')
    expect(house.failures).toHaveLength(1)
  })
})

describe('the same item', () => {
  test('comes again to who asks again, whatever was made of the queue', async () => {
    await get('start')
    expect(await get('right-a')).toBe('b')
    setTo('x')
    expect(await get('right-a')).toBe('b')
    expect(await get('right-a', { start: 500 })).toBe('b')
    expect(await get('left-b')).toBe('b')
    expect(buttons()).toEqual(['right'])
  })

  test('of an earlier slot is gone on with in its middle', async () => {
    await get('start')
    await get('right-a')
    expect(await get('start', { start: 500 })).toBe('a')
    expect(buttons()).toEqual(['right'])
  })

  test('a middle that nobody was served is the current item, and no press', async () => {
    await get('start')
    expect(await get('right-a', { start: 500 })).toBe('a')
    expect(buttons()).toEqual([])
  })

  test('is forgotten after a day', async () => {
    await get('start')
    await get('right-a')
    setTo('x')
    await seconds(24 * 3600 + 1)
    expect(await get('right-a')).toBe('x')
    expect(buttons()).toEqual(['right'])
  })
})

test('a closed stream plays nothing, but its presses count', async () => {
  await get('start')
  close(true)
  expect(await get('right-a')).toBe('nothing')
  expect(await get('right-a')).toBe('nothing')
  expect(await get('right-b')).toBe('nothing')
  expect(await get('now-a')).toBe('over')
  expect(buttons()).toEqual(['right', 'right'])
  close(false)
  expect(await get('right-a')).toBe('b')
})

test('who was an address before it was a player is the same listener', async () => {
  const address = '10.0.0.1'
  await get('start', { listener: [address], player: null })
  expect(await get('right-a', { listener: ['y1 at 00123', address] })).toBe('b')
  expect(await get('right-b')).toBe('c')
  expect(buttons()).toEqual(['right', 'right'])
})

test('two listeners are told apart', async () => {
  await get('start')
  await get('start', { listener: ['10.0.0.2'] })
  expect(await get('right-a')).toBe('b')
  expect(await get('right-a')).toBe('b')
  expect(await get('right-a', { listener: ['10.0.0.2'] })).toBe('c')
  expect(buttons()).toHaveLength(2)
})

test('players behind one address are told apart', async () => {
  const address = '10.0.0.1'
  const other = { listener: ['y2 at 00123', address] as [string, string], player: 'y2' }
  await get('start')
  await get('start', other)
  expect(await get('right-a')).toBe('b')
  expect(await get('right-a', other)).toBe('c')
  expect(await get('right-a')).toBe('b')
  expect(buttons()).toHaveLength(2)
})

test('requests of one listener wait for each other, so a hasty retry is no second press', async () => {
  house.onPress = () => house.clock.sleep(60_000)
  await get('start')
  const answers = Promise.all([get('right-a'), get('right-a'), get('right-b')])
  await seconds(1)
  expect(await answers).toEqual(['b', 'b', 'c'])
  expect(buttons()).toEqual(['right', 'right'])
})
