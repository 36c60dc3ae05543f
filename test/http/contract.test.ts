import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApp, runApp, shipped } from '../support/running-app.ts'

let running: RunningApp

beforeAll(async () => {
  running = await runApp()
})

afterAll(() => running?.remove())

/** What programs outside rely on (design §4.3), with its method; `/hook/{key}` needs a door with a sign-in. */
const contract = [
  // The streams.
  'GET /streams/queues',
  'GET /streams/{name}/queue',
  'POST /streams/{name}/queue',
  'DELETE /streams/{name}/queue/{index}',
  'DELETE /streams/{name}/queue',
  'PUT /streams/{name}/queue/reorder',
  'DELETE /streams/{name}',
  'GET /streams/{name}/stream.mp3',
  'PUT /streams/{name}',
  // As the predecessor had them.
  'POST /user/login',
  'GET /auth/status',
  'GET /admin/users',
  'POST /admin/users',
  'POST /cards/create-streaming',
  'GET /audio/list',
  'GET /audio/{filename}',
  'GET /health',
  // Players.
  'GET /players',
  'GET /players/{id}',
  ...[
    'play',
    'pause',
    'resume',
    'stop',
    'next',
    'previous',
    'seek',
    'volume',
    'play-card',
    'sleep-timer',
  ].map((act) => `POST /players/{id}/${act}`),
  'POST /players/{id}/ambient',
  'GET /library',
  'POST /library/uploads',
  'POST /library/uploads/{id}',
  'GET /cards',
  'GET /icons',
  // Rules: list, enable, text, check, traces, dry run.
  'GET /rules',
  'POST /rules/enable',
  'POST /rules/read',
  'POST /rules/write',
  'POST /rules/check',
  'GET /rules/{id}/traces',
  'POST /rules/dry-run',
  'GET /schedules',
  'GET /plan',
  // Stories: list, graph, play-through; a story is checked with its rule file, and its card is one of the cards.
  'GET /stories',
  'POST /stories/graph',
  'POST /stories/play-through',
  'POST /cards',
  'GET /inputs',
  'GET /account',
  'GET /users',
  'GET /settings',
  'GET /webhooks',
  'GET /diagnostics',
  'GET /live',
  'GET /live/snapshot',
  'GET /openapi.json',
  // With simulated players.
  ...['insert', 'remove', 'press', 'turn', 'power'].map((act) => `POST /simulator/players/{id}/${act}`),
]

test('every call that programs outside rely on is in the description of the interface', async () => {
  const { body } = await running.call('GET', '/openapi.json')
  const { paths } = body as { paths: Record<string, object> }
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice('/api'.length)}`),
  )
  expect(contract.filter((call) => !described.includes(call))).toEqual([])
})

// Each has a check of its own, which is made with the first value that arrives.
describe('of every call that is described', () => {
  test('a body of another kind is refused in words', async () => {
    const takeJson = (operation: Operation) =>
      operation.requestBody?.content['application/json'] !== undefined
    const calls = await describedCalls(takeJson)
    expect(calls.length).toBeGreaterThan(50)
    expect(await answersTo(calls, '', [])).toEqual(calls.map((call) => `${call} 422`))
  })

  test('a question that nobody asks is refused in words', async () => {
    const areAsked = ({ parameters }: Operation) => parameters.some((one) => one.in === 'query')
    const calls = await describedCalls(areAsked)
    expect(calls.length).toBeGreaterThan(0)
    expect(await answersTo(calls, '?nobody=asks', {})).toEqual(calls.map((call) => `${call} 422`))
  })

  interface Operation {
    readonly parameters: readonly { readonly in: string }[]
    readonly requestBody?: { readonly content: Readonly<Record<string, object>> }
  }

  async function describedCalls(isMeant: (operation: Operation) => boolean): Promise<string[]> {
    const { body } = await running.call('GET', '/openapi.json')
    const { paths } = body as { paths: Record<string, Record<string, Operation>> }
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        isMeant(operation) ? [`${method.toUpperCase()} ${path.slice('/api'.length)}`] : [],
      ),
    )
  }

  async function answersTo(calls: readonly string[], question: string, body: unknown): Promise<string[]> {
    const answers: string[] = []
    for (const call of calls) {
      const [method = '', path = ''] = call.split(' ')
      const isBare = method === 'GET' || method === 'HEAD'
      const { status } = await running.call(
        method,
        path.replaceAll(/\{\w+\}/g, 'x') + question,
        isBare ? undefined : body,
      )
      answers.push(`${call} ${status}`)
    }
    return answers
  }
})

describe('a card of one file, as the predecessor made it', () => {
  const create = (body: object) => running.call('POST', '/cards/create-streaming', body)

  test('plays that file, and has the description', async () => {
    const description = 'Trees and more trees'
    const { status, body } = await create({
      title: 'The Forest',
      audio_filename: 'stories/forest.mp3',
      description,
    })
    expect({ status, body }).toEqual({
      status: 200,
      body: { success: true, card_id: expect.any(String), streaming_url: expect.any(String) },
    })
    const { card_id, streaming_url } = body as { card_id: string; streaming_url: string }
    const heard = Buffer.from(await (await fetch(streaming_url)).arrayBuffer())
    const file = await readFile(join(shipped, 'audio', 'stories/forest.mp3'))
    expect(heard.equals(file)).toBe(true)
    expect((await running.call('GET', `/account/cards/${card_id}`)).body).toMatchObject({
      title: 'The Forest',
      description,
    })
  })

  test('is not made of a file that is not there', async () => {
    expect(await create({ title: 'Nothing', audio_filename: 'nowhere.mp3' })).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('nowhere.mp3') } },
    })
  })
})

test('the options are told as they hold, and of secrets only that they are set', async () => {
  const { status, body } = await running.call('GET', '/settings')
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { settings: { yoto: { every_ability: false }, mqtt: { password: null } } },
  })
})
