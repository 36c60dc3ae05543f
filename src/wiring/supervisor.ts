import { AppError } from '../core/error.ts'
import { lateAfter } from '../core/late.ts'

/** Home Assistant's Supervisor, as the app it started may call it. */
export interface Supervisor {
  /** `http://supervisor` inside Home Assistant. */
  readonly address: string
  /** New at every start of the app. */
  readonly token: string
}

interface Call {
  readonly method?: 'GET' | 'POST'
  /** Begins with `/`. */
  readonly path: string
  readonly signal?: AbortSignal
  /** What people can do without its answer. */
  readonly wayOut?: string
}

const answerMs = 5000

/**
 * Calls the Supervisor, and brings its answer whatever that says.
 * @throws AppError `unavailable` where there is none within five seconds.
 */
export async function askSupervisor(
  { address, token }: Supervisor,
  { method = 'GET', path, signal, wayOut }: Call,
): Promise<{ readonly status: number; readonly text: string }> {
  const tooLate = lateAfter(answerMs)
  try {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: signal === undefined ? tooLate : AbortSignal.any([signal, tooLate]),
    })
    return { status: answer.status, text: await answer.text() }
  } catch (cause) {
    // Causes of fetch say little to people, and one of them differs from try to try.
    const silence = 'the Supervisor of Home Assistant does not answer'
    throw new AppError('unavailable', wayOut === undefined ? silence : `${silence}; ${wayOut}`, { cause })
  }
}
