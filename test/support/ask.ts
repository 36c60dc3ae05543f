import { type IncomingMessage, request } from 'node:http'

export interface Asked {
  readonly method?: string
  /** Below `/api`. */
  readonly path: string
  readonly headers?: Record<string, string>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly cookie?: string | undefined
  readonly token?: string | undefined
  /** The address of this machine that it is sent from. */
  readonly from?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Answered
  /** Name and value of the cookie that it sets. */
  readonly cookie: string | undefined
}

/** What tests read of answers. */
export interface Answered {
  readonly error?: { readonly code: string; readonly message: string; readonly details?: object }
  readonly [key: string]: unknown
}

/** `fetch` may not set Host, Origin, Cookie or where a request comes from; this may. Brings JSON. */
export async function ask(door: { readonly port: number }, asked: Asked): Promise<Answer> {
  const answer = await open(door, asked)
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  const [set] = answer.headers['set-cookie'] ?? []
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: text.startsWith('{') ? JSON.parse(text) : { text },
    cookie: set?.split(';')[0],
  }
}

/** By `fetch`, where nothing is sent that it may not set. */
export function send(
  door: { readonly url: string },
  { method = 'GET', path, headers, body }: Pick<Asked, 'method' | 'path' | 'headers' | 'body'>,
): Promise<Response> {
  return fetch(`${door.url}/api${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** As `ask`, while it is still being answered. */
export function open(door: { readonly port: number }, asked: Asked): Promise<IncomingMessage> {
  const { path, body, cookie, token, from } = asked
  const { method = body === undefined ? 'GET' : 'POST' } = asked
  // As bytes: with a text, Node would write the headers in its encoding.
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const headers = {
    ...(bytes === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...asked.headers,
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: door.port,
        method,
        path: `/api${path}`,
        headers,
        agent: false,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      resolve,
    )
    sent.on('error', reject)
    sent.end(bytes)
  })
}
