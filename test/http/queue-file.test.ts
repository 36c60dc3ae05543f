import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { presetsIn, type QueueFile, queueFileOf } from '../../src/core/queue-file.ts'
import type { Listener } from '../../src/http/server.ts'
import { send } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'

let house: ReturnType<typeof houseWith>
let door: Listener

beforeEach(async () => {
  house = houseWith(['a.mp3', 'b.mp3'])
  door = await openPanelDoor(house)
})

afterEach(() => door.stop())

async function call(method: string, path: string, body?: unknown) {
  const answer = await send(door, { method, path, body })
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  }
}

const exported = async () => (await call('GET', '/queues/export')).body as unknown as QueueFile

const stream = {
  title: 'Bedroom',
  files: ['a.mp3'],
  playlist: null,
  loop: false,
  shuffle: false,
  mode: 'finite',
  resume: 'resume',
  closed: false,
  closed_until: null,
  if_pressed: null,
} as const
const preset = { files: ['b.mp3'], loop: true, shuffle: true, mode: 'finite', resume: 'restart' } as const

const fileWith = (streams: object, presets: object = {}) => ({
  format: 'yoto-smart-stream/queues',
  version: 1,
  streams,
  presets,
})

const bring = (file: object, mode = 'merge') => call('POST', '/queues/import', { mode, file })

describe('the file with all queues', () => {
  test('is one that a browser saves', async () => {
    await call('POST', '/streams/bedroom/queue', { files: ['a.mp3', 'b.mp3'] })
    await call('POST', '/presets', { name: 'evening', stream: 'bedroom' })
    const { headers, body } = await call('GET', '/queues/export')
    expect(headers.get('content-disposition')).toBe('attachment; filename="yoto-smart-stream-queues.json"')
    expect(body).toEqual(
      fileWith(
        { bedroom: { ...stream, title: 'bedroom', files: ['a.mp3', 'b.mp3'] } },
        { evening: { ...preset, files: ['a.mp3', 'b.mp3'], loop: false, shuffle: false, resume: 'resume' } },
      ),
    )
  })

  test('brings streams and presets beside those there are, or in their place', async () => {
    await call('POST', '/streams/attic/queue', { files: ['a.mp3'] })
    await call('POST', '/streams/bedroom/queue', { files: ['b.mp3'] })
    await call('POST', '/presets', { name: 'old', stream: 'attic' })
    const file = fileWith({ bedroom: { ...stream, files: ['a.mp3', 'gone.mp3'] } }, { evening: preset })
    expect((await bring(file)).body).toEqual({
      success: true,
      message: '1 stream and 1 preset imported; 1 file of them not in the library',
      streams: ['bedroom'],
      presets: ['evening'],
      removed: [],
      missing: ['gone.mp3'],
    })
    expect(await exported()).toMatchObject({
      streams: { attic: { files: ['a.mp3'] }, bedroom: { title: 'Bedroom', files: ['a.mp3', 'gone.mp3'] } },
      presets: { evening: preset, old: { files: ['a.mp3'] } },
    })
    expect((await bring(file, 'replace')).body).toMatchObject({ removed: ['attic'] })
    expect(await exported()).toEqual(file)
  })

  test('makes a stream what it was, whatever it is now', async () => {
    await call('POST', '/streams/bedroom/queue', { files: ['b.mp3', 'b.mp3'] })
    await call('PUT', '/streams/bedroom', { shuffle: true, loop: true, if_pressed: 'b.mp3' })
    const until = '2031-01-01T07:00:00.000+01:00'
    const file = fileWith({ bedroom: { ...stream, closed: true, closed_until: until } })
    await bring(file)
    expect(await exported()).toEqual(file)
    expect(house.queue('bedroom')).toMatchObject({ order: null, version: 3, reason: 'REST' })
    await bring(fileWith({ bedroom: stream }))
    expect(await exported()).toEqual(fileWith({ bedroom: stream }))
  })

  test.each<[string, object, string]>([
    ['another format', { ...fileWith({}), format: 'x' }, 'file.format is none of the values it may have'],
    ['a later version', { ...fileWith({}), version: 2 }, 'file.version is none of the values it may have'],
    [
      'a setting that is none',
      fileWith({ good: stream, bad: { ...stream, mode: 'x' } }),
      'file.streams.bad.mode is none',
    ],
    [
      'a file that is no text',
      fileWith({ bad: { ...stream, files: ['a.mp3', 7] } }),
      'file.streams.bad.files.1 must be string',
    ],
    [
      'a setting too few',
      fileWith({ bad: { ...stream, loop: undefined } }),
      'file.streams.bad.loop is missing',
    ],
    [
      'a setting too many',
      fileWith({ bad: { ...stream, key: 'x' } }),
      'file.streams.bad.key is not known here',
    ],
    [
      'a name that no stream can have',
      fileWith({ good: stream, '../x': stream }),
      'file.streams.../x is refused',
    ],
    ['a reserved name', fileWith({ queues: stream }), 'file.streams.queues is refused: "queues" is reserved'],
    ['a name that no preset can have', fileWith({}, { 'a b': preset }), 'file.presets.a b is refused'],
    [
      'a title that is none',
      fileWith({ bad: { ...stream, title: ' ' } }),
      'file.streams.bad.title is refused',
    ],
    [
      'a time that is none',
      fileWith({ bad: { ...stream, closed_until: 'soon' } }),
      'file.streams.bad.closed_until is no moment',
    ],
    [
      'a file outside of the library',
      fileWith({ good: stream, bad: { ...stream, files: ['a.mp3', '../../etc/passwd'] } }),
      'file.streams.bad.files.1 is no name of a file in the library',
    ],
    [
      'one in a preset',
      fileWith({ good: stream }, { bad: { ...preset, files: ['/etc/passwd'] } }),
      'file.presets.bad.files.0 is no name',
    ],
    [
      'one to be heard instead',
      fileWith({ bad: { ...stream, if_pressed: 'a/%2e%2e/b.mp3' } }),
      'file.streams.bad.if_pressed is no name',
    ],
  ])('with %s changes nothing', async (_, file, message) => {
    await call('POST', '/streams/bedroom/queue', { files: ['a.mp3'] })
    await call('POST', '/presets', { name: 'evening', stream: 'bedroom' })
    const before = await exported()
    for (const mode of ['merge', 'replace']) {
      const answer = await bring(file, mode)
      expect(answer.status).toBe(422)
      expect((answer.body.error as { message: string }).message).toContain(message)
    }
    expect(await exported()).toEqual(before)
  })

  test('names every fault, up to twenty', async () => {
    const files = Array.from({ length: 30 }, (_, index) => `../${index}.mp3`)
    const { body } = await bring(fileWith({ bad: { ...stream, files, title: '' } }))
    const { fields } = (body.error as { details: { fields: { field: string }[] } }).details
    expect(fields).toHaveLength(20)
    expect(fields[0]?.field).toBe('file.streams.bad.title')
  })

  describe('with answers per listener', () => {
    const night = { stream: 'anna', when: { player: 'y1', between: { from: '19:00', to: '07:00' } } }
    const answersOf = async (name: string) => (await call('GET', `/streams/${name}/answers`)).body.answers

    test('takes them to another household', async () => {
      for (const name of ['anna', 'kitchen'])
        await call('POST', `/streams/${name}/queue`, { files: ['a.mp3'] })
      await call('PUT', '/streams/kitchen/answers', { answers: [night] })
      const file = await exported()
      expect(file.streams.kitchen).toHaveProperty('answers', [night])
      expect(file.streams.anna).not.toHaveProperty('answers')
      await call('DELETE', '/streams/anna')
      await call('DELETE', '/streams/kitchen')
      expect((await bring(file)).status).toBe(200)
      expect(await answersOf('kitchen')).toEqual([night])
      expect(await exported()).toEqual(file)
    })

    test('leaves those of a stream that it names none of, unless it is all there is to be', async () => {
      await bring(fileWith({ anna: stream, kitchen: { ...stream, answers: [night] } }))
      const older = fileWith({ anna: stream, kitchen: stream })
      expect((await bring(older)).status).toBe(200)
      expect(await answersOf('kitchen')).toEqual([night])
      await bring(fileWith({ kitchen: { ...stream, answers: [] } }))
      expect(await answersOf('kitchen')).toEqual([])
      await bring(fileWith({ kitchen: { ...stream, answers: [night] } }))
      expect((await bring(older, 'replace')).status).toBe(200)
      expect(await answersOf('kitchen')).toEqual([])
    })

    test('names a stream that is there already', async () => {
      await call('POST', '/streams/anna/queue', { files: ['a.mp3'] })
      const file = fileWith({ kitchen: { ...stream, answers: [night] } })
      const refused = await bring(file, 'replace')
      expect(refused.status).toBe(422)
      expect((refused.body.error as { message: string }).message).toContain(
        'file.streams.kitchen.answers.0.stream names a stream that is neither in the file nor there then: "anna"',
      )
      expect(house.queues().map(({ name }) => name)).toEqual(['anna'])
      expect((await bring(file)).status).toBe(200)
      expect(await answersOf('kitchen')).toEqual([night])
    })

    test.each<[string, object, string]>([
      [
        'that leads nowhere',
        { ...night, stream: 'nobody' },
        'answers.1.stream names a stream that is neither',
      ],
      ['of itself', { ...night, stream: 'kitchen' }, 'answers.1 names "kitchen" itself'],
      [
        'that never holds',
        { ...night, when: { between: { from: '07:00', to: '07:00' } } },
        'answers.1 never',
      ],
      ['without a condition', { ...night, when: {} }, 'answers.1.when'],
      ['at no time', { ...night, when: { between: { from: '7', to: '8' } } }, 'answers.1.when.between.from'],
    ])('changes nothing where one is wrong: %s', async (_, wrong, message) => {
      await bring(fileWith({ anna: stream, kitchen: { ...stream, answers: [night] } }))
      const before = await exported()
      const file = fileWith({
        anna: { ...stream, files: [] },
        kitchen: { ...stream, answers: [night, wrong] },
      })
      for (const mode of ['merge', 'replace']) {
        const answer = await bring(file, mode)
        expect(answer.status).toBe(422)
        expect((answer.body.error as { message: string }).message).toContain(
          `file.streams.kitchen.${message}`,
        )
      }
      expect(await exported()).toEqual(before)
    })

    test('changes nothing where there would be too many streams', async () => {
      await bring(fileWith({ anna: stream, kitchen: { ...stream, answers: [night] } }))
      const many = Array.from({ length: 200 }, (_, index) => [`s${index}`, stream])
      const file = fileWith({ kitchen: { ...stream, answers: [] }, ...Object.fromEntries(many.slice(1)) })
      expect((await bring(file)).status).toBe(409)
      expect(await answersOf('kitchen')).toEqual([night])
    })
  })

  test('with more streams than there may be changes nothing, unless others make room', async () => {
    await call('POST', '/streams/attic/queue', { files: ['a.mp3'] })
    const streams = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`s${index}`, stream]))
    expect(await bring(fileWith(streams))).toMatchObject({
      status: 409,
      body: {
        error: {
          message: 'nothing was changed: there would be 201 streams, and there may be 200; delete some first',
        },
      },
    })
    expect(house.queues()).toHaveLength(1)
    expect((await bring(fileWith(streams), 'replace')).status).toBe(200)
    expect(house.queues()).toHaveLength(200)
  })

  test('says the same when it was brought to another household', async () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).filter((one) => one !== 'queues')
    const file = fc.constantFrom('a.mp3', 'b.mp3', 'für élise +%.mp3', 'ein/Ordner/🎵 #1?.mp3')
    const playing = {
      loop: fc.boolean(),
      shuffle: fc.boolean(),
      mode: fc.constant('finite' as const),
      resume: fc.constantFrom('resume' as const, 'restart' as const),
    }
    const streams = fc.dictionary(
      name,
      fc
        .record({
          title: fc.constantFrom('Träume', 'A b', '🎵'),
          files: fc.array(file, { maxLength: 6 }),
          playlist: fc.constantFrom(null, 'forest'),
          ...playing,
          closed: fc.boolean(),
          closed_until: fc.constantFrom(null, '2031-01-01T07:00:00.000+01:00'),
          if_pressed: fc.option(file),
        })
        .map((one) => ({ ...one, closed_until: one.closed ? one.closed_until : null })),
      { maxKeys: 5, noNullPrototype: true },
    )
    const presets = fc.dictionary(name, fc.record({ files: fc.array(file, { maxLength: 4 }), ...playing }), {
      maxKeys: 3,
      noNullPrototype: true,
    })
    await fc.assert(
      fc.asyncProperty(streams, presets, async (some, saved) => {
        const given = fileWith(some, saved)
        expect((await bring(given, 'replace')).status).toBe(200)
        const said = await exported()
        expect(said).toEqual(given)
        expect(queueFileOf(house.queues(), presetsIn(said))).toEqual(given)
      }),
      { numRuns: 40 },
    )
  })
})
