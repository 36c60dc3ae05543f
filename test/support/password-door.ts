import { onTestFinished } from 'vitest'
import type { PasswordCost } from '../../src/access/passwords.ts'
import type { Role } from '../../src/core/role.ts'
import { thisMachine } from '../../src/http/admission.ts'
import { openTestAccess, type TestAccess, type TestStore } from './access.ts'
import { type Answer, type Asked, ask } from './ask.ts'
import { houseWith } from './house.ts'
import { openPanelDoor } from './panel-door.ts'
import { VirtualClock } from './virtual-clock.ts'

export const password = 'correct horse'

export type PasswordDoor = Awaited<ReturnType<typeof openPanelDoor>> & {
  readonly access: TestAccess
  readonly clock: VirtualClock
  ask(asked: Asked): Promise<Answer>
  /** Makes a user of that role and name, if there is none yet, and signs them in. */
  cookieOf(role: Role, name?: string): Promise<string>
  tokenOf(cookie: string, scopes: readonly string[]): Promise<string>
}

/** A door with a sign-in, before a house with one player and the file `a.mp3`; its first admin is called `admin`. */
export async function openPasswordDoor({
  store,
  clock = new VirtualClock(),
  house = houseWith(['a.mp3']),
  passwordCost,
  trustedProxies = [],
}: {
  store?: TestStore
  clock?: VirtualClock
  house?: ReturnType<typeof houseWith>
  passwordCost?: PasswordCost
  trustedProxies?: readonly string[]
} = {}): Promise<PasswordDoor> {
  const access = await openTestAccess({
    clock,
    ...(store === undefined ? {} : { store }),
    ...(passwordCost === undefined ? {} : { passwordCost }),
  })
  const door = await openPanelDoor(house, { auth: 'password', access, clock, trustedProxies })
  const say = (asked: Asked) => ask(door, asked)
  return {
    ...door,
    access,
    clock,
    ask: say,
    async cookieOf(role, name = role) {
      const users = access.users()
      if (!users.some(({ username }) => username === name))
        await access.createUser({
          by: thisMachine,
          username: name,
          role,
          password,
          players: ['y1'],
          cards: ['own'],
        })
      const { cookie } = await say({ path: '/user/login', body: { username: name, password } })
      if (cookie === undefined) throw new Error(`${name} could not sign in`)
      return cookie
    },
    async tokenOf(cookie, scopes) {
      const { body } = await say({ path: '/tokens', cookie, body: { name: 'a program', scopes } })
      return String(body.token)
    },
    async stop() {
      access.stop()
      await door.stop()
    },
  }
}

/** The same, until the test ends. */
export async function passwordDoor(
  options: Parameters<typeof openPasswordDoor>[0] = {},
): Promise<PasswordDoor> {
  const door = await openPasswordDoor(options)
  onTestFinished(() => door.stop())
  return door
}

/** What asks to be signed in. */
export const login = (username: string, guess = password) => ({
  path: '/user/login',
  body: { username, password: guess },
})

export async function isIn(door: PasswordDoor, cookie: string): Promise<boolean> {
  return (await door.ask({ path: '/auth/status', cookie })).body.signed_in === true
}
