import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type Speaking, SpeechFault } from '../../src/speech/provider.ts'
import { wyoming } from '../../src/speech/wyoming.ts'
import { freePort } from '../support/free-port.ts'
import {
  spoken,
  tone,
  usualForm,
  type WyomingServer,
  wyomingEvent,
  wyomingServer,
} from '../support/wyoming-server.ts'

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

const servers: WyomingServer[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function serverThat(answer: WyomingServer['answer']): Promise<WyomingServer> {
  const server = await wyomingServer(answer)
  servers.push(server)
  return server
}

const says = (bytes: Uint8Array) => (socket: Socket) => void socket.write(bytes)
const how = (more: Partial<Speaking> = {}): Speaking => ({
  ...{ voice: null, language: null, signal: new AbortController().signal },
  ...more,
})

async function faultOf(speaking: Promise<unknown>): Promise<SpeechFault> {
  const thrown = await speaking.then(
    () => expect.unreachable('it gave a sound'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof SpeechFault)) throw thrown
  return thrown
}

describe('a Wyoming server', () => {
  test('is asked for the text and gives its sound as a WAVE file', async () => {
    const sound = tone(0.5)
    const server = await serverThat(says(spoken(sound)))
    const wav = Buffer.from(await wyoming(server).speak('Good evening.', how()))
    expect(server.asked).toEqual([{ type: 'synthesize', data: { text: 'Good evening.' } }])
    expect(wav.toString('latin1', 0, 16)).toBe(`RIFF${wav.toString('latin1', 4, 8)}WAVEfmt `)
    expect([wav.readUInt32LE(4), wav.readUInt32LE(24), wav.readUInt16LE(22), wav.readUInt16LE(34)]).toEqual([
      36 + sound.length,
      22_050,
      1,
      16,
    ])
    expect(wav.subarray(44).equals(sound)).toBe(true)
  })

  test.each([
    ['piper/alba', null, { voice: { name: 'piper/alba' } }],
    [null, 'de-DE', { voice: { language: 'de-DE' } }],
    ['--path=/x', 'de', { voice: { name: '--path=/x' } }],
  ])('is told of the voice %s and the language %s', async (voice, language, told) => {
    const server = await serverThat(says(spoken(tone(0.1))))
    await wyoming(server).speak('"Hi"\u00e4\u{1F40B}', how({ voice, language }))
    expect(server.asked[0]?.data).toEqual({ text: '"Hi"\u00e4\u{1F40B}', ...told })
  })

  test.each([1, 2, 7, 100, 4099])('is understood whatever pieces of %i bytes it comes in', async (size) => {
    const sound = tone(0.05)
    const bytes = spoken(sound, 333)
    const server = await serverThat((socket) => {
      socket.setNoDelay(true)
      let at = 0
      const next = () => {
        if (at >= bytes.length || socket.destroyed) return
        socket.write(bytes.subarray(at, at + size), () => setImmediate(next))
        at += size
      }
      next()
    })
    expect(
      Buffer.from(await wyoming(server).speak('x', how()))
        .subarray(44)
        .equals(sound),
    ).toBe(true)
  })

  test('may keep its data in the line, say nothing of the form in its chunks, and more that nobody asked', async () => {
    const sound = tone(0.05)
    const server = await serverThat(
      says(
        Buffer.concat([
          wyomingEvent('info', { tts: [] }),
          Buffer.from(`${JSON.stringify({ type: 'audio-start', data: usualForm })}\n`),
          Buffer.from(`${JSON.stringify({ type: 'audio-chunk', payload_length: sound.length })}\n`),
          sound,
          Buffer.from('{"type":"audio-stop"}\n'),
        ]),
      ),
    )
    expect(
      Buffer.from(await wyoming(server).speak('x', how()))
        .subarray(44)
        .equals(sound),
    ).toBe(true)
  })

  test.each<[string, Uint8Array, RegExp]>([
    [
      'garbage',
      Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /gives no sound: it does not speak the Wyoming/,
    ],
    ['a line without an end', Buffer.alloc(70_000, 'x'), /it does not speak the Wyoming protocol/],
    ['a list', Buffer.from('[1]\n'), /it does not speak the Wyoming protocol/],
    ['data that is none', Buffer.from('{"type":"x","data_length":3}\n???'), /it does not speak/],
    ['a length below nothing', Buffer.from('{"type":"x","payload_length":-1}\n'), /it does not speak/],
    ['a payload beyond all bounds', Buffer.from('{"type":"x","payload_length":1e12}\n'), /it does not speak/],
    ['a length in words', Buffer.from('{"type":"x","data_length":"9"}\n'), /it does not speak/],
    [
      'a refusal',
      wyomingEvent('error', { text: 'no such voice', code: 'x' }),
      /gives no sound: no such voice; see speech\.wyoming_url$/,
    ],
    ['a refusal without a word', wyomingEvent('error'), /it says why in no word/],
    [
      'sound of no form',
      wyomingEvent('audio-chunk', {}, tone(0.01)),
      /its sound is of a form that cannot be read/,
    ],
    [
      'sound that changes its form',
      Buffer.concat([
        wyomingEvent('audio-start', usualForm),
        wyomingEvent('audio-chunk', { ...usualForm, rate: 44_100 }, tone(0.01)),
      ]),
      /its sound is of a form that cannot be read/,
    ],
  ])('that answers with %s is at fault', async (_, bytes, words) => {
    const server = await serverThat(says(bytes))
    const fault = await faultOf(wyoming(server).speak('x', how()))
    expect(fault.of).toBe('provider')
    expect(fault.message).toMatch(words)
    expect(fault.message).toContain(server.url)
    await expect.poll(server.open, within).toBe(0)
  })

  test('that breaks off gives no half sound', async () => {
    const whole = spoken(tone(0.2))
    const places = [5, 60, 200, whole.length - 40, whole.length - 1]
    const fault = 'gives no sound: it broke off'
    for (const [at, words] of [
      [0, 'before the end of the sound'] as const,
      ...places.map((at) => [at, 'in the middle of its answer'] as const),
    ]) {
      const server = await serverThat((socket) => void socket.end(whole.subarray(0, at)))
      const { of, message } = await faultOf(wyoming(server).speak('x', how()))
      expect(`${of} ${message}`, `${at} bytes`).toContain(`${fault} ${words}`)
    }
  })

  test('that hangs up in the middle gives no half sound', async () => {
    const server = await serverThat((socket) => {
      socket.write(spoken(tone(0.2)).subarray(0, 300), () => socket.resetAndDestroy())
    })
    expect((await faultOf(wyoming(server).speak('x', how()))).message).toMatch(/has hung up|broke off/)
  })

  test('that has nothing to say for a text is at fault for that text alone', async () => {
    const server = await serverThat(says(spoken(Buffer.alloc(0))))
    expect(await faultOf(wyoming(server).speak('x', how()))).toMatchObject({
      of: 'text',
      message: 'the Wyoming server says nothing for it',
    })
  })

  test('that does not end is cut off at five minutes of sound', async () => {
    const chunk = wyomingEvent('audio-chunk', usualForm, Buffer.alloc(1_000_000))
    const server = await serverThat((socket) => {
      const more = (error?: Error | null) => {
        if (error == null && !socket.destroyed) socket.write(chunk, more)
      }
      more()
    })
    const fault = await faultOf(wyoming(server).speak('x', how()))
    expect(fault).toMatchObject({ of: 'text', message: expect.stringContaining('longer than five minutes') })
    await expect.poll(server.open, within).toBe(0)
  })

  test('that says nothing at all is given up', async () => {
    const server = await serverThat(() => undefined)
    const fault = await faultOf(wyoming({ ...server, silentMs: 200 }).speak('x', how()))
    expect(fault.message).toBe(`the Wyoming server ${server.url} does not answer; see speech.wyoming_url`)
    await expect.poll(server.open, within).toBe(0)
  })

  test('that is not there is said to be not there', async () => {
    const url = `tcp://127.0.0.1:${await freePort()}`
    expect((await faultOf(wyoming({ url }).speak('x', how()))).message).toContain(
      'is not there: nothing listens at this address',
    )
    expect((await faultOf(wyoming({ url: 'tcp://no-such-machine.invalid:1' }).speak('x', how()))).of).toBe(
      'provider',
    )
  })

  test('is left at once when that is wanted', async () => {
    const stop = new AbortController()
    const server = await serverThat(() => stop.abort(new Error('enough')))
    await expect(wyoming(server).speak('x', how({ signal: stop.signal }))).rejects.toThrow('enough')
    await expect.poll(server.open, within).toBe(0)
    await expect(wyoming(server).speak('x', how({ signal: stop.signal }))).rejects.toThrow('enough')
    expect(server.asked).toHaveLength(1)
  })
})
