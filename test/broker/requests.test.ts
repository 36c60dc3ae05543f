import { describe, expect, test } from 'vitest'
import { requests } from '../../src/broker/requests/catalog.ts'
import { shortened } from '../../src/broker/requests/diagnostics.ts'
import { signIn } from '../../src/broker/requests/sign-in.ts'
import { AppError } from '../../src/core/error.ts'
import { badTitles, titleFault } from '../support/titles.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { deskHouse } from './desk-house.ts'

const failed = (code: string, message: string) => ({
  status: 'error',
  error: { code, message: expect.stringContaining(message) },
})

describe('a request', () => {
  test.each(['{"transaction": "t-1"}', '{"transaction": 0}', '', '  ', 'PRESS', '{}'])(
    'that needs nothing takes %j, and gives its transaction back',
    async (payload) => {
      const { ask } = await deskHouse()
      const transaction = payload.includes('transaction') ? JSON.parse(payload).transaction : undefined
      expect(await ask('info', payload)).toEqual({
        status: 'ok',
        data: { version: '1.2.3' },
        ...(transaction === undefined ? {} : { transaction }),
      })
    },
  )

  test.each([
    ['info', '{broken', 'invalid_payload', 'expected a JSON object'],
    ['info', '[1]', 'invalid_payload', 'expected a JSON object'],
    ['info', 'now', 'invalid_payload', 'expected a JSON object'],
    ['info', '{"transaction":7,"tranaction":8}', 'invalid_payload', '"tranaction" cannot be a key'],
    ['stream/append', '{"transaction":7}', 'invalid_payload', '`stream`'],
    ['stream/append', '{"transaction":7,"stream":"a"}', 'invalid_payload', '`files`'],
    ['stream/append', '{"stream":"a","file":["a.mp3"]}', 'invalid_payload', 'did you mean "files"?'],
    ['stream/append', '{"stream":"a","files":[]}', 'invalid_payload', '`files`'],
    ['stream/append', '{"stream":"a","files":[null]}', 'invalid_payload', 'item 1 of `files`'],
    ['stream/append', '{"stream":"a/b","files":["a.mp3"]}', 'unprocessable', 'cannot be a stream'],
    ['stream/append', '{"stream":"queues","files":["a.mp3"]}', 'unprocessable', 'reserved'],
    ['stream/settings', '{"stream":"a"}', 'invalid_payload', 'request `stream/settings`'],
  ])('%s %s is refused in clear words', async (what, payload, code, message) => {
    const { ask, hub } = await deskHouse()
    const answer = await ask(what, payload)
    expect(answer).toMatchObject(failed(code, message))
    expect(answer?.transaction).toBe(payload.includes('"transaction":7') ? 7 : undefined)
    expect(hub.queues()).toEqual([])
  })

  test.each([
    ['of arrays without an end', '['.repeat(60_000), 'invalid_payload', 'expected a JSON object'],
    ['that is nested deeply', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, 'invalid_payload', 'nested deeper'],
    [
      'that is too long',
      `{"transaction":"${'x'.repeat(300_000)}"}`,
      'too_large',
      'at most 262144 characters',
    ],
  ])('%s is refused', async (_what, payload, code, message) => {
    const { ask } = await deskHouse()
    expect(await ask('stream/clear', payload)).toMatchObject(failed(code, message))
  })

  test.each(['reboot', 'rules/reload', '__proto__', 'players/refresh/x', ''])(
    '%j is unknown, and those that are known are named',
    async (what) => {
      const { ask } = await deskHouse()
      const answer = await ask(what, { transaction: 't' })
      expect(answer).toMatchObject({
        ...failed('unknown_request', Object.keys(requests).join(', ')),
        transaction: 't',
      })
    },
  )

  test('gives back a transaction of 128 characters, and refuses a longer one without it', async () => {
    const { ask } = await deskHouse()
    const longest = 'x'.repeat(128)
    expect(await ask('info', { transaction: longest })).toMatchObject({ status: 'ok', transaction: longest })
    const tooLong = { transaction: `${longest}x` }
    const refused = await ask('info', tooLong)
    expect(refused).toMatchObject(failed('invalid_payload', 'at most 128 characters, found 129'))
    expect(refused).not.toHaveProperty('transaction')
    expect(await ask('reboot', tooLong)).not.toHaveProperty('transaction')
    expect(await ask('info', tooLong, true)).not.toHaveProperty('transaction')
  })

  test('with a slip of the finger gets a suggestion', async () => {
    const { ask } = await deskHouse()
    expect(await ask('stream/apend', {})).toMatchObject(
      failed('unknown_request', 'did you mean stream/append?'),
    )
  })

  test('that fails by a fault of ours is answered all the same, and the log has its words', async () => {
    const { ask, house, log } = await deskHouse()
    house.diagnostics = () => {
      throw new Error('no more paper')
    }
    expect(await ask('diagnostics', { transaction: 1 })).toMatchObject({
      ...failed('internal', 'the log says what'),
      transaction: 1,
    })
    expect(log.lines.at(-1)).toMatchObject({
      level: 'error',
      detail: { request: 'diagnostics', error: 'no more paper' },
    })
  })
})

describe('requests about players', () => {
  test('ask every player, and tell of those that could not be asked', async () => {
    const { ask, obeyWith, obeyed } = await deskHouse()
    expect(await ask('players/refresh', '')).toEqual({
      status: 'ok',
      data: { refreshed: ['abc', 'def'], failed: [] },
    })
    expect(obeyed).toEqual([{ type: 'refresh' }, { type: 'refresh' }])
    obeyWith(async (player) => {
      if (player === 'def') throw new AppError('not_found', 'the Yoto account has no player def')
    })
    const missing = { code: 'not_found', message: 'the Yoto account has no player def' }
    expect(await ask('players/refresh', '')).toMatchObject({
      status: 'ok',
      data: { refreshed: ['abc'], failed: [{ id: 'def', failure: missing }] },
    })
    obeyWith(() => Promise.reject(new AppError('unavailable', 'not connected to Yoto')))
    expect(await ask('players/refresh', { transaction: 7 })).toMatchObject({
      status: 'error',
      error: { code: 'unavailable', message: 'not connected to Yoto', details: { failed: [{}, {}] } },
      transaction: 7,
    })
  })
})

describe('requests about streams', () => {
  test('append, insert, move, remove, clear and delete by the ids of items', async () => {
    const { ask, filesOf, because, hub } = await deskHouse()
    const made = await ask('stream/append', { stream: 'bedroom', files: ['a.mp3', 'b.mp3'] })
    expect(made).toMatchObject({ status: 'ok', data: { name: 'bedroom', count: 2, version: 1 } })
    await ask('stream/insert_next', { stream: 'bedroom', files: ['c.mp3'] })
    expect(filesOf('bedroom')).toEqual(['a.mp3', 'c.mp3', 'b.mp3'])
    const items = hub.queue('bedroom')?.items ?? []
    expect(await ask('stream/queue', { stream: 'bedroom' })).toMatchObject({ data: { items } })
    const [a, , b] = items
    await ask('stream/move', { stream: 'bedroom', id: b?.id, before: a?.id })
    expect(filesOf('bedroom')).toEqual(['b.mp3', 'a.mp3', 'c.mp3'])
    await ask('stream/move', { stream: 'bedroom', id: b?.id, before: null })
    await ask('stream/remove', { stream: 'bedroom', id: a?.id })
    expect(filesOf('bedroom')).toEqual(['c.mp3', 'b.mp3'])
    expect(await ask('stream/remove', { stream: 'bedroom', id: a?.id })).toMatchObject(
      failed('not_found', 'has no item'),
    )
    await ask('stream/replace', { stream: 'bedroom', files: ['a.mp3'] })
    expect(filesOf('bedroom')).toEqual(['a.mp3'])
    expect(await ask('stream/clear', { stream: 'bedroom' })).toMatchObject({ data: { count: 0 } })
    expect(await ask('stream/delete', { stream: 'bedroom' })).toMatchObject({
      data: { deleted: 'bedroom', comes_back: [{ kind: 'schedule', source: 'bedroom.yaml:5' }] },
    })
    expect(hub.queues()).toEqual([])
    expect([...because]).toContain('MQTT request stream/insert_next')
  })

  test('show a long queue in parts', async () => {
    const { ask } = await deskHouse()
    const files = Array.from({ length: 450 }, () => 'a.mp3')
    await ask('stream/append', { stream: 'long', files })
    const sizeAt = async (place: object) => {
      const { data } = (await ask('stream/queue', { stream: 'long', ...place })) ?? {}
      return (data as { items: unknown[] }).items.length
    }
    expect([await sizeAt({}), await sizeAt({ offset: 400 }), await sizeAt({ offset: 5, limit: 2 })]).toEqual([
      200, 50, 2,
    ])
  })

  test('change how it plays', async () => {
    const { ask, hub } = await deskHouse()
    await ask('stream/append', { stream: 'bedroom', files: ['a.mp3'] })
    const settings = { title: 'Bedroom', loop: true, if_pressed: 'shh.mp3' }
    expect(await ask('stream/settings', { stream: 'bedroom', ...settings })).toMatchObject({ data: settings })
    expect(hub.queue('bedroom')).toMatchObject(settings)
    expect(await ask('stream/settings', { stream: 'bedroom', if_pressed: null })).toMatchObject({
      data: { if_pressed: null, loop: true },
    })
    expect(await ask('stream/settings', { stream: 'bedroom', if_pressed: 'gone.mp3' })).toMatchObject(
      failed('not_found', 'gone.mp3'),
    )
  })

  test.each(badTitles)('refuse %s as a title, in the words of the core', async (_what, title) => {
    const { ask, hub } = await deskHouse()
    await ask('stream/append', { stream: 'bedroom', files: ['a.mp3'] })
    expect(await ask('stream/settings', { stream: 'bedroom', title, loop: true })).toMatchObject(
      failed('unprocessable', titleFault(title)),
    )
    expect(hub.queue('bedroom')).toMatchObject({ title: 'bedroom', loop: false, version: 1 })
  })

  test.each(['queue', 'remove', 'move', 'clear', 'settings', 'delete'])('%s makes no stream', async (op) => {
    const { ask, hub } = await deskHouse()
    const extra = { remove: { id: 'x' }, move: { id: 'x', before: null }, settings: { loop: true } }[op] ?? {}
    expect(await ask(`stream/${op}`, { stream: 'typo', ...extra })).toMatchObject(
      failed('not_found', 'there is no stream "typo"'),
    )
    expect(hub.queues()).toEqual([])
  })

  test('put in all files or none, and name those that cannot be', async () => {
    const { ask, filesOf } = await deskHouse()
    await ask('stream/append', { stream: 'bedroom', files: ['a.mp3'] })
    for (const op of ['append', 'insert_next', 'replace']) {
      const answer = await ask(`stream/${op}`, { stream: 'bedroom', files: ['b.mp3', 'gone.mp3'] })
      expect(answer).toMatchObject(failed('not_found', 'not in the library: gone.mp3; nothing was changed'))
      expect(answer?.error?.details).toEqual({ missing: ['gone.mp3'] })
    }
    expect(await ask('stream/append', { stream: 'bedroom', files: ['broken.mp3'] })).toMatchObject(
      failed('unprocessable', 'it is no audio'),
    )
    expect(filesOf('bedroom')).toEqual(['a.mp3'])
  })
})

describe('requests about the product', () => {
  test('have Home Assistant told anew, and the product started again', async () => {
    const { ask, asked, house } = await deskHouse()
    expect(await ask('discovery/publish', '')).toMatchObject({ status: 'ok' })
    expect(await ask('restart', 'PRESS')).toMatchObject({ status: 'ok', data: { restarting: true } })
    expect(asked).toEqual(['discoverAgain', 'restart'])
    house.restart = () => Promise.reject(new AppError('disabled', 'nothing would start it'))
    expect(await ask('restart', '')).toMatchObject(failed('disabled', 'nothing would start it'))
  })

  test('diagnostics are worked out once a second, whoever asks', async () => {
    const { desk, ask, answersTo, clock, house } = await deskHouse()
    let workedOut = 0
    house.diagnostics = () => ({ at: `${++workedOut}` })
    const asked = Array.from({ length: 30 }, (_, transaction) =>
      desk.take('yoto/bridge/request/diagnostics', JSON.stringify({ transaction }), { retain: false }),
    )
    await Promise.all(asked)
    expect(answersTo('diagnostics')).toEqual(
      asked.map((_, transaction) => ({ status: 'ok', data: { at: '1' }, transaction })),
    )
    await clock.advance(999)
    expect(await ask('diagnostics', '')).toMatchObject({ data: { at: '1' } })
    await clock.advance(1)
    expect(await ask('diagnostics', '')).toMatchObject({ data: { at: '2' } })
  })

  test('diagnostics that cannot be worked out are not tried at every request', async () => {
    const { ask, answersTo, house } = await deskHouse()
    let tried = 0
    house.diagnostics = () => {
      tried += 1
      throw new Error('no more paper')
    }
    for (let n = 0; n < 10; n++) await ask('diagnostics', '')
    expect(tried).toBe(1)
    expect(answersTo('diagnostics').map(({ error }) => error?.code)).toEqual(Array(10).fill('internal'))
  })

  test('diagnostics fit in a message', () => {
    const event = (id: number) => ({ id, words: 'x'.repeat(100) })
    const events = Array.from({ length: 500 }, (_, id) => event(id))
    const whole = { at: 'now', events, players: ['p'] }
    expect(shortened(whole, 1_000_000)).toBe(whole)
    const short = shortened(whole, 20_000)
    expect(JSON.stringify(short).length).toBeLessThanOrEqual(20_000)
    expect(short).toMatchObject({ at: 'now', players: ['p'], shortened: true })
    expect(short.events).toEqual(events.slice(0, 125))
    const huge = shortened({ ...whole, streams: ['x'.repeat(50_000)] }, 20_000)
    expect(huge).toMatchObject({ at: 'now', players: ['p'], events: [], shortened: true })
    expect(huge.streams).toBe('(left out: too large for a message)')
  })
})

describe('account/sign_in', () => {
  const device = {
    url: 'https://login.example/activate',
    completeUrl: 'https://login.example/activate?user_code=ABCD',
    code: 'ABCD',
    expiresAt: new Date('2026-11-21T10:10:00Z'),
  }

  async function answerWith(stateAt: (ms: number) => { state: string; device: typeof device | null }) {
    const clock = new VirtualClock()
    const startMs = clock.now().getTime()
    let offered = 0
    const ports = {
      clock,
      stopping: new AbortController().signal,
      signIn: () => void offered++,
      signInState: () => ({ problem: null, ...stateAt(clock.now().getTime() - startMs) }),
    }
    const answer = signIn.answer({}, ports as never) as Promise<unknown>
    await clock.advance(20_000)
    return { answer: await answer, offered }
  }

  test('asks no more once nobody can be answered', async () => {
    const clock = new VirtualClock()
    const ending = new AbortController()
    let looked = 0
    const ports = {
      clock,
      stopping: ending.signal,
      signIn: () => undefined,
      signInState: () => {
        looked += 1
        return { state: 'pending', problem: null, device: null }
      },
    }
    const answer = signIn.answer({}, ports as never) as Promise<unknown>
    await clock.advance(1000)
    ending.abort()
    expect(await answer).toMatchObject({ state: 'pending', device: null })
    const lookedByThen = looked
    await clock.advance(20_000)
    expect(looked).toBe(lookedByThen)
  })

  test('waits for the code that Yoto gives', async () => {
    const { answer, offered } = await answerWith((ms) => ({
      state: 'pending',
      device: ms < 1000 ? null : device,
    }))
    expect(offered).toBe(1)
    expect(answer).toEqual({
      state: 'pending',
      problem: null,
      device: {
        url: device.url,
        complete_url: device.completeUrl,
        code: 'ABCD',
        expires_at: '2026-11-21T10:10:00.000+00:00',
      },
    })
  })

  test.each(['signed_in', 'pending'])('answers without one where none comes: %s', async (state) => {
    const { answer } = await answerWith(() => ({ state, device: null }))
    expect(answer).toEqual({ state, problem: null, device: null })
  })
})
