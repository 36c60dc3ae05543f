import type { CheckCause, CheckFault } from '../core/address-check.ts'
import type { Clock } from '../core/clock.ts'
import { errnoOf, messageOf } from '../core/error.ts'
import { parseJsonObject } from '../core/json.ts'
import { printable } from '../language/printable.ts'

interface OwnFetch {
  /** What is to come back, byte for byte. */
  readonly expected: Buffer
  readonly clock: Clock
  readonly fetch?: typeof fetch
}

/** A player would have given up by then too; what it really waits is not known. */
export const ownFetchWithinMs = 10_000
const userAgent = 'yoto-smart-stream address check'

/**
 * Fetches our own audio from its public address as anybody would, without following a redirect: players follow them,
 * but nothing of ours makes any, so it is somebody else's. Null where every byte came. Never rejects.
 */
export async function fetchOwn(
  url: string,
  { expected, clock, fetch: by = fetch }: OwnFetch,
): Promise<CheckFault | null> {
  const late = new AbortController()
  const cancel = clock.at(new Date(clock.now().getTime() + ownFetchWithinMs), () => late.abort())
  try {
    const answer = await by(url, {
      redirect: 'manual',
      headers: { 'user-agent': userAgent, accept: '*/*' },
      signal: late.signal,
    })
    if (answer.status >= 300 && answer.status < 400) {
      await answer.body?.cancel()
      return redirected(url, answer.headers.get('location'))
    }
    const { bytes, isMore } = await bytesOf(answer, expected.length)
    if (answer.status === 200 && !isMore && bytes.equals(expected)) return null
    return otherwiseAnswered(answer, bytes)
  } catch (error) {
    return late.signal.aborted ? timedOut(url) : notReached(url, error)
  } finally {
    cancel()
  }
}

/** At most so many, and whether there were more. */
async function bytesOf(answer: Response, most: number): Promise<{ bytes: Buffer; isMore: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length > most) return { bytes: Buffer.concat(chunks), isMore: true }
  }
  return { bytes: Buffer.concat(chunks), isMore: false }
}

function redirected(url: string, location: string | null): CheckFault {
  const to = location !== null && URL.canParse(location, url) ? new URL(location, url) : null
  const isOnlySafer = to?.protocol === 'https:' && to.host === new URL(url).host && url.startsWith('http:')
  if (isOnlySafer)
    return {
      cause: 'redirect',
      words: 'the address answers with a redirect to its https: write https:// in public_url',
    }
  const where = to === null ? 'elsewhere' : `to ${printable(to.origin)}`
  return {
    cause: 'redirect',
    words: `the address answers with a redirect ${where}, as sign-in pages of proxies do (Cloudflare Access, Authelia): let /media/ through without a sign-in`,
  }
}

function otherwiseAnswered(answer: Response, bytes: Buffer): CheckFault {
  const { status } = answer
  if (status === 401 || status === 403)
    return {
      cause: 'denied',
      words: `the address answers ${status}: a proxy or its protection asks for a sign-in or takes us for a robot; let /media/ through`,
    }
  if (status >= 500)
    return {
      cause: 'proxy',
      words: `the address answers ${status}: a proxy is there, but it does not get through to media.port of this machine; look at where it leads to`,
    }
  if (isOfMediaDoor(bytes))
    return {
      cause: 'other_content',
      words: `the address answers ${status} in the words of a Yoto Smart Stream that does not know the audio: it is another one, or a proxy changes the path`,
    }
  const title = /<title>([^<]{1,80})/i.exec(bytes.toString('utf8', 0, 65_536))?.[1]?.trim()
  const page = title === undefined ? '' : `, the page "${printable(title)}"`
  const type = printable(answer.headers.get('content-type') ?? 'no type')
  return {
    cause: 'other_content',
    words: `the address answers ${status} with something else (${type}${page}): it has to lead to media.port of this machine, with its path unchanged`,
  }
}

function isOfMediaDoor(bytes: Buffer): boolean {
  const json = bytes.length < 1000 ? parseJsonObject(bytes.toString()) : undefined
  return json?.error !== undefined && bytes.includes('there is nothing at this address')
}

function timedOut(url: string): CheckFault {
  return {
    cause: 'timeout',
    words: `${hostOf(url)} has not answered within ${ownFetchWithinMs / 1000} s: a firewall or a port that is not forwarded swallows the request, or the router does not lead its own outer address back into the house; then players in the house cannot use it either`,
  }
}

const unreachable = ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM']

function notReached(url: string, thrown: unknown): CheckFault {
  const codes = codesOf(thrown)
  const has = (...wanted: string[]) => wanted.some((code) => codes.includes(code))
  const host = hostOf(url)
  const fault = (cause: CheckCause, words: string): CheckFault => ({ cause, words })
  if (has('ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'))
    return fault(
      'name_not_found',
      `no address is known for the name ${host}: look whether it is written right in public_url, and whether its DNS entry is there`,
    )
  if (has('ECONNREFUSED'))
    return fault(
      'refused',
      `${host} refuses the connection: nothing listens there; look at the port in public_url, the port forwarding and whether the proxy runs`,
    )
  if (has('ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT')) return timedOut(url)
  if (has(...unreachable))
    return fault('unreachable', `no way leads from this machine to ${host}: ${messageOf(thrown)}`)
  if (codes.some((code) => /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT)|ALTNAME/.test(code)))
    return fault(
      'certificate',
      `the certificate of ${host} is not accepted (${messageOf(thrown)}): players are not known to accept one that no public authority has signed for this very name; see that the server sends the whole chain`,
    )
  if (codes.some((code) => /^ERR_SSL_|^EPROTO$/.test(code)))
    return fault(
      'certificate',
      `${host} does not speak https there: look at the port, or whether it is http:// that is meant`,
    )
  return fault('broken', `the fetch from ${host} broke off: ${messageOf(thrown)}`)
}

/** The codes of an error and of all that caused it. */
function codesOf(thrown: unknown, depth = 0): string[] {
  if (!(thrown instanceof Error) || depth > 4) return []
  const own = errnoOf(thrown)
  const among = thrown instanceof AggregateError ? thrown.errors : []
  return [
    ...(own === undefined ? [] : [own]),
    ...[thrown.cause, ...among].flatMap((cause) => codesOf(cause, depth + 1)),
  ]
}

function hostOf(url: string): string {
  return new URL(url).host
}
