import { connect, type Socket } from 'node:net'
import { errnoOf, messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import {
  longestSpeechSeconds,
  mostSoundBytes,
  SpeechFault,
  type SpeechProvider,
  tooLong,
} from './provider.ts'
import { type PcmFormat, wavOf } from './wav.ts'
import { eventsIn, type WyomingEvent, WyomingFault, written } from './wyoming-events.ts'

interface WyomingOptions {
  /** `tcp://host:10200`. */
  readonly url: string
  /** How long it may take to answer the call, in milliseconds. */
  readonly connectMs?: number
  /** How long nothing at all may come from it, in milliseconds: a small machine needs a while for a sentence. */
  readonly silentMs?: number
}

const usualConnectMs = 10_000
const usualSilentMs = 60_000
// Beside sound there are a few words; who sends more means something else.
const mostEvents = 100_000

/** A server of the Wyoming protocol, such as Piper's (https://github.com/OHF-Voice/wyoming-piper). */
export function wyoming({
  url,
  connectMs = usualConnectMs,
  silentMs = usualSilentMs,
}: WyomingOptions): SpeechProvider {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const fault = (words: string, cause?: unknown) =>
    new SpeechFault('provider', `the Wyoming server ${url} ${words}; see speech.wyoming_url`, { cause })
  return {
    id: 'wyoming',
    async speak(text, { voice, language, signal }) {
      signal.throwIfAborted()
      const socket = connect({ host, port: Number(port) })
      const end = () => socket.destroy()
      signal.addEventListener('abort', end, { once: true })
      socket.setTimeout(connectMs, () => socket.destroy(new Error('timeout')))
      try {
        socket.once('connect', () => socket.setTimeout(silentMs))
        socket.write(written('synthesize', { text, ...voiceData(voice, language) }))
        return await soundFrom(eventsIn(chunksOf(socket)))
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof SpeechFault) throw error
        if (error instanceof Refusal || error instanceof WyomingFault)
          throw fault(`gives no sound: ${error.message}`, error)
        throw fault(wordsFor(error), error)
      } finally {
        signal.removeEventListener('abort', end)
        socket.destroy()
      }
    },
  }
}

/** The server says no. */
class Refusal extends Error {}

function voiceData(voice: string | null, language: string | null): JsonObject {
  if (voice !== null) return { voice: { name: voice } }
  return language === null ? {} : { voice: { language } }
}

async function* chunksOf(socket: Socket): AsyncGenerator<Buffer> {
  for await (const chunk of socket) yield chunk
}

async function soundFrom(events: AsyncIterable<WyomingEvent>): Promise<Buffer> {
  let format: PcmFormat | null = null
  const samples: Buffer[] = []
  let length = 0
  let count = 0
  for await (const { type, data, payload } of events) {
    count += 1
    if (count > mostEvents) throw new WyomingFault('it does not come to an end')
    if (type === 'error') throw new Refusal(saidIn(data))
    if (type === 'audio-stop') {
      if (format !== null && length > 0) return wavOf(format, samples)
      throw new SpeechFault('text', 'the Wyoming server says nothing for it')
    }
    if (type !== 'audio-start' && type !== 'audio-chunk') continue
    const own: PcmFormat | null = formatIn(data) ?? format
    if (own === null || !isSame(own, format ?? own))
      throw new WyomingFault('its sound is of a form that cannot be read')
    format = own
    if (type === 'audio-start') continue
    length += payload.length
    if (length > mostSoundBytes || length > bytesPerSecond(own) * longestSpeechSeconds) throw tooLong()
    samples.push(payload)
  }
  throw new WyomingFault('it broke off before the end of the sound')
}

function formatIn({ rate, width, channels }: JsonObject): PcmFormat | null {
  if (!isWithin(rate, 8_000, 192_000) || !isWithin(width, 1, 4) || !isWithin(channels, 1, 8)) return null
  return { rate, width, channels }
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most
}

function isSame(one: PcmFormat, other: PcmFormat): boolean {
  return one.rate === other.rate && one.width === other.width && one.channels === other.channels
}

function bytesPerSecond({ rate, width, channels }: PcmFormat): number {
  return rate * width * channels
}

function saidIn({ text }: JsonObject): string {
  return typeof text === 'string' && text !== '' ? text.slice(0, 200) : 'it says why in no word'
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'is not there: nothing listens at this address',
  ENOTFOUND: 'is not there: no machine has this name',
  EAI_AGAIN: 'is not there: no machine has this name',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ECONNRESET: 'has hung up',
  EPIPE: 'has hung up',
}

function wordsFor(error: unknown): string {
  if (messageOf(error) === 'timeout') return 'does not answer'
  return reasons[errnoOf(error) ?? ''] ?? `cannot be used: ${messageOf(error)}`
}
