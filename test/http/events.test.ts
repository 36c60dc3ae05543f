import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { entryKinds, entryTypes } from '../../src/core/entry-types.ts'
import type { EventsQuery } from '../../src/http/api/events.ts'
import type { Listener } from '../../src/http/server.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

let door: Listener
let asked: EventsQuery[]

beforeEach(async () => {
  asked = []
  const house = {
    ...houseWith(),
    events(query: EventsQuery) {
      asked.push(query)
      return { events: [{ id: '0mi8hd4k3002' }], count: 1, next: '0mi8hd4k3002' }
    },
  }
  door = await openPanelDoor(house)
  onTestFinished(() => door.stop())
})

// `settings` is said once, although players and queues have them.
const everyType = [...new Set(Object.values(entryTypes).flat())].join(', ')

async function get(query: string) {
  const answer = await fetch(`${door.url}/api/events${query}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, never> }
}

describe('GET /api/events', () => {
  test('answers with the last hundred where nothing is asked in particular', async () => {
    expect(await get('')).toEqual({
      status: 200,
      body: { events: [{ id: '0mi8hd4k3002' }], count: 1, next: '0mi8hd4k3002' },
    })
    expect(asked).toEqual([{ limit: 100 }])
  })

  test('hands on what is asked, times as they stand in answers', async () => {
    const at = '2026-11-21T10:00:00.250+00:00'
    await get(`?player=y1&stream=bedroom&kind=event&type=button&before=0mi8hd4k3002&limit=7&since=${at}`)
    await get(`?until=${encodeURIComponent(at)}`)
    await get('?since=2026-11-21T10:00Z')
    await get('?around=0mi8hd4k3002&seconds=30')
    const ms = Date.parse('2026-11-21T10:00:00.250Z')
    const named = { player: 'y1', stream: 'bedroom', kind: 'event', type: 'button', before: '0mi8hd4k3002' }
    expect(asked).toEqual([
      { ...named, limit: 7, since: ms },
      { limit: 100, until: ms },
      { limit: 100, since: Date.parse('2026-11-21T10:00:00Z') },
      { limit: 100, around: '0mi8hd4k3002', seconds: 30 },
    ])
  })

  test.each([
    ['?playr=y1', ['playr'], 'playr is not known here'],
    ['?limit=0', ['limit'], 'limit is not a whole number from 1 to 1000'],
    ['?limit=1001', ['limit'], 'limit is not a whole number from 1 to 1000'],
    ['?limit=7.5', ['limit'], 'limit is not a whole number from 1 to 1000'],
    ['?limit=', ['limit'], 'limit is not a whole number from 1 to 1000'],
    ['?kind=evnt', ['kind'], 'kind is not one of event, command, request, queue, connection'],
    ['?since=yesterday', ['since'], 'since is not a time with offset, such as 2026-11-21T10:00:00Z'],
    [
      '?since=2026-11-21T10:00:00',
      ['since'],
      'since is not a time with offset, such as 2026-11-21T10:00:00Z',
    ],
    ['?until=2026-13-45T10:00:00Z', ['until'], 'until names a day or an hour that there is not'],
    ['?before=%27%3B--', ['before'], 'before is not the id of an entry'],
    ['?stream=../../etc', ['stream'], 'stream is not the name of a stream'],
    ['?player=', ['player'], 'player is not the id of a player'],
    ['?limit=1&limit=2', ['limit'], 'limit is given more than once'],
    ['?seconds=5', ['seconds'], 'seconds needs around'],
    ['?kind=request&type=button', ['type'], 'type is not one of place, whole'],
    ['?kind=connection&type=', ['type'], 'type is not one of connected, disconnected'],
    ['?type=playback_pause', ['type'], `type is not one of ${everyType}`],
    [
      '?around=0mi8hd4k3002&since=2026-11-21T10:00:00Z',
      ['around'],
      'around cannot stand beside since and until',
    ],
    [
      '?limit=x&kind=y',
      ['limit', 'kind'],
      'limit is not a whole number from 1 to 1000; kind is not one of event, command, request, queue, connection',
    ],
  ])('%s is 422 and names %o', async (query, fields, message) => {
    const { status, body } = await get(query)
    expect(status).toBe(422)
    const error = (body as { error?: { message: string; details: { fields: { field: string }[] } } }).error
    expect(error?.message.split('; ').sort()).toEqual(message.split('; ').sort())
    expect(error?.details.fields.map(({ field }) => field).sort()).toEqual([...fields].sort())
    expect(asked).toEqual([])
  })

  test('takes every type that there is, with its kind and without', async () => {
    for (const kind of entryKinds)
      for (const type of entryTypes[kind]) {
        expect(await get(`?type=${type}`)).toMatchObject({ status: 200 })
        expect(await get(`?kind=${kind}&type=${type}`)).toMatchObject({ status: 200 })
      }
  })

  test('is described with its parameters', async () => {
    const described = (await (await fetch(`${door.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { parameters: { name: string; in: string; required: boolean }[] }>>
    }
    const parameters = described.paths['/api/events']?.get?.parameters ?? []
    expect(parameters.map(({ name }) => name)).toEqual(
      'player stream kind type since until before around seconds limit'.split(' '),
    )
    expect(parameters.every((one) => one.in === 'query' && !one.required)).toBe(true)
    expect(described.paths['/api/cards/{card_id}']?.get?.parameters).toMatchObject([
      { in: 'path', required: true },
    ])
  })
})
