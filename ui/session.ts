import type { Session } from './access.ts'
import { doubtSession, RequestError, send, statusOf } from './request.ts'

export function fetchSession(): Promise<Session> {
  return send('GET', 'auth/status')
}

/** What has to happen before somebody may come in; null for nothing. */
export function missingFor({ auth, set_up, user }: Session): 'set-up' | 'sign-in' | null {
  if (auth !== 'password' || user !== null) return null
  return set_up ? 'sign-in' : 'set-up'
}

/** @throws RequestError 401 for a wrong name or password, 429 after too many. */
export async function signIn(credentials: { username: string; password: string }): Promise<void> {
  await send('POST', 'user/login', credentials)
}

/**
 * Makes an administrator and signs them in; resolves too where somebody else was quicker.
 * @throws RequestError 403 for a wrong code; 409 or 422 with the fields that cannot be so, 429 after too many tries.
 */
export async function setUp(first: { code: string; username: string; password: string }): Promise<void> {
  try {
    await send('POST', 'auth/set-up', first)
  } catch (error) {
    // One that names a field is about the name: somebody has it already.
    const isDone = error instanceof RequestError && error.status === 409 && error.fields.length === 0
    if (!isDone) throw error
  }
}

export async function signOut(): Promise<void> {
  await send('POST', 'user/logout')
}

/** @throws RequestError 403 where the current password is wrong, which says nothing against the session. */
export async function changePassword(change: {
  current_password: string
  new_password: string
}): Promise<void> {
  try {
    await send('PUT', 'user/password', change)
  } catch (error) {
    if (statusOf(error) === 401) doubtSession()
    throw error
  }
}

/** Tells the page around everything that who is signed in, or what they may do, has changed. */
export function sessionChanged(element: EventTarget): void {
  element.dispatchEvent(new CustomEvent('session-changed', { bubbles: true, composed: true }))
}
