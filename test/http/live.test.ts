import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LiveCatchUp } from '../../src/http/live-event.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { until } from '../support/running-app.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

interface Received {
  readonly id: string
  readonly event: string
  readonly data: Record<string, unknown>
}

interface Connection {
  readonly answer: IncomingMessage
  text(): string
  events(): Received[]
  leave(): void
}

let clock: VirtualClock
let house: ReturnType<typeof houseWith>
let problems: string[]
let door: Awaited<ReturnType<typeof openPanelDoor>>
let open: Connection[]

beforeEach(async () => {
  clock = new VirtualClock()
  problems = []
  house = { ...houseWith(['a.mp3', 'b.mp3']), health: () => ({ problems }) }
  door = await openPanelDoor(house, { clock })
  door.live.start()
  open = []
})

afterEach(async () => {
  for (const connection of open) connection.leave()
  door.live.stop()
  await door.stop()
})

async function listen(lastEventId?: string): Promise<Connection> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const request = get(`${door.url}/api/live`, { headers })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  answer.on('error', () => undefined)
  const connection = {
    answer,
    text: () => text,
    events: () => eventsIn(text),
    leave: () => void request.destroy(),
  }
  open.push(connection)
  await until('the answer has begun', () => text.includes('retry'))
  return connection
}

/** Reads the stream as a browser does: blocks of fields, ended by an empty line. */
function eventsIn(text: string): Received[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      )
      const data = fields.get('data')
      if (data === undefined) return []
      return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) }
    })
}

const append = (file = 'a.mp3') => house.hub.mutateQueue('bedroom', { op: 'append', files: [file] }, 'REST')

const closing = ({ answer }: Connection) => new Promise((resolve) => answer.once('close', resolve))

const namesOf = (events: readonly { event: string }[]) => events.map(({ event }) => event)

async function ask(since?: string): Promise<LiveCatchUp> {
  const answer = await fetch(`${door.url}/api/live/snapshot${since === undefined ? '' : `?since=${since}`}`)
  return (await answer.json()) as LiveCatchUp
}

describe('the live events', () => {
  test('begin with everything there is', async () => {
    await append()
    const { answer, events, text } = await listen()
    await until('the snapshot is here', () => events().length === 1)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    expect(text()).toMatch(/^retry: 2000\n\n/)
    expect(events()).toMatchObject([
      {
        event: 'snapshot',
        data: {
          at: '2026-11-21T10:00:00.000+00:00',
          players: [{ id: 'y1', name: 'Nursery' }],
          queues: [{ name: 'bedroom', items: [{ file: 'a.mp3' }] }],
          health: { problems: [] },
        },
      },
    ])
  })

  test('tell each change as it happens, by number', async () => {
    const { events } = await listen()
    await append()
    house.hub.patchPlayer('y1', { online: true }, clock.now())
    await house.hub.deleteQueue('bedroom')
    house.hub.setPlayers([])
    await until('all is told', () => events().length === 6)
    expect(namesOf(events())).toEqual([
      'snapshot',
      'queue',
      'player',
      'event',
      'queue-removed',
      'player-removed',
    ])
    expect(events().slice(1)).toMatchObject([
      { data: { name: 'bedroom', reason: 'REST' } },
      { data: { id: 'y1', online: true } },
      { data: { type: 'online', player: 'y1' } },
      { data: { name: 'bedroom' } },
      { data: { id: 'y1' } },
    ])
    expect(events().map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5].map((count) => `run-${count}`))
  })

  test('tell of health when somebody says that it changed, and only if it did', async () => {
    const { events } = await listen()
    door.live.healthChanged()
    problems = ['a rule is broken']
    door.live.healthChanged()
    await until('the health is here', () => events().length === 2)
    expect(events()[1]).toMatchObject({ event: 'health', data: { problems: ['a rule is broken'] } })
  })

  test('say every 15 s that they are still there, and what of the health changed unsaid', async () => {
    const { events, text } = await listen()
    await clock.advance(14_999)
    expect(text()).not.toContain(': still here')
    problems = ['the broker is away']
    await clock.advance(1)
    await until('a comment is here', () => text().includes(': still here\n\n'))
    expect(namesOf(events())).toEqual(['snapshot', 'health'])
    await clock.advance(15_000)
    await until('another is here', () => text().split(': still here').length === 3)
  })

  test('a line break in a text does not end an event', async () => {
    const { events } = await listen()
    await append()
    await house.hub.mutateQueue('bedroom', { op: 'clear' }, 'one\ndata: {}\n\nevent: x')
    await until('both are here', () => events().length === 3)
    expect(events()[2]?.data.reason).toBe('one\ndata: {}\n\nevent: x')
  })
})

describe('a listener that comes again', () => {
  test('gets what it missed and no snapshot', async () => {
    const first = await listen()
    await append('a.mp3')
    await until('it is told', () => first.events().length === 2)
    first.leave()
    await append('b.mp3')
    const second = await listen(first.events()[1]?.id)
    await append('a.mp3')
    await until('both are told', () => second.events().length === 2)
    expect(second.events().map(({ id, event, data }) => [id, event, data.version])).toEqual([
      ['run-2', 'queue', 2],
      ['run-3', 'queue', 3],
    ])
  })

  test('gets nothing anew when it missed nothing', async () => {
    await append()
    const { events } = await listen('run-1')
    await append()
    await until('the next change is told', () => events().length === 1)
    expect(events()[0]?.id).toBe('run-2')
  })

  test.each(['run-9', 'other-1', 'run-x', 'run--1', 'run-', '1'])(
    'gets a snapshot when nobody can tell what it missed since %j',
    async (id) => {
      await append()
      const { events } = await listen(id)
      await until('something is told', () => events().length === 1)
      expect(events()[0]).toMatchObject({ event: 'snapshot', id: 'run-1' })
    },
  )

  test('gets a snapshot when it was away for too long', async () => {
    for (let count = 0; count < 201; count += 1) await append()
    expect(namesOf((await ask('run-1')).messages)).toHaveLength(200)
    expect(namesOf((await ask('run-0')).messages)).toEqual(['snapshot'])
  })
})

describe('asking instead of listening', () => {
  test('gives a snapshot first, then what was missed', async () => {
    const first = await ask()
    expect(namesOf(first.messages)).toEqual(['snapshot'])
    expect(first.id).toBe('run-0')
    expect((await ask(first.id)).messages).toEqual([])
    await append()
    const { id, messages } = await ask(first.id)
    expect(messages).toMatchObject([{ id: 'run-1', event: 'queue', data: { name: 'bedroom' } }])
    expect(id).toBe('run-1')
  })

  test('is not kept by anybody on the way', async () => {
    const answer = await fetch(`${door.url}/api/live/snapshot`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    await answer.arrayBuffer()
  })
})

describe('listeners', () => {
  test('that leave are forgotten', async () => {
    const one = await listen()
    await listen()
    expect(door.live.listeners).toBe(2)
    one.leave()
    await until('one is left', () => door.live.listeners === 1)
  })

  test('that only look at the head are none', async () => {
    const answer = await fetch(`${door.url}/api/live`, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(door.live.listeners).toBe(0)
  })

  test('that do not read are dropped, and the others hear everything', async () => {
    const reader = await listen()
    const slow = await listen()
    slow.answer.pause()
    const closed = closing(slow)
    const files = Array.from({ length: 2000 }, (_, place) => `a file with quite a long name ${place}.mp3`)
    let told = 1
    // The machine's own buffers hold some megabytes before anything piles up here.
    while (door.live.listeners === 2 && told < 400) {
      await house.hub.mutateQueue('bedroom', { op: 'replace', files, playlist: null }, 'REST')
      told += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(door.live.listeners).toBe(1)
    slow.answer.resume()
    await closed
    await until('the other has heard everything', () => reader.events().length === told)
  })

  test('are hung up on at the end', async () => {
    const connection = await listen()
    const closed = closing(connection)
    door.live.stop()
    await closed
    expect(door.live.listeners).toBe(0)
  })

  test('are at most a hundred; one more is told so', async () => {
    await Promise.all(Array.from({ length: 100 }, () => listen()))
    const answer = await fetch(`${door.url}/api/live`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({
      error: { code: 'unavailable', message: '100 pages look on already: close some of them' },
    })
  })
})
