import type { Context } from 'koa'
import { type Clock, every } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { type Caller, type Need, reaches } from '../core/role.ts'
import { type DoorAuth, isSupervisor } from './guard.ts'
import type { SessionCookie } from './session-cookie.ts'

/** Knows who is behind what a request carries; `access/` does. */
export interface Gatekeeper {
  bySession(secret: string): Caller | null
  /** Lets the session of a caller last longer; whether it now does. */
  extend(caller: Caller): boolean
  byToken(token: string): Caller | null
  /** Somebody new becomes a user. */
  byIngress(identity: { id: string; name: string }): Promise<Caller>
  /** Nobody does. */
  knownByIngress(id: string): Caller | null
  /** Calls `run` whenever somebody may do less than before, until the returned function is called. */
  onLoss(run: () => void): () => void
}

export interface Admission {
  /**
   * Whoever asks; null only where the call needs nobody.
   * @throws AppError `unauthorized` where nobody is signed in, `forbidden` where they may not do this.
   */
  admit(ctx: Context, need: Need): Promise<Caller | null>
  /** Calls `end` when a request that is still being answered would not be admitted again, until the returned function is called. */
  whileAdmitted(ctx: Context, need: Need, end: () => void): () => void
}

interface AdmissionOptions {
  readonly auth: DoorAuth
  readonly access: Gatekeeper
  readonly cookie: SessionCookie
  readonly clock: Clock
}

// Nobody tells when a session runs out.
const lookAgainMs = 20_000

/** Decides at one door who a request is from and what they may do. */
export function admissionAt(options: AdmissionOptions): Admission {
  const { auth, access, cookie, clock } = options
  return {
    async admit(ctx, need) {
      const caller = await callerOf(ctx, options)
      if (caller === null) {
        if (need === 'anyone') return null
        throw strangerAt(auth)
      }
      if (!reaches(caller.scope, need)) throw beyond(caller, need)
      const secret = caller.via === 'session' ? cookie.read(ctx) : null
      if (secret !== null && access.extend(caller)) cookie.set(ctx, secret)
      return caller
    },
    whileAdmitted(ctx, need, end) {
      const look = () => {
        const caller = knownCaller(ctx, options)
        if (caller === null || !reaches(caller.scope, need)) end()
      }
      const stops = [every(clock, lookAgainMs, look), access.onLoss(look)]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

/** Whoever asks at a door that only this machine reaches. */
export const thisMachine: Caller = {
  user: { id: 'local', username: 'this machine', role: 'admin', players: [], cards: [] },
  scope: 'admin',
  via: 'this machine',
  session: null,
}

async function callerOf(ctx: Context, options: AdmissionOptions): Promise<Caller | null> {
  if (options.auth !== 'ingress') return knownCaller(ctx, options)
  const identity = ingressIdentity(ctx)
  return identity === null ? null : options.access.byIngress(identity)
}

/** Whoever asks, without making anybody a user by it. */
function knownCaller(ctx: Context, { auth, access, cookie }: AdmissionOptions): Caller | null {
  switch (auth) {
    // Only this machine reaches such a door.
    case 'none':
      return thisMachine
    case 'ingress':
      return access.knownByIngress(ingressIdentity(ctx)?.id ?? '')
    case 'password': {
      // Other schemes are for a proxy before us, and the browser sends them along with our cookie.
      const bearer = /^Bearer(?:\s+(.*))?$/i.exec(ctx.get('authorization'))
      if (bearer !== null) return access.byToken(bearer[1] ?? '')
      const secret = cookie.read(ctx)
      return secret === null ? null : access.bySession(secret)
    }
  }
}

/** Who Home Assistant says this is. The Supervisor takes these headers from browsers off; anybody else may make them up. */
function ingressIdentity(ctx: Context): { id: string; name: string } | null {
  const id = ctx.get('x-remote-user-id')
  if (!isSupervisor(ctx) || !/^[\w-]{1,64}$/.test(id)) return null
  return { id, name: textOf(ctx, 'x-remote-user-display-name') || textOf(ctx, 'x-remote-user-name') }
}

/** Node reads headers as Latin-1; the Supervisor writes them in UTF-8. */
function textOf(ctx: Context, header: string): string {
  return Buffer.from(ctx.get(header), 'latin1').toString('utf8')
}

function strangerAt(auth: DoorAuth): AppError {
  if (auth !== 'ingress') return new AppError('unauthorized', 'sign in first, or send an API token')
  return new AppError(
    'forbidden',
    'Home Assistant did not say who you are: open the panel from its sidebar, and update Home Assistant if that does not help',
  )
}

function beyond({ via, user }: Caller, need: Need): AppError {
  const who = via === 'token' ? 'this token' : `a user with the role ${user.role}`
  return new AppError('forbidden', `${who} may not do this: it needs ${needed[need]}`)
}

const needed: Readonly<Record<Need, string>> = {
  anyone: 'nobody',
  kid: 'somebody who is signed in',
  house: 'a member of the household',
  admin: 'an admin',
}
