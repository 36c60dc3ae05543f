import { beforeEach, describe, expect, test } from 'vitest'
import { SlotHouse } from './slot-house.ts'

let house: SlotHouse

beforeEach(() => {
  house = new SlotHouse()
})

describe('a player that says what it asked for', () => {
  test('at once, late, or never, is believed', async () => {
    await house.get('start')
    await house.named('start')
    await house.get('right-a')
    await house.named('right-a')
    await house.seconds(20)
    await house.named('right-a')
    await house.get('left-a')
    await house.seconds(3)
    await house.named('left-a')
    await house.seconds(60)
    await house.get('right-a')
    await house.seconds(60)
    await house.get('now-a')
    expect(house.refutations).toEqual([])
    expect(house.buttons()).toEqual(['right', 'left', 'right'])
  })

  test('late, after quick presses, and not all of them, is believed', async () => {
    await house.get('start')
    for (const place of ['right-a', 'right-b', 'right-a', 'left-a'] as const) {
      await house.seconds(1)
      await house.get(place)
    }
    await house.named('right-a')
    await house.seconds(1)
    await house.named('left-a')
    await house.seconds(60)
    await house.named('left-a')
    expect(house.refutations).toEqual([])
    expect(house.buttons()).toHaveLength(4)
  })

  test('before it asks is no second press', async () => {
    await house.get('start')
    await house.named('right-a')
    expect(await house.get('right-a')).toBe('b')
    await house.seconds(30)
    await house.named('right-a')
    expect(house.buttons()).toEqual(['right'])
    expect(house.refutations).toEqual([])
  })
})

test('a player that was playing before this program began is known by its words', async () => {
  await house.named('right-a')
  expect(await house.get('right-b')).toBe('b')
  expect(house.buttons()).toEqual(['right'])
})

describe('a player that speaks before it asks', () => {
  test('has pressed once, however long it played before', async () => {
    await house.get('start')
    await house.seconds(30)
    await house.named('right-a')
    await house.seconds(0.1)
    expect(await house.get('right-a')).toBe('b')
    await house.seconds(30)
    await house.named('right-b')
    await house.seconds(0.1)
    expect(await house.get('right-b')).toBe('c')
    expect(house.buttons()).toEqual(['right', 'right'])
  })

  test('of the card that was put in, hears what is current', async () => {
    await house.get('start')
    await house.seconds(3600)
    house.setTo('x', 'y')
    await house.named('start')
    await house.seconds(0.1)
    expect(await house.get('start')).toBe('x')
  })
})

describe('a player that goes elsewhere', () => {
  test('and resumes there has pressed all the same, and is not contradicted', async () => {
    await house.get('start')
    await house.get('right-a')
    await house.seconds(1)
    expect(await house.get('start', { start: 5000 })).toBe('a')
    await house.goesOnWith('start')
    expect(house.refutations).toEqual([])
    expect(house.buttons()).toEqual(['right'])
    expect(await house.get('right-a')).toBe('c')
    expect(house.buttons()).toEqual(['right', 'right'])
  })

  test('is not where only a late range of an earlier place says so', async () => {
    await house.get('start')
    await house.get('right-a')
    await house.get('start', { start: 5000 })
    expect(await house.get('right-b')).toBe('c')
    expect(house.buttons()).toEqual(['right', 'right'])
  })

  test('is held to nothing it claimed in a time of silence', async () => {
    await house.get('start')
    await house.seconds(20)
    await house.get('right-a')
    await house.seconds(121)
    await house.goesOnWith('start')
    expect(house.refutations).toEqual([])
  })

  test('by a press that came behind a command of ours has pressed', async () => {
    await house.get('01')
    await house.seconds(10)
    house.commanded = '02'
    await house.get('02')
    await house.named('02', { isCommanded: true })
    house.commanded = null
    await house.seconds(10)
    await house.get('03')
    await house.seconds(1)
    await house.get('02')
    expect(house.buttons()).toEqual(['right', 'left'])
  })

  test('with its card taken out and put in again hears what is current', async () => {
    await house.get('01')
    await house.seconds(3600)
    house.setTo('x', 'y')
    house.remove()
    expect(await house.get('01')).toBe('x')
    await house.seconds(10)
    house.setTo('u', 'v')
    house.remove()
    expect(await house.get('02')).toBe('u')
    expect(house.buttons()).toEqual([])
  })
})

describe('a player that goes on with what it played', () => {
  test('takes back the end that it only looked ahead to, at its first word', async () => {
    await house.get('start')
    await house.seconds(50)
    expect(await house.get('now-a')).toBe('b')
    expect(house.current()).toBe('b')
    await house.named('start')
    expect(house.current()).toBe('a')
    expect(house.refutations).toEqual([
      { stream: 'bedroom', card_id: '00123', player: 'y1', asked: 'now-a', plays: 'start', presses: [] },
    ])
    await house.seconds(10)
    await house.named('now-a')
    expect(house.current()).toBe('b')
  })

  test('after an end that may have been one, is given time to speak of it', async () => {
    await house.get('start')
    await house.seconds(58)
    await house.get('now-a')
    await house.named('start')
    await house.seconds(6)
    await house.named('start')
    expect(house.refutations).toEqual([])
    await house.seconds(3)
    await house.named('start')
    expect(house.refutations).toHaveLength(1)
    expect(house.current()).toBe('a')
  })

  test('takes back its press, which is marked', async () => {
    await house.get('start')
    await house.get('right-a')
    expect(house.current()).toBe('b')
    await house.goesOnWith('start')
    expect(house.current()).toBe('a')
    expect(house.refutations[0]?.presses).toEqual(house.presses)
    expect(house.buttons()).toEqual(['right'])
  })

  test('does not take back what a rule has made of the press', async () => {
    house.onPress = async () => void house.setTo('x', 'y')
    await house.get('start')
    expect(await house.get('right-a')).toBe('x')
    await house.goesOnWith('start')
    expect(house.refutations).toHaveLength(1)
    expect(house.current()).toBe('x')
  })

  test('leaves the press that came behind its look ahead, and what is heard', async () => {
    await house.get('start')
    await house.seconds(50)
    await house.get('now-a')
    expect(await house.get('right-a')).toBe('c')
    await house.named('right-a')
    expect(house.refutations[0]).toMatchObject({ asked: 'now-a', plays: 'right-a', presses: [] })
    expect(house.current()).toBe('c')
    expect(house.buttons()).toEqual(['right'])
  })

  test('from the end of the queue gets its item back', async () => {
    house.setTo('a')
    await house.get('start')
    expect(await house.get('now-a')).toBe('nothing')
    expect(house.current()).toBeNull()
    await house.named('start')
    expect(house.current()).toBe('a')
  })

  test('may be where a command of ours has led it', async () => {
    await house.get('start')
    house.commanded = 'now-a'
    expect(await house.get('now-a')).toBe('b')
    await house.named('start')
    await house.named('now-a', { isCommanded: true })
    expect(house.refutations).toEqual([])
    expect(house.current()).toBe('b')
  })

  test('that is put in anew is held against nothing older', async () => {
    await house.get('start')
    await house.get('right-a')
    await house.get('start')
    await house.goesOnWith('start')
    expect(house.refutations).toEqual([])
  })
})

describe('a linear card', () => {
  test('goes on by itself, and counts a press where no track can have ended', async () => {
    expect(await house.get('01')).toBe('a')
    await house.seconds(60)
    expect(await house.get('02')).toBe('b')
    expect(house.buttons()).toEqual([])
    await house.seconds(20)
    expect(await house.get('03')).toBe('c')
    expect(await house.get('02')).toBe('b')
    expect(await house.get('02')).toBe('b')
    expect(await house.get('02', { start: 5000 })).toBe('b')
    expect(house.buttons()).toEqual(['right', 'left'])
  })

  test('knows by the word of its player how long it played: of a pause, and of a leap', async () => {
    await house.get('01')
    await house.seconds(600)
    house.playedMs = 20_000
    await house.get('02')
    expect(house.buttons()).toEqual(['right'])
    await house.seconds(5)
    house.playedMs = 58_000
    await house.get('03')
    expect(house.buttons()).toEqual(['right'])
  })

  test('put in at any chapter plays what is current', async () => {
    await house.get('01')
    expect(await house.get('02')).toBe('b')
    expect(await house.get('07')).toBe('b')
    expect(await house.get('01')).toBe('b')
    expect(house.buttons()).toEqual(['right'])
  })

  test('counts nobody as pressing where a command of ours leads', async () => {
    await house.get('01')
    await house.seconds(10)
    house.commanded = '02'
    expect(await house.get('02')).toBe('b')
    await house.seconds(10)
    house.commanded = '01'
    expect(await house.get('01')).toBe('a')
    expect(house.buttons()).toEqual([])
  })

  test('whose player looks ahead is found out by its words', async () => {
    await house.get('01')
    await house.seconds(50)
    await house.get('02')
    expect(house.buttons()).toEqual(['right'])
    await house.goesOnWith('01')
    expect(house.refutations[0]?.presses).toEqual(house.presses)
    expect(house.current()).toBe('a')
    house.playedMs = 59_000
    await house.named('02')
    expect(house.current()).toBe('b')
    expect(house.buttons()).toEqual(['right'])
  })
})

test('a linear card whose player goes on by itself long after it looked ahead is found out too', async () => {
  await house.get('01')
  await house.named('01')
  await house.seconds(51)
  await house.get('02')
  expect(house.buttons()).toEqual(['right'])
  await house.seconds(9)
  await house.named('02', { playedMs: 60_000 })
  expect(house.refutations[0]).toMatchObject({ asked: '02', plays: '02' })
  expect(house.refutations[0]?.presses).toEqual(house.presses)
  expect(house.current()).toBe('b')
})

test('a linear chapter that starts over is reckoned from there', async () => {
  await house.get('01')
  await house.seconds(50)
  await house.get('01')
  await house.seconds(15)
  await house.get('02')
  expect(house.buttons()).toEqual(['right'])
})

describe('a card whose presses its player must confirm', () => {
  beforeEach(() => {
    house.confirm = 'mqtt'
  })

  test('is only offered what it asks for', async () => {
    expect(await house.get('start')).toBe('a')
    await house.named('start')
    expect(await house.get('now-a')).toBe('b')
    expect(await house.get('now-a')).toBe('b')
    expect(await house.get('now-a', { start: 5000 })).toBe('b')
    expect(house.current()).toBe('a')
    await house.named('start')
    expect(house.current()).toBe('a')
    await house.named('now-a')
    expect(house.current()).toBe('b')
    expect(await house.get('now-a')).toBe('b')
    expect(house.buttons()).toEqual([])
  })

  test('is not pressed by a player that goes on in the middle of where it was, as after it was off', async () => {
    await house.get('start')
    await house.named('start')
    await house.getUnheard('left-a')
    await house.named('left-a')
    await house.seconds(30)
    await house.getUnheard('now-a')
    await house.named('now-a')
    house.presses.length = 0
    await house.get('left-a', { start: 5000 })
    await house.named('left-a')
    expect(house.presses).toEqual([])
    await house.getUnheard('left-b')
    await house.named('left-b')
    expect(house.buttons()).toEqual(['left'])
  })

  test('is not pressed by a player that looks ahead there before it says where it goes on', async () => {
    await house.get('start')
    await house.named('start')
    await house.getUnheard('left-a')
    await house.named('left-a')
    await house.getUnheard('now-a')
    await house.named('now-a')
    house.presses.length = 0
    expect(await house.get('left-a', { start: 5000 })).toBe('a')
    expect(await house.get('now-a')).toBe('c')
    await house.named('left-a')
    expect(house.current()).toBe('b')
    await house.named('now-a')
    expect(house.current()).toBe('c')
    expect(house.buttons()).toEqual([])
  })

  test('is not pressed by who goes on in a middle that nobody got', async () => {
    await house.get('start')
    await house.named('start')
    expect(await house.get('right-a', { start: 5000 })).toBe('a')
    expect(await house.get('right-a', { start: 9000 })).toBe('a')
    await house.named('right-a')
    expect(house.current()).toBe('a')
    expect(house.buttons()).toEqual([])
  })

  test('is not pressed by who was off, though it asks for the whole', async () => {
    await house.get('start')
    await house.named('start')
    const answer = house.get('right-a')
    await house.seconds(0.1)
    await house.named('right-a', { isTakenUp: true })
    expect(await answer).toBe('a')
    expect(house.current()).toBe('a')
    expect(house.buttons()).toEqual([])
  })

  test('is not pressed now by a word behind a time of silence, but what was asked for then is current', async () => {
    await house.get('start')
    await house.named('start')
    await house.named('right-a', { isFollowed: false })
    expect(house.current()).toBe('a')
    expect(await house.getUnheard('right-b')).toBe('b')
    await house.seconds(600)
    await house.named('right-b', { isFollowed: false })
    expect(house.current()).toBe('b')
    expect(house.buttons()).toEqual([])
  })

  test('is pressed by whose request waits for the first word after a time of silence', async () => {
    await house.get('start')
    await house.named('start')
    const answer = house.get('right-a')
    await house.seconds(0.1)
    await house.named('right-a', { isFollowed: false })
    expect(await answer).toBe('b')
    expect(house.buttons()).toEqual(['right'])
  })

  test('is not pressed by who stays where it is while another behind its address goes on', async () => {
    const other = { listener: ['y2 at 00123'] as [string], player: 'y2' }
    const asked = { listener: ['y2 at 00123', '10.0.0.1'] as [string, string], player: 'y2' }
    await house.get('start')
    await house.named('start')
    await house.get('start', asked)
    await house.named('start', other)
    await house.getUnheard('left-a')
    await house.named('left-a')
    await house.named('now-a', other)
    await house.named('left-a')
    expect(house.buttons()).toEqual(['left'])
  })

  test('is stepped from what is current where what was offered is gone', async () => {
    house.setTo('a')
    await house.get('start')
    await house.named('start')
    await house.get('now-a')
    await house.named('now-a')
    expect(house.current()).toBeNull()
    expect(await house.getUnheard('right-a')).toBe('a')
    house.setTo('x')
    await house.get('now-b', { listener: ['y3 at 00123'], player: 'y3' })
    house.change({ op: 'go-to', id: null, from: house.queue.current })
    await house.named('right-a')
    expect(house.failures).toEqual([])
    expect(house.current()).toBe('x')
  })

  test('does not hear one item again and again where an address stands for two players', async () => {
    const address: [string] = ['10.0.0.1']
    const other = { listener: ['y2 at 00123'] as [string], player: 'y2' }
    await house.get('start')
    await house.named('start')
    await house.get('start', { listener: ['y2 at 00123', ...address], player: 'y2' })
    await house.named('start', other)
    const heard: string[] = []
    for (const place of ['now-a', 'now-b', 'now-a'] as const) {
      await house.seconds(60)
      heard.push(await house.get(place, { listener: address, player: null }))
      await house.named(place)
    }
    expect(heard).toEqual(['b', 'c', 'nothing'])
  })

  test('is pressed when its player says so, once, and not by what it looks ahead to', async () => {
    await house.get('start')
    await house.named('start')
    await house.get('now-a')
    const answer = house.get('right-a')
    await house.seconds(0.5)
    expect(await answer).toBe('b')
    expect(house.presses).toEqual([])
    await house.named('right-a')
    await house.named('right-a')
    expect(house.presses).toMatchObject([{ button: 'right', via: 'mqtt', place: 'right-a' }])
    expect(house.current()).toBe('b')
    const back = house.get('left-a')
    await house.seconds(0.5)
    expect(await back).toBe('a')
    await house.named('left-a')
    expect(house.current()).toBe('a')
  })

  test('hears at once what a rule decides, where its player speaks in time', async () => {
    house.onPress = async () => void house.setTo('x', 'y')
    await house.get('start')
    await house.named('start')
    const answer = house.get('right-a')
    await house.seconds(0.2)
    await house.named('right-a')
    expect(await answer).toBe('x')
    expect(await house.get('right-a')).toBe('x')
    house.onPress = async () => undefined
    expect(await house.get('now-a')).toBe('y')
  })

  test('hears next what a rule has decided since', async () => {
    house.onPress = async () => void house.setTo('x', 'y')
    await house.get('start')
    await house.named('start')
    const answer = house.get('right-a')
    await house.seconds(1)
    expect(await answer).toBe('b')
    await house.named('right-a')
    expect(house.current()).toBe('x')
    expect(await house.get('right-a')).toBe('b')
    expect(await house.get('now-a')).toBe('x')
    await house.named('now-a')
    expect(house.current()).toBe('x')
    expect(await house.get('now-b')).toBe('y')
  })

  test('gets what is current for a place that its player names before it asks', async () => {
    await house.get('start')
    await house.named('start')
    await house.named('right-a')
    expect(house.current()).toBe('b')
    expect(await house.get('right-a')).toBe('b')
    expect(house.buttons()).toEqual(['right'])
  })

  test('counts every press of a player that speaks late', async () => {
    await house.get('start')
    await house.named('start')
    for (const place of ['right-a', 'right-b'] as const) {
      const answer = house.get(place)
      await house.seconds(1)
      expect(await answer).toBe(place === 'right-a' ? 'b' : 'c')
    }
    await house.named('right-a')
    await house.named('right-b')
    expect(house.buttons()).toEqual(['right', 'right'])
    expect(house.current()).toBe('c')
  })

  test('tells of a player that says nothing, counts nothing, and still plays on', async () => {
    await house.get('start')
    await house.seconds(11)
    expect(await house.get('now-a')).toBe('b')
    const answer = house.get('right-a')
    await house.seconds(1)
    expect(await answer).toBe('c')
    expect(house.current()).toBe('a')
    expect(house.presses).toEqual([])
    expect(house.silences.at(-1)).toBe(true)
    await house.named('right-a')
    expect(house.silences.at(-1)).toBe(false)
    expect(house.presses).toEqual([])
  })

  test('says once that its queue is over, and starts over', async () => {
    house.setTo('a')
    await house.get('start')
    await house.named('start')
    expect(await house.get('now-a')).toBe('nothing')
    await house.named('now-a')
    expect(house.current()).toBeNull()
    expect(await house.get('now-b')).toBe('over')
    const answer = house.get('right-a')
    await house.seconds(1)
    expect(await answer).toBe('a')
    await house.named('right-a')
    expect(house.current()).toBe('a')
  })

  test.each([160_000, 4_800_000])(
    'tells presses from ends, though it looks ahead to an item of %i bytes',
    async (bytes) => {
      house.lengths.set('b', bytes)
      await house.get('01')
      await house.named('01')
      await house.seconds(4)
      await house.getUnheard('02')
      await house.seconds(15)
      await house.named('02', { playedMs: 20_000 })
      expect(house.buttons()).toEqual(['right'])
      await house.get('02')
      await house.seconds(50)
      await house.getUnheard('03')
      await house.seconds(9)
      await house.named('03', { playedMs: bytes / 16 })
      expect(house.buttons()).toEqual(['right'])
    },
  )

  test('does not take a look ahead for the beginning of what plays', async () => {
    await house.get('start')
    await house.named('start')
    await house.getUnheard('right-a')
    await house.named('right-a')
    await house.seconds(40)
    await house.get('now-a')
    await house.seconds(2)
    expect(await house.getUnheard('left-a')).toBe('b')
  })

  test('hears the step that is being made, not the item before it', async () => {
    house.onPress = () => house.clock.sleep(100)
    await house.get('start')
    await house.named('start')
    const step = house.named('right-a')
    await house.seconds(0.01)
    const answer = house.get('right-a')
    await house.seconds(1)
    await step
    expect(await answer).toBe('b')
    expect(house.current()).toBe('b')
  })

  test('goes on in the middle of what it got before it was known by name', async () => {
    expect(await house.get('start', { listener: ['10.0.0.1'], player: null })).toBe('a')
    await house.seconds(1)
    await house.named('start')
    house.setTo('x', 'y')
    expect(await house.get('start', { start: 5000 })).toBe('a')
  })

  test('is not called silent any more once its requests are its presses', async () => {
    await house.get('start')
    await house.seconds(40)
    await house.get('now-a')
    expect(house.silences.at(-1)).toBe(true)
    house.confirm = 'request'
    await house.get('now-b')
    expect(house.silences.at(-1)).toBe(false)
  })
})
