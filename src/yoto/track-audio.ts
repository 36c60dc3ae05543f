import type { ArrivingAudio, TrackAudio } from '../core/card-audio.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { listOf, objectOf, textOf } from './json.ts'
import { trustedAddress } from './trusted-address.ts'

/** What a card plays that lies at Yoto, with addresses that are signed for a while. */
export interface CardAudio {
  readonly title: string
  readonly tracks: readonly TrackAudio[]
  /** Titles of tracks without an address that could be gone to. */
  readonly leftOut: readonly string[]
}

/** The audio in a card document that was asked for with `playable=true` (yoto-protocol §2.1). */
export function cardAudioIn(json: JsonObject, apiUrl: string): CardAudio {
  const chapters = listOf(objectOf(json.content).chapters).filter(isJsonObject)
  const all = chapters.flatMap((chapter) =>
    listOf(chapter.tracks)
      .filter(isJsonObject)
      .map((track) => ({ track, title: textOf(track.title) ?? textOf(chapter.title) ?? 'Track' })),
  )
  const read = all.map(({ track, title }) => {
    const url = track.type === 'audio' ? trustedAddress(track.trackUrl, apiUrl) : undefined
    const id = /^#sha256=([\w-]+)$/.exec(url?.hash ?? '')?.[1] ?? url?.pathname ?? ''
    return { title, id, format: textOf(track.format) ?? '', url }
  })
  return {
    title: textOf(json.title) ?? 'Card',
    tracks: read.flatMap(({ url, ...track }) => (url === undefined ? [] : [{ ...track, url }])),
    leftOut: read.flatMap(({ title, url }) => (url === undefined ? [title] : [])),
  }
}

interface Fetching {
  /** The first byte that is wanted. */
  readonly from: number
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly fetch?: typeof globalThis.fetch | undefined
}

const answerWithinMs = 20_000

/**
 * Fetches audio from a signed address, without our sign-in, which is not for that store. Who does not know ranges gives
 * all of it, from its first byte.
 * @throws AppError `unavailable` where it does not come now, `refused` where the address is not taken any more
 */
export async function fetchAudio(
  url: URL,
  { from, signal, clock, fetch = globalThis.fetch }: Fetching,
): Promise<ArrivingAudio> {
  const late = new AbortController()
  const due = new Date(clock.now().getTime() + answerWithinMs)
  const cancel = clock.at(due, () => late.abort(new Error(`no answer within ${answerWithinMs / 1000} s`)))
  const headers: Record<string, string> = from === 0 ? {} : { Range: `bytes=${from}-` }
  const answer = await fetch(url, {
    headers,
    redirect: 'error',
    signal: AbortSignal.any([signal, late.signal]),
  })
    .catch((cause: unknown) => {
      signal.throwIfAborted()
      throw new AppError('unavailable', 'the audio did not come from Yoto', { cause })
    })
    .finally(cancel)
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')
  const isPart = answer.status === 206 && Number(range?.[1]) === from
  const size = Number(isPart ? range?.[2] : answer.headers.get('content-length'))
  if ((answer.status === 200 || isPart) && answer.body !== null && Number.isSafeInteger(size) && size > 0)
    return { size, from: isPart ? from : 0, bytes: answer.body }
  await answer.body?.cancel().catch(() => undefined)
  const code = [401, 403, 404, 410].includes(answer.status) ? 'refused' : 'unavailable'
  throw new AppError(code, `Yoto's store of audio answered with ${answer.status}`)
}
