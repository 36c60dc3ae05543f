import type { Session } from './access.ts'
import { ask, send, statusOf } from './request.ts'

// What a product says that asks nobody who they are.
const openHouse: Session = { auth: 'none', set_up: true, signed_in: false, user: null }

export async function fetchSession(): Promise<Session> {
  try {
    return await send<Session>('GET', 'auth/status')
  } catch (error) {
    if (statusOf(error) === 404) return openHouse
    throw error
  }
}

/** What has to happen before somebody may come in; null for nothing. */
export function missingFor({ auth, set_up, user }: Session): 'set-up' | 'sign-in' | null {
  if (auth !== 'password') return null
  if (!set_up) return 'set-up'
  return user === null ? 'sign-in' : null
}

/** @throws RequestError 401 for a wrong name or password, 429 after too many. */
export async function signIn(credentials: { username: string; password: string }): Promise<void> {
  await send('POST', 'user/login', credentials)
}

/** Makes the first user and signs them in. */
export async function setUp(first: { code: string; username: string; password: string }): Promise<void> {
  await send('POST', 'auth/set-up', first)
}

export async function signOut(): Promise<void> {
  await send('POST', 'user/logout')
}

/** @throws RequestError 403 where the current password is wrong. */
export async function changePassword(change: {
  current_password: string
  new_password: string
}): Promise<void> {
  await ask('PUT', 'user/password', change)
}

/** Tells the page around everything that who is signed in, or what they may do, has changed. */
export function sessionChanged(element: EventTarget): void {
  element.dispatchEvent(new CustomEvent('session-changed', { bubbles: true, composed: true }))
}
