import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import { deskHouse } from './desk-house.ts'

const bedroom = 'yoto/stream/bedroom/set'
const ok = { status: 'ok', data: { topic: bedroom } }
const error = (code: string, message: string) => ({
  status: 'error',
  error: { code, message: expect.stringContaining(message) },
})

describe('a message for a stream', () => {
  async function house() {
    const subject = await deskHouse()
    await subject.set(bedroom, 'forest')
    return { ...subject, tell: (wish: object) => subject.set(bedroom, JSON.stringify(wish)) }
  }

  test('has what its queue wishes done, in the words of the rules', async () => {
    const { tell, filesOf, hub } = await house()
    expect(await tell({ queue: { add: 'night' } })).toEqual(ok)
    expect(await tell({ queue: { next: 'shh.mp3' } })).toEqual(ok)
    expect(filesOf('bedroom')).toEqual(['a.mp3', 'shh.mp3', 'b.mp3', 'c.mp3'])
    expect(await tell({ queue: { set: 'forest', limit: 1 } })).toEqual(ok)
    expect(hub.queue('bedroom')).toMatchObject({ playlist: 'forest', items: [{ file: 'a.mp3' }] })
    expect(await tell({ queue: { clear: true } })).toEqual(ok)
    expect(filesOf('bedroom')).toEqual([])
  })

  test('puts another queue there for a while, and what is to play now is heard at once', async () => {
    const { tell, filesOf, hub, asked } = await house()
    await tell({ skip: true })
    const before = hub.queue('bedroom')
    expect(await tell({ queue: { set: 'night', keep_old: true } })).toEqual(ok)
    expect(await tell({ queue: { now: 'shh.mp3' } })).toEqual(ok)
    expect(filesOf('bedroom')).toEqual(['c.mp3', 'shh.mp3'])
    expect(hub.queue('bedroom')?.items.find(({ id }) => id === hub.queue('bedroom')?.current)?.file).toBe(
      'shh.mp3',
    )
    expect(await tell({ queue: { restore: true } })).toEqual(ok)
    const { items, current, playlist } = hub.queue('bedroom') ?? {}
    expect({ items, current, playlist }).toEqual({
      items: before?.items,
      current: before?.current,
      playlist: 'forest',
    })
    expect(await tell({ queue: { restore: true } })).toMatchObject(
      error('not_found', 'has nothing to restore'),
    )
    expect(asked).toEqual(['playAnew bedroom another item', 'playAnew bedroom another item'])
  })

  test.each([
    [{ queue: { sett: 'night' } }, 'unprocessable', 'did you mean "set"?'],
    [{ queue: { limit: 0, set: 'night' } }, 'unprocessable', '`limit`'],
    [{ queue: {} }, 'invalid', 'says nothing to do'],
    [{ queue: { set: null } }, 'unprocessable', '`set`'],
    [{ queue: { clear: true, set: 'moon' } }, 'not_found', 'no playlist and no file "moon"'],
    [{ queue: { set: 'night', stream: 'kitchen' } }, 'unprocessable', '`stream` names "kitchen"'],
    [{ closed: true, until: 'tomorrow' }, 'unprocessable', 'found "tomorrow"'],
    [{ closed: true, until: '2026-11-21T18:00' }, 'unprocessable', 'lies in the past'],
    [{ closed: true, if_pressed: 'gone.mp3' }, 'not_found', 'gone.mp3'],
    [{ playlist: 'moon' }, 'not_found', 'moon'],
  ])('%j is refused, and nothing of it is done', async (wish, code, message) => {
    const { tell, hub } = await house()
    const before = hub.queue('bedroom')
    expect(await tell(wish)).toMatchObject(error(code, message))
    expect(hub.queue('bedroom')).toBe(before)
    expect(hub.queue('kitchen')).toBeUndefined()
  })

  test('closes it until a time, and opens it again', async () => {
    const { tell, hub } = await house()
    expect(await tell({ closed: true, until: '06:30', if_pressed: 'shh.mp3' })).toEqual(ok)
    expect(hub.queue('bedroom')).toMatchObject({
      closed: true,
      closed_until: '2026-11-22T06:30:00.000+00:00',
      if_pressed: 'shh.mp3',
    })
    expect(await tell({ closed: false })).toEqual(ok)
    expect(hub.queue('bedroom')).toMatchObject({ closed: false, closed_until: null })
  })

  test('goes on to the next item or back to the first, and has those who listen hear it', async () => {
    const { tell, hub, asked, listen, obeyed } = await house()
    const anew: Effect = { kind: 'command', player: 'abc', command: { type: 'card', card_id: 'c' } }
    listen([anew])
    const current = () => hub.queue('bedroom')?.items.find(({ id }) => id === hub.queue('bedroom')?.current)
    expect(await tell({ skip: true })).toEqual(ok)
    expect(current()?.file).toBe('b.mp3')
    expect(await tell({ restart: true })).toEqual(ok)
    expect(current()?.file).toBe('a.mp3')
    expect(await tell({ restart: true })).toEqual(ok)
    expect(asked).toEqual([
      'playAnew bedroom another item',
      'playAnew bedroom another beginning',
      'playAnew bedroom same beginning',
    ])
    expect(obeyed).toEqual([anew.command, anew.command, anew.command])
  })

  test('says so where the queue went on and the player did not', async () => {
    const { tell, hub, listen, obeyWith, log } = await house()
    listen([{ kind: 'command', player: 'abc', command: { type: 'restart' } }])
    obeyWith(() => Promise.reject(new AppError('unavailable', 'Yoto is away')))
    expect(await tell({ skip: true })).toMatchObject(error('unavailable', 'could not be told: Yoto is away'))
    expect(log.lines.at(-1)?.detail?.problem).toBe(
      'the stream went on, and a player could not be told: Yoto is away',
    )
    expect(hub.queue('bedroom')?.current).toBe(hub.queue('bedroom')?.items[1]?.id)
  })

  test.each([
    ['closed', { closed: true }, 'is closed'],
    ['empty', { queue: { clear: true } }, 'is empty'],
  ])('moves nothing on a stream that is %s', async (_state, wish, message) => {
    const { tell, asked } = await house()
    await tell(wish)
    expect(await tell({ skip: true })).toMatchObject(error('conflict', message))
    expect(asked).toEqual([])
  })

  test('makes no stream to skip in', async () => {
    const { set, hub } = await deskHouse()
    expect(await set('yoto/stream/typo/set', '{"skip":true}')).toMatchObject(error('not_found', 'typo'))
    expect(hub.queues()).toEqual([])
  })

  test('has its turn behind those that came before it', async () => {
    const { desk, hub } = await house()
    const take = (payload: string) => desk.take(bedroom, payload, { retain: false })
    await Promise.all([take('{"queue":{"set":"forest"}}'), take('night'), take('{"queue":{"add":"a.mp3"}}')])
    expect(hub.queue('bedroom')?.items.map(({ file }) => file)).toEqual(['c.mp3', 'a.mp3'])
  })
})

describe('what is refused', () => {
  const moon = 'moon'.repeat(100)
  test.each([
    [
      'yoto/abc/set',
      '{"volume_step":99}',
      'volume_step',
      'volume_step: expected a whole number from 0 to 16',
    ],
    ['yoto/abc/set/seek_s', 'soon', 'seek_s', 'seek_s: expected a number from 0 to 86400'],
    ['yoto/abc/set', '{"foo":1}', 'foo', /^foo: unknown field, known: volume_percent, /],
    ['yoto/abc/set', `{"${moon}":1}`, /^(moon){20}…$/, /^(moon){20}…: unknown field/],
    [bedroom, '{"loop":1}', 'loop', 'loop: expected true or false'],
    [bedroom, '{"skip":true,"restart":true}', 'restart', /^restart: it does not go together with "skip": /],
    [bedroom, '{"until":"07:00"}', 'until', 'until: it goes with "closed": true alone'],
  ])('on %s, %s, names its field', async (topic, payload, field, message) => {
    const { set } = await deskHouse()
    expect((await set(topic, payload))?.error).toMatchObject({
      field: expect.stringMatching(field),
      message: expect.stringMatching(message),
    })
  })

  test.each([
    ['yoto/abc/set', '5'],
    [bedroom, '{broken'],
  ])('on %s, %s, names none where it is the whole message', async (topic, payload) => {
    const { set } = await deskHouse()
    const refused = await set(topic, payload)
    expect(refused?.error).toEqual({
      code: 'invalid_payload',
      message: expect.stringMatching(/^expected /),
    })
  })
})

describe('what becomes old while it waits', () => {
  test('is dropped with an answer, and never done later', async () => {
    const { desk, clock, obeyed, answersTo, obeyWith } = await deskHouse()
    obeyWith(() => clock.sleep(4000))
    const commands = '{"volume_step": 3, "restart": true, "seek_s": 5, "playback": "play"}'
    const taken = desk.take('yoto/abc/set', commands, { retain: false })
    await clock.advance(60_000)
    await taken
    expect(obeyed.map(({ type }) => type)).toEqual(['volume-step', 'restart', 'seek'])
    expect(answersTo('set')).toEqual([
      {
        status: 'error',
        data: { topic: 'yoto/abc/set' },
        error: {
          code: 'too_old',
          message: 'not done any more: it has waited for 12 s, and 10 s is the most',
        },
      },
    ])
  })

  test('is done where it waited for less', async () => {
    const { desk, clock, obeyed, answersTo, obeyWith } = await deskHouse()
    obeyWith(() => clock.sleep(3000))
    const taken = desk.take('yoto/abc/set', '{"volume_step":3,"restart":true,"seek_s":5,"playback":"play"}', {
      retain: false,
    })
    await clock.advance(60_000)
    await taken
    expect(obeyed).toHaveLength(4)
    expect(answersTo('set')).toMatchObject([{ status: 'ok' }])
  })

  test('behind another message of its stream, is dropped as well', async () => {
    const { desk, clock, hub, answersTo, searchWith, set } = await deskHouse()
    await set(bedroom, 'forest')
    searchWith(() => clock.sleep(6000))
    const taken = [
      desk.take(bedroom, '{"queue":{"add":"c.mp3"}}', { retain: false }),
      desk.take(bedroom, 'night', { retain: false }),
    ]
    await clock.advance(60_000)
    await Promise.all(taken)
    expect(answersTo('set').map(({ error }) => error?.code)).toEqual([undefined, undefined, 'too_old'])
    expect(hub.queue('bedroom')?.items.map(({ file }) => file)).toEqual(['a.mp3', 'b.mp3', 'c.mp3'])
  })

  test('unseen, while the program stood still, is dropped too, and so is a request', async () => {
    const { desk, heart, set, ask, obeyed, asked } = await deskHouse()
    desk.start()
    heart.pass(3_600_000)
    const old = error('too_old', 'this program stood still for 3600 s')
    expect(await set('yoto/abc/set/volume_step', '3')).toMatchObject(old)
    expect(await ask('restart', '')).toMatchObject(old)
    await heart.advance(2000)
    expect(await set('yoto/abc/set/volume_step', '3')).toMatchObject({ status: 'ok' })
    desk.stop()
    expect([obeyed.length, asked]).toEqual([1, []])
  })

  test('is no wish of a stream whose players are slow to answer', async () => {
    const { desk, clock, hub, answersTo, obeyWith, listen, set } = await deskHouse()
    await set(bedroom, 'forest')
    listen([{ kind: 'command', player: 'abc', command: { type: 'restart' } }])
    obeyWith(() => clock.sleep(11_000))
    const skipped = desk.take(bedroom, '{"skip":true}', { retain: false })
    await desk.take(bedroom, '{"closed":true}', { retain: false })
    expect(hub.queue('bedroom')?.closed).toBe(true)
    await clock.advance(60_000)
    await skipped
    expect(answersTo('set').map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
  })
})

describe('what is retained', () => {
  test('is ignored and named in the log; a request is answered so', async () => {
    const { desk, ask, said, log, asked } = await deskHouse()
    await desk.take(bedroom, 'forest', { retain: true })
    expect(said).toEqual([])
    expect(await ask('restart', { transaction: 5 }, true)).toMatchObject({
      status: 'error',
      error: { code: 'retained' },
      transaction: 5,
    })
    expect(asked).toEqual([])
    const warned = log.lines.filter(({ level }) => level === 'warn')
    expect(warned.map(({ detail }) => detail?.topic)).toEqual([bedroom, 'yoto/bridge/request/restart'])
  })

  test('says nothing when it is taken back', async () => {
    const { desk, said, log } = await deskHouse()
    for (const topic of [bedroom, 'yoto/abc/set', 'yoto/bridge/request/restart'])
      await desk.take(topic, '', { retain: true })
    expect([said, log.lines]).toEqual([[], []])
  })
})

describe('hostile commands', () => {
  test.each([
    ['yoto/abc/set', 'volume_step'],
    ['yoto/abc/set', 'moon'],
    [bedroom, 'playlist'],
    [bedroom, 'moon'],
  ])('on %s that nest "%s" without end are answered once', async (topic, field) => {
    const { set, said, log } = await deskHouse()
    await set(topic, `{"${field}":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)
    expect(said).toMatchObject([{ what: 'set', answer: { status: 'error' } }])
    expect(log.lines).toMatchObject([
      { level: 'warn', message: 'ignored an MQTT command', detail: { field } },
    ])
  })

  test('have a few lines of the log for each topic and reason, and then their number', async () => {
    const { set, answersTo, clock, log } = await deskHouse()
    for (let n = 0; n < 100; n++) await set('yoto/abc/set/volume_step', 'loud')
    for (let n = 0; n < 50; n++) await set('yoto/nobody/set/volume_step', '3')
    expect(answersTo('set')).toHaveLength(150)
    const topics = () => log.lines.map(({ detail }) => detail?.topic ?? detail?.left_out)
    const three = (topic: string) => [topic, topic, topic]
    const named = [...three('yoto/abc/set/volume_step'), ...three('yoto/nobody/set/volume_step')]
    expect(topics()).toEqual(named)
    await clock.advance(60_000)
    expect(topics()).toEqual([...named, 144])
    await set('yoto/abc/set/volume_step', 'loud')
    expect(topics()).toEqual([...named, 144, 'yoto/abc/set/volume_step'])
  })

  test('on ever new topics do not fill the log, and their number is said when it ends', async () => {
    const { desk, set, log } = await deskHouse()
    for (let n = 0; n < 100; n++) await set(`yoto/nobody-${n}/set/volume_step`, '3')
    expect(log.lines).toHaveLength(30)
    desk.stop()
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', detail: { left_out: 70 } })
  })

  test('that are retained fill it no more than others', async () => {
    const { desk, log } = await deskHouse()
    for (let n = 0; n < 100; n++) await desk.take(bedroom, 'forest', { retain: true })
    expect(log.lines).toHaveLength(3)
  })
})

describe('more commands than can be done', () => {
  /** Sends them all at once, to a player that obeys after a second. */
  async function crowd() {
    const house = await deskHouse()
    const { desk, clock, answersTo, obeyWith } = house
    obeyWith(() => clock.sleep(1000))
    const taken: Promise<void>[] = []
    return {
      ...house,
      send: (topic: string, payload: string) => taken.push(desk.take(topic, payload, { retain: false })),
      async outcomes() {
        await clock.advance(60_000)
        await Promise.all(taken)
        return answersTo('set')
      },
    }
  }

  test('are refused beyond eight of a player; another player obeys, and it can still be stopped', async () => {
    const { send, obeyed, outcomes } = await crowd()
    for (let n = 0; n < 90; n++) send('yoto/abc/set/playback', 'play')
    send('yoto/def/set/playback', 'next')
    send('yoto/abc/set/playback', 'stop')
    const refused = (await outcomes()).filter(({ error }) => error?.code === 'busy')
    expect(obeyed.map(({ type }) => type)).toEqual([...Array(8).fill('play'), 'next', 'stop'])
    expect(refused).toHaveLength(82)
    expect(refused[0]?.error?.message).toBe(
      'not done: 8 are under way for player abc already, as many as may be; send it again when they are done',
    )
  })

  test('of a slider end at its last value, and none of them is a fault', async () => {
    const { send, clock, obeyed, outcomes } = await crowd()
    for (let n = 1; n <= 60; n++) {
      send(`yoto/abc/set/volume_${n % 2 === 0 ? 'percent' : 'step'}`, String(n % 16))
      await clock.advance(33)
    }
    const answers = await outcomes()
    expect(obeyed.at(-1)).toEqual({ type: 'volume-percent', percent: 60 % 16 })
    expect(obeyed.length).toBeLessThan(20)
    expect(answers).toHaveLength(60)
    expect(answers.every(({ status }) => status === 'ok')).toBe(true)
    const overtaken = answers.filter(({ data }) => (data as { overtaken?: true }).overtaken)
    expect(obeyed.length + overtaken.length).toBe(60)
  })

  test.each([
    ['volume_step', '3', '{"playback":"play","volume_step":5}', ['play', 'volume-step']],
    ['seek_s', '30', '{"playback":"next"}', ['next']],
    ['ambient_day', 'off', '{"ambient_day":"#000000","ambient_night":"off"}', ['settings', 'settings']],
  ])('of %s, one that waits is not done behind a later command', async (field, value, later, laterTypes) => {
    const { send, obeyed, outcomes } = await crowd()
    for (let n = 0; n < 5; n++) send(`yoto/abc/set/${field}`, value)
    send('yoto/abc/set', later)
    const answers = await outcomes()
    expect(obeyed.slice(4).map(({ type }) => type)).toEqual(laterTypes)
    expect(answers.filter(({ data }) => (data as { overtaken?: true }).overtaken)).toHaveLength(1)
  })

  test('of a stream are refused too, and so are requests', async () => {
    const { send, ask, desk, clock, answersTo, searchWith, set } = await crowd()
    await set(bedroom, 'forest')
    searchWith(() => clock.sleep(1000))
    for (let n = 0; n < 40; n++) send(bedroom, '{"queue":{"add":"c.mp3"}}')
    const append = JSON.stringify({ stream: 'bedroom', files: ['c.mp3'], transaction: 7 })
    const asked = Array.from({ length: 40 }, () =>
      desk.take('yoto/bridge/request/stream/append', append, { retain: false }),
    )
    expect(await ask('info', '')).toMatchObject({ status: 'ok' })
    await clock.advance(60_000)
    await Promise.all(asked)
    const busy = { status: 'error', error: { code: 'busy' } }
    expect(answersTo('set').filter(({ error }) => error?.code === 'busy')).toHaveLength(8)
    expect(answersTo('stream/append').slice(0, 8)).toMatchObject(Array(8).fill({ ...busy, transaction: 7 }))
  })
})

test('answers that the broker does not take are left out, and the log says so', async () => {
  const { desk, said, log, deliverWith } = await deskHouse()
  let deliver: () => void = () => undefined
  const delivered = new Promise<void>((resolve) => {
    deliver = resolve
  })
  deliverWith(() => delivered)
  const loud = () => desk.take('yoto/abc/set/volume_step', 'loud', { retain: false })
  for (let n = 0; n < 5000; n++) await loud()
  expect(said).toHaveLength(100)
  const warned = log.lines.filter(({ message }) => message.includes('stay without an answer'))
  expect(warned).toMatchObject([{ level: 'warn', detail: { waiting: 100 } }])
  deliver()
  await delivered
  await loud()
  expect(said).toHaveLength(101)
})
