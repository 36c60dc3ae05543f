/** An address of the interface, whatever prefix the page itself came from behind. */
export function apiUrl(path: string): string {
  return new URL(`api/${path}`, document.baseURI).href
}

/** What the product refused, in its own words. */
export class RequestError extends Error {
  readonly status: number
  /** For how many seconds it wants to be left alone; null where it does not say. */
  readonly retryAfterS: number | null
  /** The fields of the body that are wrong, where it says so. */
  readonly fields: readonly string[]
  /** What else it says of the refusal, as each call has it. */
  readonly details: unknown

  constructor(answer: Response, json: unknown) {
    const { message, details } = errorOf(json)
    super(typeof message === 'string' ? message : `HTTP ${answer.status}`)
    this.name = 'RequestError'
    this.status = answer.status
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    this.retryAfterS = Number.isFinite(seconds) && seconds > 0 ? seconds : null
    this.fields = fieldsOf(details)
    this.details = details
  }
}

/** The document hears it when an answer speaks against what is known of who sits before the page. */
export const sessionDoubted = 'session-doubted'

export function doubtSession(): void {
  document.dispatchEvent(new Event(sessionDoubted))
}

/**
 * Asks the interface and brings its answer. One that says that nobody is signed in, or that they may not do this,
 * casts doubt on the session: whoever is signed in now may be somebody else, or may do less than before.
 * @throws RequestError with the product's own words for why it did not do it; TypeError where it cannot be reached.
 */
export async function ask<Answer>(
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  try {
    return await send<Answer>(method, path, body, headers)
  } catch (error) {
    const status = statusOf(error)
    if (status === 401 || status === 403) doubtSession()
    throw error
  }
}

/** As `ask`, for calls whose refusal says nothing against the session. */
export async function send<Answer>(
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(apiUrl(path), {
    method,
    ...(body === undefined
      ? { headers }
      : { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }),
  })
  const json = (await answer.json().catch(() => null)) as unknown
  if (answer.ok) return json as Answer
  throw new RequestError(answer, json)
}

/** The status the product answered with; null for what is no answer of it. */
export function statusOf(error: unknown): number | null {
  return error instanceof RequestError ? error.status : null
}

function errorOf(json: unknown): { message?: unknown; details?: unknown } {
  return (json as { error?: { message?: unknown; details?: unknown } } | null)?.error ?? {}
}

function fieldsOf(details: unknown): string[] {
  const fields = (details as { fields?: unknown } | undefined)?.fields
  if (!Array.isArray(fields)) return []
  return fields.flatMap((entry: { field?: unknown } | null) =>
    typeof entry?.field === 'string' ? entry.field : [],
  )
}
