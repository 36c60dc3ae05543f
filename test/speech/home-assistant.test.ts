import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { homeAssistantSpeech, noEngine } from '../../src/speech/home-assistant.ts'
import { mostSoundBytes, type Speaking, SpeechFault } from '../../src/speech/provider.ts'
import { StandInSupervisor, secret } from '../support/stand-in-supervisor.ts'

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

const sound = Buffer.from('RIFF, as if')
let house: StandInSupervisor

beforeEach(async () => {
  house = await StandInSupervisor.start()
  house.speech = { engine: 'tts.piper', sound }
})

afterEach(() => house.stop())

const how = (more: Partial<Speaking> = {}): Speaking => ({
  ...{ voice: null, language: null, signal: new AbortController().signal },
  ...more,
})
const speak = (text: string, more: Partial<Speaking> = {}) =>
  homeAssistantSpeech(house.access).speak(text, how(more))

async function faultOf(speaking: Promise<unknown>): Promise<SpeechFault> {
  const thrown = await speaking.then(
    () => expect.unreachable('it gave a sound'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof SpeechFault)) throw thrown
  expect(thrown.of).toBe('provider')
  expect(thrown.message).not.toContain(secret)
  return thrown
}

describe('the speech of Home Assistant', () => {
  test('is asked through the Supervisor, for the first that speaks where no voice is named', async () => {
    const spoken = homeAssistantSpeech(house.access)
    expect(Buffer.from(await spoken.speak('Good "evening"\u00e4', how())).equals(sound)).toBe(true)
    await spoken.speak('Once more.', how())
    expect(house.spoken).toEqual([
      {
        ...{ engine_id: 'tts.piper', message: 'Good "evening"\u00e4', cache: false },
        options: { preferred_format: 'wav' },
      },
      { engine_id: 'tts.piper', message: 'Once more.', cache: false, options: { preferred_format: 'wav' } },
    ])
    expect(house.asked.filter((asked) => asked === 'GET /core/api/states')).toHaveLength(1)
    expect(house.asked.slice(1)).toEqual([
      'POST /core/api/tts_get_url',
      'GET /core/api/tts_proxy/dBhJoKxmtyzW6gqPbqDtoA.wav',
      'POST /core/api/tts_get_url',
      'GET /core/api/tts_proxy/dBhJoKxmtyzW6gqPbqDtoA.wav',
    ])
  })

  test('is Piper before others, which may send the words elsewhere', async () => {
    house.set('tts.cloud', '2026-11-23T06:00:00+00:00')
    await speak('x')
    expect(house.spoken[0]).toMatchObject({ engine_id: 'tts.piper' })
  })

  test('is nobody, where nobody has chosen a voice and each may send the words elsewhere', async () => {
    house.speech = { engine: 'tts.google_translate_en_com', sound }
    expect((await faultOf(speak('Goodnight, Mia'))).message).toBe(noEngine)
    expect(house.spoken).toEqual([])
    await speak('x', { voice: 'tts.google_translate_en_com' })
    expect(house.spoken).toHaveLength(1)
  })

  test('takes an engine, one of its voices, and a language', async () => {
    await speak('x', { voice: 'tts.piper/en_GB-alba-medium', language: 'en-GB' })
    expect(house.spoken[0]).toMatchObject({
      ...{ engine_id: 'tts.piper', language: 'en-GB' },
      options: { voice: 'en_GB-alba-medium' },
    })
    expect(house.asked).not.toContain('GET /core/api/states')
  })

  test('that is not there says what to add', async () => {
    house.speech = null
    expect((await faultOf(speak('x'))).message).toMatch(
      /^Home Assistant has no speech that stays in the house: install Piper/,
    )
  })

  test('that does not have the engine says which to name', async () => {
    expect((await faultOf(speak('x', { voice: 'tts.nobody' }))).message).toBe(
      'tts.nobody of Home Assistant does not speak (Provider tts.nobody not found): set speech.voice to the entity that is to speak, such as tts.piper',
    )
  })

  test.each(['--path=/x', '../x', 'tts.Piper', '/api', 'x y', 'tts.piper/', ''])(
    'is not even asked for the voice %j',
    async (voice) => {
      expect((await faultOf(speak('x', { voice }))).message).toMatch(/^speech\.voice: .* is no speech of /)
      expect(house.asked).toEqual([])
    },
  )

  test('is found once it is up', async () => {
    house.downFor = 1
    expect((await faultOf(speak('x'))).message).toBe('Home Assistant is not there yet (502)')
    expect(Buffer.from(await speak('x')).equals(sound)).toBe(true)
  })

  test('that does not let us in is said to', async () => {
    const other = homeAssistantSpeech({ ...house.access, token: 'old' })
    expect((await faultOf(other.speak('x', how()))).message).toBe(
      'Home Assistant does not let this app in (401): restart the app',
    )
  })

  test('is asked at the address of the options, and a token that is not taken is said to be', async () => {
    const direct = await StandInSupervisor.start({ isDirect: true })
    onTestFinished(() => direct.stop())
    direct.speech = { engine: 'tts.piper', sound }
    expect(Buffer.from(await homeAssistantSpeech(direct.access).speak('x', how())).equals(sound)).toBe(true)
    expect(direct.asked).toEqual([
      'GET /api/states',
      'POST /api/tts_get_url',
      'GET /api/tts_proxy/dBhJoKxmtyzW6gqPbqDtoA.wav',
    ])
    const other = homeAssistantSpeech({ ...direct.access, token: 'old' })
    expect((await faultOf(other.speak('x', how()))).message).toContain(
      'does not take the token of the option homeassistant.token (401)',
    )
  })

  test.each(['//evil.example/x', '/api/tts_proxy/../states', '/api/states', 'http://evil.example/', ''])(
    'is not followed to %j',
    async (path) => {
      house.speech = { engine: 'tts.piper', sound, path }
      expect((await faultOf(speak('x'))).message).toMatch(/does not say where the sound is|gives no sound/)
      expect(house.asked.slice(2).filter((asked) => asked.includes('states'))).toEqual([])
    },
  )

  test('that gives no sound, or one beyond all bounds, is at fault', async () => {
    house.speech = { engine: 'tts.piper', sound: Buffer.alloc(0) }
    expect((await faultOf(speak('x'))).message).toContain('gives no sound')
    house.speech = { engine: 'tts.piper', sound: Buffer.alloc(mostSoundBytes + 1) }
    await expect(speak('x')).rejects.toMatchObject({ of: 'text', message: expect.stringContaining('longer') })
  })

  test('that does not answer is left when that is wanted', async () => {
    house.hangs = true
    const stop = new AbortController()
    const speaking = speak('x', { signal: stop.signal })
    await expect.poll(() => house.asked.length, within).toBe(1)
    stop.abort(new Error('enough'))
    await expect(speaking).rejects.toThrow('enough')
  })

  test('is nowhere to be found where Home Assistant is not', async () => {
    await house.stop()
    expect((await faultOf(speak('x'))).message).toBe('Home Assistant does not answer')
  })
})
