import { createHash, type Hash } from 'node:crypto'
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { messageOf } from '../core/error.ts'
import { Mp3Frames } from './mp3-frames.ts'
import type { TrackAudio } from './track-audio.ts'

/** One request as it went out, and the status that came back (null before it did). */
export interface SentRequest {
  readonly method: 'GET' | 'HEAD'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number | null
}

interface Fetch {
  readonly url: string
  /** Where in the track to begin: a Range is asked for when `byte` is above 0. */
  readonly from: { readonly seconds: number; readonly byte: number }
  readonly followRedirects: boolean
  readonly headFirst: boolean
}

export interface FetchListener {
  /** Called before arrived bytes are counted, so that time spent waiting for them is not taken for playing. */
  arriving(): void
  /** The length became known, or the transfer ended, well or badly. */
  changed(): void
  requested(request: SentRequest): void
}

// Production logs, yoto-protocol §5.3.
const userAgent = 'Yoto v2 FW; version v2.23.4'
const probeUserAgent = 'ESP32 HTTP Client/1.0'
const aheadSeconds = 5
const keptBytes = 8 * 1024 * 1024
const idleMs = 20_000
const maxRedirects = 5
// A tag with a cover picture is larger; a page of HTML is not.
const maxStrayBytes = 64 * 1024

/**
 * A streamed track while it is fetched. Like a player with little memory it reads a few seconds ahead of
 * what is played and lets the rest wait in the socket.
 */
export class FetchedTrack implements TrackAudio {
  readonly #fetch: Fetch
  readonly #listener: FetchListener
  readonly #frames = new Mp3Frames()
  readonly #sha256: Hash = createHash('sha256')
  #digest: string | undefined
  readonly #chunks: Buffer[] = []
  #request: ClientRequest | undefined
  #response: IncomingMessage | undefined
  #startSeconds = 0
  #startByte = 0
  #totalBytes: number | undefined
  #bytes = 0
  #played: number
  #pumping = false
  #closed = false
  #finished = false
  #failure: string | undefined

  constructor(fetch: Fetch, listener: FetchListener) {
    this.#fetch = fetch
    this.#listener = listener
    this.#played = fetch.from.seconds
  }

  start(): void {
    if (this.#fetch.headFirst) this.#probe(() => this.#get(this.#fetch.url, maxRedirects))
    else this.#get(this.#fetch.url, maxRedirects)
  }

  close(): void {
    this.#closed = true
    this.#request?.destroy()
  }

  get url(): string {
    return this.#fetch.url
  }

  get arrivedSeconds(): number {
    return this.#startSeconds + this.#frames.seconds
  }

  get finished(): boolean {
    return this.#finished
  }

  get failure(): string | undefined {
    return this.#failure
  }

  /**
   * Worked out from Content-Length and the bit rate of the first frame. That a player does so too is an
   * assumption; without Content-Length it knows no length.
   */
  get lengthSeconds(): number | undefined {
    const { bytesPerSecond, firstFrameAt = 0 } = this.#frames
    if (this.#totalBytes === undefined || bytesPerSecond === undefined) return undefined
    const bytesBefore = this.#startByte + firstFrameAt
    return this.#startSeconds + Math.max(0, this.#totalBytes - bytesBefore) / bytesPerSecond
  }

  get bytesReceived(): number {
    return this.#bytes
  }

  sha256(): string {
    this.#digest ??= this.#sha256.copy().digest('hex')
    return this.#digest
  }

  /** What was received, at most its first 8 MiB. */
  received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  playedTo(seconds: number): void {
    this.#played = seconds
    this.#pump()
  }

  byteAt(seconds: number): number {
    const { bytesPerSecond = 0, firstFrameAt = 0, secondsPerFrame = 1 } = this.#frames
    const frame = Math.floor((seconds - this.#startSeconds) / secondsPerFrame + 1e-6)
    return this.#startByte + firstFrameAt + Math.round(frame * secondsPerFrame * bytesPerSecond)
  }

  #probe(next: () => void): void {
    let gone = false
    const goOn = () => {
      if (!gone) next()
      gone = true
    }
    const headers = { 'User-Agent': probeUserAgent }
    const request = this.#open('HEAD', this.#fetch.url, headers, (response) => {
      response.resume()
      goOn()
    })
    request?.on('error', goOn)
    request?.setTimeout(idleMs, goOn)
  }

  #get(url: string, redirectsLeft: number): void {
    if (this.#closed) return
    const { byte } = this.#fetch.from
    const range: Record<string, string> = byte > 0 ? { Range: `bytes=${byte}-` } : {}
    const request = this.#open(
      'GET',
      url,
      { 'User-Agent': userAgent, Accept: '*/*', ...range },
      (response) => {
        const target = response.headers.location
        if (!isRedirect(response.statusCode) || target === undefined || !this.#fetch.followRedirects)
          return this.#read(response)
        response.resume()
        if (redirectsLeft === 0) return this.#end(`more than ${maxRedirects} redirects`)
        if (!URL.canParse(target, url)) return this.#end('a redirect to what is no address')
        this.#get(new URL(target, url).href, redirectsLeft - 1)
      },
    )
    request?.on('error', (error) => this.#end(messageOf(error)))
    request?.setTimeout(idleMs, () => {
      if (this.#hungry) request.destroy(new Error(`no bytes for ${idleMs / 1000} s`))
      // A timeout fires once; silence while playback is paused must not use it up.
      else request.socket?.setTimeout(idleMs)
    })
  }

  #open(
    method: 'GET' | 'HEAD',
    url: string,
    headers: Record<string, string>,
    answered: (response: IncomingMessage) => void,
  ): ClientRequest | undefined {
    const protocol = URL.canParse(url) ? new URL(url).protocol : ''
    if (protocol !== 'http:' && protocol !== 'https:') {
      // Later, like every other end, so that nobody hears of it before start() has returned.
      setImmediate(() => this.#end('not an http or https address'))
      return undefined
    }
    const sent = { method, url, headers, status: null }
    this.#listener.requested(sent)
    const request = (protocol === 'https:' ? https : http).request(url, { method, headers, agent: false })
    request.on('response', (response) => {
      if (this.#closed) return
      this.#listener.requested({ ...sent, status: response.statusCode ?? null })
      answered(response)
    })
    this.#request = request
    request.end()
    return request
  }

  #read(response: IncomingMessage): void {
    const status = response.statusCode
    if (status !== 200 && status !== 206) {
      response.resume()
      this.#end(`answered ${status}`)
      return
    }
    const { from } = this.#fetch
    // Who does not know Range sends everything.
    if (status === 206) {
      this.#startByte = from.byte
      this.#startSeconds = from.seconds
    }
    this.#totalBytes = totalBytes(response.headers, this.#startByte)
    this.#response = response
    response.on('readable', () => this.#pump())
    response.on('end', () => this.#end(this.#frames.seconds > 0 ? undefined : 'no MP3 audio in the answer'))
    response.on('error', (error) => this.#end(messageOf(error)))
  }

  get #hungry(): boolean {
    return this.arrivedSeconds - this.#played < aheadSeconds
  }

  #pump(): void {
    if (this.#pumping || this.#finished || this.#response === undefined) return
    this.#pumping = true
    const lengthBefore = this.lengthSeconds
    while (this.#hungry && !this.#closed) {
      const chunk: Buffer | null = this.#response.read()
      if (chunk === null) break
      this.#listener.arriving()
      this.#take(chunk)
    }
    this.#pumping = false
    if (this.#frames.strayBytes > maxStrayBytes) this.#end('no MP3 audio in the answer')
    else if (this.lengthSeconds !== lengthBefore && !this.#closed) this.#listener.changed()
  }

  #take(chunk: Buffer): void {
    this.#frames.push(chunk)
    this.#sha256.update(chunk)
    this.#digest = undefined
    const room = keptBytes - this.#bytes
    if (room > 0) this.#chunks.push(chunk.subarray(0, room))
    this.#bytes += chunk.length
  }

  #end(failure: string | undefined): void {
    if (this.#finished || this.#closed) return
    this.#finished = true
    this.#failure = failure
    if (failure !== undefined) this.#request?.destroy()
    this.#listener.changed()
  }
}

function isRedirect(status: number | undefined): boolean {
  return status !== undefined && [301, 302, 303, 307, 308].includes(status)
}

function totalBytes(headers: IncomingHttpHeaders, startByte: number): number | undefined {
  const length = Number(headers['content-length'])
  return Number.isInteger(length) && length >= 0 ? startByte + length : undefined
}
