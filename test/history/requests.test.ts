import { beforeEach, describe, expect, test } from 'vitest'
import type { AudioAsked } from '../../src/core/audio-asked.ts'
import { Requests } from '../../src/history/requests.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { memoryStore, pressed as pressEntry, startHistory } from './support.ts'

let clock: VirtualClock
let history: Awaited<ReturnType<typeof startHistory>>
let requests: Requests

beforeEach(async () => {
  clock = new VirtualClock()
  history = await startHistory({ store: memoryStore().store, clock })
  requests = new Requests({ history, clock })
})

const usual: AudioAsked = {
  stream: 'bedroom',
  player: 'y1',
  card_id: '00123',
  place: '02',
  method: 'GET',
  address: '192.168.1.20',
  userAgent: '',
}
const ask = (asked: Partial<AudioAsked> = {}) => requests.asked({ ...usual, ...asked })
const told = { stream: 'bedroom', player: 'y1', card_id: '00123', place: '02', via: 'mqtt' } as const
/** A press that its player has told of. Returns its entry, with the request that it follows from. */
function tell(
  press: Partial<Omit<typeof told, 'stream' | 'place'>> & { stream?: null; place?: string | null } = {},
) {
  const whole = { ...told, ...press }
  const cause = requests.behindPress(whole)
  const id = history.add({ ...pressEntry('right'), cause })
  requests.pressed(whole, id)
  return { id, cause }
}
const causeOf = ({ id }: { readonly id: string }) => history.get(id)?.cause
const answered = { status: 200, from_start: true, bytes: 768, range: null, item: 'a.mp3' }

describe('a press that its player tells of', () => {
  test('follows from the request of its place, where that came a moment before', async () => {
    ask({ place: '01' }).answered(answered)
    const request = ask()
    request.answered(answered)
    await clock.advance(3_000)
    expect(tell().cause).toBe(request.id)
    // Nobody presses twice by one request.
    expect(tell().cause).toBeNull()
  })

  test('is what the request of its place follows from, where that comes a moment later', async () => {
    const press = tell()
    await clock.advance(3_000)
    expect(causeOf(ask({ place: '03' }))).toBeNull()
    expect(causeOf(ask({ method: 'HEAD' }))).toBeNull()
    const request = ask()
    expect(press.cause).toBeNull()
    expect(causeOf(request)).toBe(press.id)
    expect(causeOf(ask())).toBeNull()
  })

  test('has nothing to do with what is five seconds away', async () => {
    ask().answered(answered)
    await clock.advance(5_001)
    const press = tell()
    await clock.advance(5_001)
    expect([press.cause, causeOf(ask())]).toEqual([null, null])
  })

  test.each([
    ['of another card', { card_id: '00124' }],
    ['of another player', { player: 'y2' }],
    ['of another place', { place: '03' }],
    ['that only asks how long it is', { method: 'HEAD' }],
  ] as const)('has nothing to do with a request %s', (_, asked) => {
    ask(asked)
    expect(tell().cause).toBeNull()
    expect(causeOf(ask(asked))).toBeNull()
  })

  test('has nothing to do with a player that goes on where it was', () => {
    ask().answered({ ...answered, from_start: false, status: 206 })
    expect(tell().cause).toBeNull()
  })

  test('follows from the request of a listener that nobody can name, or of the whole queue', () => {
    const unnamed = ask({ player: null })
    expect(tell().cause).toBe(unnamed.id)
    const whole = ask({ place: null })
    expect(tell({ stream: null, place: 'chapter 7' }).cause).toBe(whole.id)
    const press = tell({ stream: null, place: 'chapter 8' })
    expect(causeOf(ask({ place: null, player: null }))).toBe(press.id)
  })

  test('is what its queue goes on by, also while its request waits for it', () => {
    const request = ask()
    const press = tell()
    expect(press.cause).toBe(request.id)
    expect(requests.behindStep('bedroom')).toBe(press.id)
    request.answered(answered)
    expect(requests.behindStep('bedroom')).toBe(press.id)
    // One that moves no queue.
    tell({ stream: null, place: '01' })
    expect(requests.behindStep('bedroom')).toBe(press.id)
  })
})

test('a press that is read from a request follows from that one alone', () => {
  const first = ask()
  const second = ask({ player: 'y2' })
  const press = { ...told, player: 'y2', via: 'http' } as const
  expect(requests.behindPress(press)).toBe(second.id)
  expect(requests.behindPress({ ...press, stream: 'kitchen' })).toBeNull()
  second.answered(answered)
  expect(requests.behindPress(press)).toBeNull()
  expect(requests.behindPress({ ...press, player: 'y1' })).toBe(first.id)
})
