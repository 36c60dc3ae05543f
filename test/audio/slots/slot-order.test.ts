import { beforeEach, describe, expect, test } from 'vitest'
import { playOrder } from '../../../src/core/play-order.ts'
import type { Place } from '../../../src/core/slot.ts'
import { SlotHouse } from './slot-house.ts'

let house: SlotHouse

beforeEach(() => {
  house = new SlotHouse()
})

/** What a player hears that comes to the end of each item, `count` of them. */
async function heard(count: number): Promise<string[]> {
  const all: string[] = []
  for (let turn = 0; turn < count; turn++) {
    const place: Place = turn === 0 ? 'start' : turn % 2 === 1 ? 'now-a' : 'now-b'
    await house.seconds(60)
    all.push(await house.get(place))
    if (house.confirm === 'mqtt') await house.named(place, { playedMs: 60_000 })
    expect(house.current()).toBe(all.at(-1))
  }
  return all
}

describe.each(['request', 'mqtt'] as const)('a shuffled queue, with presses by %s', (confirm) => {
  beforeEach(() => {
    house.confirm = confirm
    house.setTo('a', 'b', 'c', 'd')
    house.change({ op: 'settings', settings: { shuffle: true, loop: true } })
  })

  test('plays each item once a round, and no item twice in a row', async () => {
    const order = playOrder(house.queue).map(({ file }) => file)
    const all = await heard(12)
    expect(all.slice(0, 4)).toEqual(order)
    for (const round of [0, 4, 8])
      expect(all.slice(round, round + 4).toSorted()).toEqual(['a', 'b', 'c', 'd'])
    for (const [place, file] of all.entries()) if (place > 0) expect(file).not.toBe(all[place - 1])
  })

  test('goes on with the next round where the last item of one cannot be played', async () => {
    const last = playOrder(house.queue).at(-1)?.file ?? ''
    house.broken.add(last)
    const all = await heard(6)
    expect(all.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c', 'd'].filter((file) => file !== last))
    expect(all.slice(3).toSorted()).toEqual(all.slice(0, 3).toSorted())
  })
})

describe('a card that is put in', () => {
  const putIn = async () => {
    house.remove()
    await house.seconds(30)
    return house.get('start')
  }
  const middle = async () => {
    await house.get('start')
    await house.get('right-a')
    await house.seconds(30)
  }

  test('goes on with the current item', async () => {
    await middle()
    expect(await putIn()).toBe('b')
  })

  test('begins with the first item where the stream says so, and not when a player only asks again', async () => {
    house.change({ op: 'settings', settings: { resume: 'restart' } })
    await middle()
    expect(await putIn()).toBe('a')
    expect(house.current()).toBe('a')
    expect(await house.get('right-a')).toBe('b')
    await house.seconds(1)
    expect(await house.get('right-a')).toBe('b')
  })

  test('begins then with the first item of the order that it plays in', async () => {
    house.change({ op: 'settings', settings: { resume: 'restart' } })
    await middle()
    house.change({ op: 'settings', settings: { shuffle: true } })
    house.change({ op: 'step', by: 1 })
    await house.get('right-b')
    expect(await putIn()).toBe(playOrder(house.queue)[0]?.file)
  })

  test('begins with what somebody has chosen since', async () => {
    house.change({ op: 'settings', settings: { resume: 'restart' } })
    await middle()
    house.change({ op: 'go-to', id: house.queue.items[2]?.id ?? null })
    expect(await putIn()).toBe('c')
  })

  test('starts over where the queue is over', async () => {
    house.change({ op: 'settings', settings: { resume: 'restart' } })
    await middle()
    house.change({ op: 'go-to', id: null })
    expect(await putIn()).toBe('a')
  })

  test('passes over a first item that cannot be played', async () => {
    house.change({ op: 'settings', settings: { resume: 'restart' } })
    await middle()
    house.broken.add('a')
    expect(await putIn()).toBe('b')
  })
})
