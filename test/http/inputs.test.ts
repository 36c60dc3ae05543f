import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InputDeclaration } from '../../src/core/value-form.ts'
import type { Listener } from '../../src/http/server.ts'
import { send } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

let door: Listener
let house: ReturnType<typeof houseWith>

const declared: readonly InputDeclaration[] = [
  { id: 'party', name: 'Party music', form: { type: 'flag' }, start: false, unit: null },
  { id: 'wish', name: 'wish', form: { type: 'choice', options: ['songs', '5'] }, start: 'songs', unit: null },
  { id: 'loud', name: 'loud', form: { type: 'number', min: 1, max: 3, step: 0.5 }, start: 1, unit: '%' },
  { id: 'bell', name: 'Bell', form: { type: 'press' }, start: false, unit: null },
]

beforeEach(async () => {
  house = houseWith()
  house.hub.declareValues({ vars: new Map(), inputs: new Map(declared.map((one) => [one.id, one])) })
  door = await openPanelDoor(house)
})

afterEach(() => door.stop())

async function call(method: string, path: string, body?: unknown) {
  const answer = await send(door, { method, path, body })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const bell = { id: 'bell', name: 'Bell', type: 'button', value: null }
const party = { id: 'party', name: 'Party music', type: 'switch', value: false }

describe('inputs', () => {
  test('are listed with their values', async () => {
    expect((await call('GET', '/inputs')).body).toEqual({
      inputs: [
        party,
        { id: 'wish', name: 'wish', type: 'select', options: ['songs', '5'], value: 'songs' },
        { id: 'loud', name: 'loud', type: 'number', min: 1, max: 3, step: 0.5, unit: '%', value: 1 },
        bell,
      ],
      count: 4,
    })
  })

  test('are set, and who looks on hears of it', async () => {
    const told: unknown[] = []
    house.subscribe('a test', (change) => told.push(change))
    const message = 'input "party" is true'
    const input = { ...party, value: true }
    expect(await call('PUT', '/inputs/party', { value: true })).toEqual({
      status: 200,
      body: { success: true, message, input },
    })
    expect(told).toEqual([{ kind: 'input', input, because: 'REST' }])
    const snapshot = await call('GET', '/live/snapshot')
    expect(snapshot.status).toBe(200)
    expect((await call('PUT', '/inputs/wish', { value: '5' })).status).toBe(200)
    expect((await call('PUT', '/inputs/loud', { value: 2.5 })).body).toMatchObject({ input: { value: 2.5 } })
  })

  test('of the type button are pressed, each time anew', async () => {
    const told: unknown[] = []
    house.subscribe('a test', (change) => told.push(change))
    for (const _ of [1, 2])
      expect(await call('POST', '/inputs/bell/press')).toEqual({
        status: 200,
        body: { success: true, message: 'input "bell" was pressed', input: bell },
      })
    const pressed = { kind: 'input', input: bell, because: 'REST' }
    expect(told).toEqual([pressed, pressed])
    expect(await call('POST', '/inputs/party/press')).toMatchObject({
      status: 422,
      body: { error: { message: 'input "party" is a switch: set it with PUT /api/inputs/party' } },
    })
    expect((await call('POST', '/inputs/gone/press')).status).toBe(404)
  })

  test.each<[string, unknown, number, string]>([
    ['party', 'on', 422, 'input "party" takes true or false, not "on"'],
    ['party', 1, 422, 'input "party" takes true or false, not 1'],
    ['wish', 'stories', 422, 'input "wish" takes one of songs, 5, not "stories"'],
    ['wish', 5, 422, 'not 5'],
    ['loud', 9, 422, 'input "loud" takes a number from 1 to 3 in steps of 0.5, not 9'],
    ['loud', 1.2, 422, 'not 1.2'],
    ['loud', null, 422, ''],
    ['bell', true, 422, 'press it with POST /api/inputs/bell/press'],
    ['gone', true, 404, 'there is no input "gone"'],
    ['__proto__', true, 404, 'there is no input "__proto__"'],
    ['constructor', true, 404, 'there is no input "constructor"'],
  ])('%s is not set to %j', async (id, value, status, said) => {
    const answer = await call('PUT', `/inputs/${id}`, { value })
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toContain(said.replaceAll('"', '\\"'))
    expect((await call('GET', '/inputs')).body).toMatchObject({
      inputs: [{ value: false }, { value: 'songs' }, { value: 1 }, { value: null }],
    })
  })
})
