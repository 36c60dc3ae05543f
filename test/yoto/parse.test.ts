import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cardInsertions,
  dayModes,
  type PlayerPatch,
  percentFromStep,
  playbackStates,
  powerSources,
} from '../../src/core/player.ts'
import { type ParsedMessage, parseMessage } from '../../src/yoto/parse.ts'

const recorded = resolve('../shared/fixtures/yoto')
const id = 'y2iYT7ItkMRWbuMzTDuGjgmS'

function bytes(payload: unknown): Uint8Array {
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
}

function parsed(suffix: string, payload: unknown): ParsedMessage {
  const message = parseMessage(`device/${id}/${suffix}`, bytes(payload))
  if ('error' in message) throw new Error(message.error)
  return message
}

interface Recorded {
  readonly topic?: string
  readonly payload: unknown
}

function read(file: string): Recorded[] {
  const content: unknown = JSON.parse(readFileSync(resolve(recorded, file), 'utf8'))
  return (Array.isArray(content) ? content : [content]) as Recorded[]
}

const files = existsSync(recorded)
  ? readdirSync(recorded).filter((name) => /^mqtt-.*\.json$/.test(name) && name !== 'mqtt-commands.json')
  : []

describe('recorded messages', () => {
  test.skipIf(files.length === 0)('there are files of them', () => {
    expect(files.length).toBeGreaterThan(8)
  })

  test.each(files)('%s is read without anything left unreadable', (file) => {
    const suffix = file.startsWith('mqtt-response') ? 'response' : 'data/events'
    for (const { topic, payload } of read(file)) {
      const message = parseMessage((topic ?? `device/x/${suffix}`).replace('{deviceId}', id), bytes(payload))
      expect(message).toMatchObject({ unreadable: [] })
    }
  })

  const patchesOf = (file: string) =>
    read(file).map(({ topic, payload }) => {
      const message = parseMessage(
        (topic ?? `device/${id}/data/events`).replace('{deviceId}', id),
        bytes(payload),
      )
      if ('error' in message) throw new Error(message.error)
      return message.patch
    })

  test.skipIf(files.length === 0)('a boot says what the Mini is, and nothing of an unknown day', () => {
    const [boot, battery, status, events] = patchesOf('mqtt-boot-sequence-mini.json')
    expect(boot).toEqual({
      online: true,
      firmware: 'v2.23.2',
      battery_percent: 100,
      charging: false,
      power_source: 'battery',
      wifi_dbm: -26,
      free_disk_kib: 25160368,
      light_sensor_raw: 0,
      card_inserted: 'none',
      headphones: false,
      bluetooth: false,
      volume_step: 8,
      volume_percent: 50,
      nightlight: 'off',
    })
    expect(battery).toEqual({ online: true, battery_percent: 100 })
    expect(status).not.toHaveProperty('day_mode')
    expect(events).toMatchObject({ volume_step: 8, volume_max_step: 13, card_id: null, playback: 'stopped' })
  })

  test.skipIf(files.length === 0)('a switch-off by hand takes the player offline', () => {
    const [patch] = patchesOf('mqtt-shutdown-mini.json')
    expect(patch).toMatchObject({ online: false, day_mode: 'day' })
  })

  test.skipIf(files.length === 0)(
    'a turn of the volume knob is five steps, each said on two topics alike',
    () => {
      const patches = patchesOf('mqtt-volume-turn-sequence-mini.json')
      expect(patches.map(({ volume_step }) => volume_step)).toEqual([9, 9, 10, 10, 8, 8, 6, 6, 7, 7])
      expect(patches.every(({ volume_max_step }) => volume_max_step === 13)).toBe(true)
    },
  )

  test.skipIf(files.length === 0)(
    'the periodic status and the events agree on volume step and percent',
    () => {
      const [, status] = patchesOf('mqtt-periodic-status-mini.json')
      expect(status).toMatchObject({ volume_step: 7, volume_percent: percentFromStep(7), day_mode: 'day' })
      expect(status).not.toHaveProperty('volume_max_step')
    },
  )

  test.skipIf(files.length === 0)('the full status says battery and the temperature of the device', () => {
    const [patch] = patchesOf('mqtt-status-full-sample.json')
    expect(patch).toEqual({ online: true, battery_percent: 98, temperature_c: 18, power_source: 'battery' })
  })

  test.skipIf(files.length === 0)('playback from a card names its keys with their zeros', () => {
    const [patch] = patchesOf('mqtt-events-playing-remote-v3.json')
    expect(patch).toEqual({
      online: true,
      playback: 'playing',
      source: 'remote',
      streaming: false,
      card_id: '7JtVV',
      chapter_key: '03',
      chapter_title: 'Snow and Tell',
      track_key: '03',
      track_title: 'Snow and Tell',
      position_s: 0,
      duration_s: 315,
      volume_step: 5,
      volume_percent: 32,
      volume_max_step: 8,
      sleep_timer_s: 0,
    })
  })

  test.skipIf(files.length === 0)('answers give their request id where they have one', () => {
    const acks = read('mqtt-response-samples.json').map(({ payload }) => parsed('response', payload).ack)
    expect(acks.map((ack) => ack?.name)).toEqual(['set-volume', 'card-pause', 'card-play', 'events'])
    expect(acks.map((ack) => ack?.requestId)).toEqual([
      '39804a13-988d-43d2-b30f-1f3b9b5532f0',
      null,
      '5385910e-f853-4f34-99a4-d2ed94f02f6d',
      null,
    ])
  })
})

describe('parseMessage', () => {
  test('a card that is gone takes its keys, titles and position with it, even those in the same message', () => {
    for (const gone of ['none', '']) {
      const stale = { cardId: gone, chapterKey: '01', trackTitle: 'Old', position: 5, streaming: true }
      expect(parsed('data/events', stale).patch).toEqual({
        online: true,
        card_id: null,
        card_title: null,
        chapter_key: null,
        chapter_title: null,
        track_key: null,
        track_title: null,
        position_s: null,
        duration_s: null,
        streaming: false,
        source: null,
        cover_url: null,
      })
    }
  })

  test.each([
    ['{"cardId":"08","chapterKey":"12e4"}', '08', '12e4'],
    ['{"cardId": 12e4, "chapterKey": 7 }', '12e4', '7'],
    ['{"cardId":08,"chapterKey":"\\"cardId\\":5,"}', '08', '"cardId":5,'],
  ])('ids and keys keep their text in %s', (payload, card, chapter) => {
    expect(parsed('data/events', payload).patch).toMatchObject({ card_id: card, chapter_key: chapter })
  })

  test('percent of the status becomes the step whose floor it is', () => {
    for (let step = 0; step <= 16; step++) {
      const { patch } = parsed('data/status', {
        status: { userVolume: Math.floor((100 * step) / 16), volume: 99 },
      })
      expect(patch).toEqual({ online: true, volume_step: step, volume_percent: percentFromStep(step) })
    }
  })

  test.each([
    [{ sleepTimerActive: true, sleepTimerSeconds: 90 }, 90],
    [{ sleepTimerActive: 0, sleepTimerSeconds: 90 }, 0],
    [{ sleepTimerSeconds: 60 }, 60],
    [{ sleepTimerActive: 1 }, undefined],
  ])('the sleep timer of %j is %s', (payload, seconds) => {
    expect(parsed('data/events', payload).patch.sleep_timer_s).toBe(seconds)
  })

  test.each([
    ['off', 'off'],
    ['0x194A55', '#194a55'],
    ['#F57399', '#f57399'],
    ['0x000000', '#000000'],
  ])('the night light %s is %s', (mode, nightlight) => {
    expect(parsed('status', { status: { nightlightMode: mode } }).patch).toMatchObject({ nightlight })
  })

  test.each([['0:0:0'], ['notSupported'], ['22:0'], ['0']])('the temperature %s is unknown', (temp) => {
    const { patch, unreadable } = parsed('status/full', { status: { temp } })
    expect(patch).toEqual({ online: true })
    expect(unreadable).toEqual([])
  })

  test('every word of shutting down but nA means off', () => {
    expect(parsed('status', { status: { shutDown: 'lowBattery' } }).patch.online).toBe(false)
    expect(parsed('status', { status: { shutDown: 'nA' } }).patch.online).toBe(true)
  })

  test('presence says online and offline', () => {
    expect(parsed('presence', { state: 'offline' }).patch).toEqual({ online: false })
    expect(parsed('presence', { state: 'online', ts: 1 }).patch).toEqual({ online: true })
  })

  test.each([
    [true, true],
    [0, false],
    ['1', true],
    ['often', undefined],
    [undefined, undefined],
  ])('whether the card repeats, said as %j, is %j, and no part of the state', (repeatAll, repeatsAll) => {
    const message = parsed('data/events', { repeatAll, position: 3 })
    expect(message.repeatsAll).toBe(repeatsAll)
    expect(message.patch).toEqual({ online: true, position_s: 3 })
  })

  test('a field that makes no sense is left out and named, and the others are read', () => {
    const { patch, unreadable } = parsed('data/events', {
      volume: 17,
      playbackStatus: 'dancing',
      position: 3,
    })
    expect(patch).toEqual({ online: true, position_s: 3 })
    expect(unreadable).toEqual([
      { field: 'playbackStatus', value: 'dancing' },
      { field: 'volume', value: 17 },
    ])
  })

  test('what is no message of a player is an error', () => {
    const broken: [string, Uint8Array][] = [
      ['device/x/data/events', Buffer.from([0xff, 0xfe])],
      ['device/x/data/events', bytes('{"volume":')],
      ['device/x/data/events', bytes('[1]')],
      ['device/x/data/status', bytes({ volume: 1 })],
      ['device/x/response', bytes({ status: { 'set-volume': 'MAYBE' } })],
      ['device/x/constructor', bytes({})],
      ['device//data/events', bytes({})],
      ['other/x', bytes({})],
    ]
    for (const [topic, payload] of broken) expect(parseMessage(topic, payload)).toHaveProperty('error')
  })
})

describe('whatever arrives', () => {
  const suffixes = ['data/events', 'events', 'data/status', 'status/full', 'status', 'presence', 'response']
  const anySuffix = fc.constantFrom(...suffixes)

  test('bytes never throw', () => {
    fc.assert(
      fc.property(fc.oneof(anySuffix, fc.string()), fc.uint8Array({ maxLength: 200 }), (suffix, payload) => {
        parseMessage(`device/${id}/${suffix}`, payload)
      }),
    )
  })

  const wires = [
    ...['playbackStatus', 'cardId', 'chapterKey', 'trackKey', 'chapterTitle', 'trackTitle', 'position'],
    ...['trackLength', 'source', 'streaming', 'volume', 'volumeMax', 'sleepTimerSeconds', 'sleepTimerActive'],
    ...[
      'fwVersion',
      'batteryLevel',
      'charging',
      'powerSrc',
      'temp',
      'wifiStrength',
      'freeDisk',
      'als',
      'day',
    ],
    ...['cardInserted', 'headphones', 'bluetoothHp', 'userVolume', 'nightlightMode', 'shutDown', 'state'],
    ...['__proto__', 'constructor', 'toString'],
  ]
  const anyValue = fc.oneof(
    fc.jsonValue(),
    fc.integer({ min: -2, max: 300 }),
    fc.double(),
    fc.constantFrom('', 'none', 'off', 'nA', '0x12', '-1', '24:18', '16', '1e999', 'online', 'playing'),
  )
  const anyFields = fc.dictionary(fc.constantFrom(...wires), anyValue)

  test('JSON never gives a value outside of its type', () => {
    fc.assert(
      fc.property(anySuffix, anyFields, fc.boolean(), (suffix, fields, wrapped) => {
        const message = parseMessage(`device/${id}/${suffix}`, bytes(wrapped ? { status: fields } : fields))
        if ('error' in message) return
        for (const [key, value] of Object.entries(message.patch))
          expect([key, value, fits(key as keyof PlayerPatch, value)]).toEqual([key, value, true])
      }),
      { numRuns: 1000 },
    )
  })
})

function fits(key: keyof PlayerPatch, value: unknown): boolean {
  const check = checks[key]
  return check?.(value) ?? false
}

const isText = (value: unknown) => value === null || (typeof value === 'string' && value !== '')
const isTruth = (value: unknown) => typeof value === 'boolean'
const isWithin = (lowest: number, highest: number) => (value: unknown) =>
  typeof value === 'number' && value >= lowest && value <= highest
const isStep = (value: unknown) => Number.isInteger(value) && isWithin(0, 16)(value)
const isOneOf = (words: readonly string[]) => (value: unknown) => words.includes(value as string)
const isSeconds = (value: unknown) => value === null || isWithin(0, Number.MAX_SAFE_INTEGER)(value)

const checks: Partial<Record<keyof PlayerPatch, (value: unknown) => boolean>> = {
  online: isTruth,
  firmware: isText,
  battery_percent: isWithin(0, 100),
  charging: isTruth,
  power_source: isOneOf(powerSources),
  temperature_c: isWithin(-60, 120),
  wifi_dbm: isWithin(-130, 0),
  volume_percent: isWithin(0, 100),
  volume_step: isStep,
  volume_max_step: isStep,
  playback: isOneOf(playbackStates),
  card_id: isText,
  card_title: (value) => value === null,
  chapter_key: isText,
  chapter_title: isText,
  track_key: isText,
  track_title: isText,
  position_s: isSeconds,
  duration_s: isSeconds,
  streaming: isTruth,
  source: isText,
  card_inserted: isOneOf(cardInsertions),
  sleep_timer_s: isSeconds,
  nightlight: (value) => typeof value === 'string' && /^(off|#[0-9a-f]{6})$/.test(value),
  day_mode: isOneOf(dayModes),
  headphones: isTruth,
  bluetooth: isTruth,
  cover_url: (value) => value === null,
  light_sensor_raw: isWithin(0, Number.MAX_SAFE_INTEGER),
  free_disk_kib: isWithin(0, Number.MAX_SAFE_INTEGER),
}
