import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import type { Caller } from '../../core/role.ts'
import type { DoorAuth } from '../guard.ts'
import { type ApiRequest, callerIn, type Route, route } from './route.ts'

/** What signing in needs of the house. Attempts throw AppError `too_many` while guesses have to wait. */
export interface SignInHouse {
  /** Whether anybody can sign in with a password. */
  isSetUp(): boolean
  /** @throws AppError `unauthorized` */
  signIn(credentials: Credentials): Promise<SignedIn>
  /** Makes the first user. @throws AppError `forbidden` for a wrong code, `conflict` where there is an admin. */
  setUp(first: Credentials & { readonly code: string }): Promise<SignedIn>
  signOut(caller: Caller): Promise<void>
  /** @throws AppError `forbidden` for a wrong current password. */
  changePassword(
    caller: Caller,
    change: { readonly current: string; readonly next: string; readonly network: string },
  ): Promise<void>
}

interface Credentials {
  readonly username: string
  readonly password: string
  readonly network: string
}

interface SignedIn {
  readonly username: string
  readonly secret: string
}

const closed = { additionalProperties: false }
const typed = Type.String({ maxLength: 300 })
const credentials = { username: typed, password: typed }

/** Signing in, for a door that asks people in this way who they are. */
export function authRoutes(access: SignInHouse, auth: DoorAuth): Route[] {
  return [statusRoute(access, auth), ...enterRoutes(access, auth), ...ownRoutes(access, auth)]
}

function statusRoute(access: SignInHouse, auth: DoorAuth): Route {
  return route({
    method: 'get',
    path: '/auth/status',
    summary: 'How this door asks people who they are, and who the caller is.',
    needs: 'anyone',
    handle({ caller }) {
      const { id, username, role } = caller?.user ?? {}
      return {
        auth,
        set_up: auth !== 'password' || access.isSetUp(),
        signed_in: caller !== null,
        user: caller === null ? null : { id, username, role },
      }
    },
  })
}

function enterRoutes(access: SignInHouse, auth: DoorAuth): Route[] {
  const enter = async (request: ApiRequest, attempt: () => Promise<SignedIn>, what: string) => {
    if (auth !== 'password') throw noSignIn(auth)
    const { username, secret } = await attempt()
    // The browser forgets the session it had; nobody else knows its secret.
    if (request.caller !== null) await access.signOut(request.caller)
    request.cookie.set(secret)
    return { success: true, message: `${what} as "${username}"`, username }
  }
  return [
    route({
      method: 'post',
      path: '/auth/set-up',
      summary: 'Makes the first user, an admin, with the code from the log, and signs them in.',
      needs: 'anyone',
      body: Type.Object({ code: typed, ...credentials }, closed),
      handle: (request) =>
        enter(request, () => access.setUp({ ...request.body, network: request.network }), 'set up'),
    }),
    route({
      method: 'post',
      path: '/user/login',
      summary: 'Signs in; the answer sets a cookie.',
      needs: 'anyone',
      body: Type.Object(credentials, closed),
      handle: (request) =>
        enter(request, () => access.signIn({ ...request.body, network: request.network }), 'signed in'),
    }),
  ]
}

function ownRoutes(access: SignInHouse, auth: DoorAuth): Route[] {
  return [
    route({
      method: 'post',
      path: '/user/logout',
      summary: 'Ends the session of this browser.',
      needs: 'anyone',
      async handle({ caller, cookie }) {
        if (caller !== null) await access.signOut(caller)
        if (auth === 'password') cookie.clear()
        return { success: true, message: 'signed out' }
      },
    }),
    route({
      method: 'put',
      path: '/user/password',
      summary: "Changes the caller's own password and ends all their other sessions.",
      needs: 'house',
      body: Type.Object({ current_password: typed, new_password: typed }, closed),
      async handle(request) {
        const caller = callerIn(request)
        if (auth === 'none') throw noSignIn(auth)
        if (caller.via === 'token') throw new AppError('forbidden', 'a token cannot change a password')
        const { current_password: current, new_password: next } = request.body
        await access.changePassword(caller, { current, next, network: request.network })
        const message = 'your password is changed; your other devices are signed out, your API tokens go on'
        return { success: true, message }
      },
    }),
  ]
}

function noSignIn(auth: 'ingress' | 'none'): AppError {
  const why =
    auth === 'ingress'
      ? 'Home Assistant says who you are'
      : 'everybody on this machine may come in (option panel.auth)'
  return new AppError('disabled', `nobody signs in at this door: ${why}`)
}
