import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a sign-in server and notes every secret that passes, in either direction. */
export interface RecordingProxy {
  readonly url: string
  readonly secrets: ReadonlySet<string>
  stop(): Promise<void>
}

const secretFields = ['access_token', 'refresh_token', 'id_token', 'device_code']

export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const secrets = new Set<string>()
  const note = (value: unknown) => {
    if (typeof value === 'string' && value !== '') secrets.add(value)
  }
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    for (const field of secretFields) note(new URLSearchParams(body).get(field))
    const answer = await fetch(target + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      ...(body === '' ? {} : { body }),
    })
    const text = await answer.text()
    for (const field of secretFields) note((JSON.parse(text) as Record<string, unknown>)[field])
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
