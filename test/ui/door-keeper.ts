import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { type Body, callsOf, type Kept, type KeptPerson, Refusal, type Run } from './door-calls.ts'
import { passOn } from './ingress.ts'

export interface DoorKeeper {
  readonly address: string
  readonly kept: Kept
  /** Every call: `GET /api/users`. */
  readonly asked: string[]
  /** Whoever is signed in is so no more, and their live events end. */
  endSessions(): void
  stop(): Promise<void>
}

/**
 * Answers the calls about who may come in, by itself and as they are agreed, and hands everything else on to the
 * product for those who are in.
 */
export async function openDoorKeeper(
  target: string,
  { port = 0, ...known }: Partial<Omit<Kept, 'kidAsked'>> & { port?: number } = {},
): Promise<DoorKeeper> {
  const kept: Kept = { ...nothingKnown(), ...known }
  const sessions = new Map<string, string>()
  const asked: string[] = []
  const live = new Set<ServerResponse>()
  const calls = callsOf(kept, sessions)
  const server = createServer(async (req, res) => {
    const path = (req.url ?? '/').split('?')[0] ?? '/'
    asked.push(`${req.method} ${path}`)
    if (path === '/api/live') live.add(res.on('close', () => live.delete(res)))
    const user = userOf(req, { kept, sessions })
    const call = callFor(calls, `${req.method} ${path}`)
    if (call !== undefined) await answerCall({ req, res }, { ...call, user })
    else if (mayPass(path, { user, kept })) passOn(req, res, { url: target + req.url, framed: false })
    else
      answer(
        res,
        user === undefined ? new Refusal(401, 'sign in first') : new Refusal(403, 'that is not for you'),
      )
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    kept,
    asked,
    endSessions() {
      sessions.clear()
      for (const res of live) res.destroy()
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function nothingKnown(): Kept {
  return {
    auth: 'password',
    people: [],
    tokens: [],
    kid: { players: [], cards: [] },
    visitor: null,
    kidAsked: [],
    losesCookies: false,
  }
}

function callFor(calls: Readonly<Record<string, Run>>, wanted: string) {
  const exact = calls[wanted]
  if (exact !== undefined) return { run: exact, id: '' }
  const cut = wanted.lastIndexOf('/')
  const run = calls[`${wanted.slice(0, cut)}/*`]
  return run === undefined ? undefined : { run, id: decodeURIComponent(wanted.slice(cut + 1)) }
}

function userOf(
  req: IncomingMessage,
  { kept, sessions }: { kept: Kept; sessions: ReadonlyMap<string, string> },
): KeptPerson | undefined {
  const cookie = /session=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
  const id = kept.auth === 'ingress' ? kept.visitor : sessions.get(cookie)
  return kept.people.find((one) => one.id === id)
}

function mayPass(path: string, { user, kept }: { user: KeptPerson | undefined; kept: Kept }): boolean {
  if (!path.startsWith('/api/') || kept.auth === 'none') return true
  return user !== undefined && user.role !== 'child'
}

async function answerCall(
  { req, res }: { req: IncomingMessage; res: ServerResponse },
  { run, id, user }: { run: Run; id: string; user: KeptPerson | undefined },
): Promise<void> {
  const body = req.method === 'GET' ? {} : ((await json(req).catch(() => ({}))) as Body)
  try {
    answer(res, run({ body, id, user }, res) ?? {})
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    answer(res, error)
  }
}

const codes: Readonly<Record<number, string>> = { 401: 'unauthorized', 403: 'forbidden', 409: 'conflict' }

function answer(res: ServerResponse, said: unknown): void {
  const refusal = said instanceof Refusal ? said : null
  const details = refusal?.fields.length
    ? { fields: refusal.fields.map((field) => ({ field, message: '' })) }
    : undefined
  const error = refusal && { code: codes[refusal.status] ?? 'refused', message: refusal.message, details }
  res.writeHead(refusal?.status ?? 200, { 'content-type': 'application/json', ...refusal?.headers })
  res.end(JSON.stringify(error === null ? said : { error }))
}
