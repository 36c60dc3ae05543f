import type { ServerResponse } from 'node:http'
import type { KidView, Person, Role, Token } from '../../ui/access.ts'

export type KeptPerson = Person & { readonly password: string }

/** Everything the keeper knows; tests look at it and change it. */
export interface Kept {
  auth: 'password' | 'ingress' | 'none'
  people: KeptPerson[]
  tokens: Token[]
  kid: KidView
  /** Who came through ingress. */
  visitor: string | null
  /** What was asked of `/api/kid/…`. */
  readonly kidAsked: { act: string; body: Body }[]
  /** The product does not keep to what it said about cookies. */
  losesCookies: boolean
}

export type Body = Readonly<Record<string, unknown>>

export interface Call {
  readonly body: Body
  /** The id at the end of the path. */
  readonly id: string
  readonly user: KeptPerson | undefined
}

export type Run = (call: Call, res: ServerResponse) => unknown

export class Refusal extends Error {
  readonly status: number
  readonly headers: Record<string, string>
  readonly fields: readonly string[]

  constructor(
    status: number,
    message: string,
    { headers = {}, fields = [] }: { headers?: Record<string, string>; fields?: string[] } = {},
  ) {
    super(message)
    this.status = status
    this.headers = headers
    this.fields = fields
  }
}

export const setUpCode = 'plum-lantern'
const triesBeforeWait = 3
export const waitS = 2

export function person(
  username: string,
  role: Role,
  more: Partial<Omit<KeptPerson, 'username' | 'role'>> = {},
): KeptPerson {
  return {
    id: `u-${username}`,
    username,
    role,
    players: [],
    cards: [],
    signs_in_with: 'password',
    created_at: '2026-11-01T10:00:00.000Z',
    password: `${username}-password`,
    ...more,
  }
}

/** The calls about who may come in, by method and path; `*` stands for an id. */
export function callsOf(kept: Kept, sessions: Map<string, string>): Record<string, Run> {
  return {
    ...entranceCalls(kept, sessions),
    ...ownCalls(kept, sessions),
    ...peopleCalls(kept),
    ...tokenCalls(kept),
    ...kidCalls(kept),
  }
}

function entranceCalls(kept: Kept, sessions: Map<string, string>): Record<string, Run> {
  const attempts = openAttempts()
  const begin = (user: KeptPerson, res: ServerResponse) => {
    const id = `s${sessions.size}${Date.now()}`
    sessions.set(id, user.id)
    if (!kept.losesCookies) res.setHeader('set-cookie', `session=${id}; Path=/; HttpOnly; SameSite=Strict`)
    return { success: true, username: user.username }
  }
  return {
    'GET /api/auth/status': ({ user }) => ({
      auth: kept.auth,
      set_up: kept.people.length > 0,
      signed_in: user !== undefined,
      user: user === undefined ? null : { id: user.id, username: user.username, role: user.role },
    }),
    'POST /api/auth/set-up': ({ body }, res) => {
      attempts.checkWait()
      if (kept.people.length > 0) throw new Refusal(409, 'there is a first user already')
      if (body.code !== setUpCode) attempts.failed(403, 'the code is wrong')
      checkPassword(body.password)
      const first = person(String(body.username), 'admin', { password: String(body.password) })
      kept.people.push(first)
      return begin(first, res)
    },
    'POST /api/user/login': ({ body }, res) => {
      attempts.checkWait()
      const user = kept.people.find(({ username }) => username === body.username)
      if (user === undefined || user.password !== body.password) return attempts.failed(401, 'wrong')
      return begin(user, res)
    },
  }
}

function ownCalls(kept: Kept, sessions: Map<string, string>): Record<string, Run> {
  return {
    'POST /api/user/logout': () => {
      sessions.clear()
    },
    'PUT /api/user/password': ({ body, user }) => {
      if (user === undefined) throw new Refusal(401, 'sign in first')
      if (body.current_password !== user.password) throw new Refusal(403, 'the current password is wrong')
      checkPassword(body.new_password, 'new_password')
      change(kept, user.id, { password: String(body.new_password) })
    },
  }
}

/** Tries in vain, and the wait after too many. */
function openAttempts() {
  let wrong = 0
  let waitUntil = 0
  return {
    failed(status: number, message: string): never {
      if (++wrong >= triesBeforeWait) {
        wrong = 0
        waitUntil = Date.now() + waitS * 1000
      }
      throw new Refusal(status, message)
    },
    checkWait() {
      if (Date.now() < waitUntil)
        throw new Refusal(429, 'too many tries', { headers: { 'retry-after': String(waitS) } })
    },
  }
}

function peopleCalls(kept: Kept): Record<string, Run> {
  const lastAdmin = (id: string) =>
    kept.people.filter(({ role }) => role === 'admin').every((admin) => admin.id === id)
  return {
    'GET /api/users': ({ user }) => {
      checkAdmin(user)
      const users = kept.people.map(({ password: _password, ...known }) => known)
      return { users, count: users.length }
    },
    'POST /api/users': ({ body, user }) => {
      checkAdmin(user)
      if (kept.people.some(({ username }) => username === body.username))
        throw new Refusal(409, `there is a "${body.username}" already`, { fields: ['username'] })
      checkPassword(body.password)
      kept.people.push(person(String(body.username), body.role as Role, body as Partial<KeptPerson>))
    },
    'PUT /api/users/*': ({ body, id, user }) => {
      checkAdmin(user)
      if (body.role !== undefined && body.role !== 'admin' && lastAdmin(id))
        throw new Refusal(409, 'somebody must stay who may change things')
      if (Object.keys(body).length === 0) throw new Refusal(422, 'body: holds no change')
      change(kept, id, body)
    },
    'DELETE /api/users/*': ({ id, user }) => {
      checkAdmin(user)
      if (lastAdmin(id)) throw new Refusal(409, 'the last administrator cannot be removed')
      kept.people = kept.people.filter((one) => one.id !== id)
    },
  }
}

function tokenCalls(kept: Kept): Record<string, Run> {
  return {
    'GET /api/tokens': ({ user }) => {
      checkAdmin(user)
      return { tokens: kept.tokens, count: kept.tokens.length }
    },
    'POST /api/tokens': ({ body, user }) => {
      checkAdmin(user)
      const { name, scopes } = body as Pick<Token, 'name' | 'scopes'>
      const id = `t${kept.tokens.length + 1}`
      const created_at = '2026-11-20T10:00:00.000Z'
      kept.tokens.push({ id, name, scopes, username: user?.username ?? '', created_at, last_used_at: null })
      return { id, name, scopes, token: `yss_${id}_0123456789abcdef0123456789abcdef` }
    },
    'DELETE /api/tokens/*': ({ id, user }) => {
      checkAdmin(user)
      kept.tokens = kept.tokens.filter((token) => token.id !== id)
    },
  }
}

function kidCalls(kept: Kept): Record<string, Run> {
  return {
    'GET /api/kid': ({ user }) => {
      if (user === undefined) throw new Refusal(401, 'sign in first')
      return kept.kid
    },
    'POST /api/kid/*': ({ body, id, user }) => {
      if (user === undefined) throw new Refusal(401, 'sign in first')
      kept.kidAsked.push({ act: id, body })
      const players = kept.kid.players.map((player) => {
        if (player.id !== body.player) return player
        const card = kept.kid.cards.find(({ card_id }) => card_id === body.card_id)
        const title = card === undefined ? {} : { card_id: card.card_id, card_title: card.title }
        return { ...player, ...title, playback: id === 'pause' ? ('paused' as const) : ('playing' as const) }
      })
      kept.kid = { ...kept.kid, players }
    },
  }
}

function change(kept: Kept, id: string, by: Partial<KeptPerson>): void {
  kept.people = kept.people.map((one) => (one.id === id ? { ...one, ...by } : one))
}

function checkAdmin(user: KeptPerson | undefined): void {
  if (user === undefined) throw new Refusal(401, 'sign in first')
  if (user.role !== 'admin') throw new Refusal(403, 'that is for administrators')
}

function checkPassword(password: unknown, field = 'password'): void {
  if (password === 'password') throw new Refusal(422, `${field}: is too easy to guess`, { fields: [field] })
}
