import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type Koa from 'koa'
import type { Role } from '../../src/core/role.ts'
import { thisMachine } from '../../src/http/admission.ts'
import type { House } from '../../src/http/api/app.ts'
import { openTestAccess, type TestAccess } from '../support/access.ts'
import { type Answer, type Asked, ask } from '../support/ask.ts'
import { panelApp } from '../support/panel-door.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { type Home, openHome } from './home.ts'
import { noYotoAccount, type YotoAccount } from './yoto-account.ts'

/** Somebody who may come in; with a password, or through Home Assistant. */
export interface Resident {
  readonly username: string
  readonly role: Role
  readonly comesBy: 'password' | 'ingress'
  readonly players?: readonly string[]
  readonly cards?: readonly string[]
}

export interface DoorOptions {
  readonly auth?: 'password' | 'ingress'
  readonly people?: readonly Resident[]
  readonly account?: YotoAccount
  /** Of the house, in place of what it has else. */
  readonly more?: Partial<House>
  /** Something on the way takes cookies off. */
  readonly losesCookies?: boolean
}

/** The real panel at a real door, before a house of its own. */
export interface TestDoor {
  readonly address: string
  readonly access: TestAccess
  readonly clock: VirtualClock
  readonly home: Home
  /** For the set-up; null where there is an administrator with a password. */
  readonly code: string | null
  /** Every call, from wherever it came: `GET /api/users`. */
  readonly asked: readonly string[]
  /** A call from beside the panel. */
  ask(asked: Asked): Promise<Answer>
  /** Signs somebody in beside the panel, with the password they have at first or another. */
  cookieOf(username: string, password?: string): Promise<string>
  idOf(username: string): string
  stop(): Promise<void>
}

export const passwordOf = (username: string) => `${username}-password`

/** Who comes from Home Assistant as that person. */
export const identityOf = (username: string) => ({ id: `ha-${username.toLowerCase()}`, name: username })

const builtPanel = fileURLToPath(new URL('../../dist/ui/', import.meta.url))
const supervisor = '172.30.32.2'

export async function openTestDoor({
  auth = 'password',
  people = [],
  account = noYotoAccount,
  more = {},
  losesCookies = false,
}: DoorOptions): Promise<TestDoor> {
  const clock = new VirtualClock()
  const access = await openTestAccess({
    clock,
    ways: { password: auth === 'password', ingress: auth === 'ingress' },
  })
  for (const person of people) await moveIn(access, person)
  const home = { ...(await openHome({ account })), ...more }
  const { app, live } = await panelApp(home, { auth, access, clock, panel: builtPanel })
  live.start()
  const asked: string[] = []
  const server = serverOf(app, { asked, losesCookies, seenFrom: auth === 'ingress' ? supervisor : null })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}/`,
    access,
    clock,
    home,
    code: access.offerSetUp(),
    asked,
    ask: (call) => ask({ port }, call),
    async cookieOf(username, password = passwordOf(username)) {
      const { cookie } = await ask({ port }, { path: '/user/login', body: { username, password } })
      if (cookie === undefined) throw new Error(`${username} could not sign in`)
      return cookie
    },
    idOf: (username) => idIn(access, username),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      live.stop()
      access.stop()
    },
  }
}

interface Way {
  readonly asked: string[]
  readonly losesCookies: boolean
  /** The address every connection looks as if it came from. */
  readonly seenFrom: string | null
}

function serverOf(app: Koa, { asked, losesCookies, seenFrom }: Way): Server {
  const answer = app.callback()
  const server = createServer((req, res) => {
    asked.push(`${req.method} ${(req.url ?? '/').split('?')[0]}`)
    if (losesCookies) delete req.headers.cookie
    void answer(req, res)
  })
  if (seenFrom !== null)
    server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: seenFrom }))
  return server
}

async function moveIn(access: TestAccess, { username, role, comesBy, ...reach }: Resident): Promise<void> {
  if (comesBy === 'password') {
    await access.createUser({ by: thisMachine, username, role, password: passwordOf(username), ...reach })
    return
  }
  const { user } = await access.byIngress(identityOf(username))
  if (user.role !== role) await access.changeUser(user.id, { role, by: thisMachine })
}

function idIn(access: TestAccess, name: string): string {
  const found = access.users().find(({ username }) => username === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found.id
}
