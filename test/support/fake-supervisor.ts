import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Supervisor } from '../../src/wiring/supervisor.ts'

export interface Told {
  readonly status: number
  readonly body: string
}

/** Stands in for Home Assistant's Supervisor: answers `GET /services/mqtt` with what it was last told. */
export interface FakeSupervisor {
  readonly supervisor: Supervisor
  /** What it was asked, with the token. */
  readonly asked: string[]
  answer(told: Told | 'nothing at all'): void
  stop(): Promise<void>
}

export async function fakeSupervisor(first: Told | 'nothing at all'): Promise<FakeSupervisor> {
  let told = first
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, answer) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    if (told === 'nothing at all') return
    answer.writeHead(told.status, { 'content-type': 'application/json' }).end(told.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    supervisor: { address: `http://127.0.0.1:${port}`, token: 'supervisor-token' },
    asked,
    answer(next) {
      told = next
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** The answer of a Supervisor that has a broker. */
export function brokerAt(service: Readonly<Record<string, unknown>>): Told {
  const data = { addon: 'core_mosquitto', host: '127.0.0.1', ssl: false, protocol: '3.1.1', ...service }
  return { status: 200, body: JSON.stringify({ result: 'ok', data }) }
}

export const noBroker: Told = {
  status: 400,
  body: JSON.stringify({ result: 'error', message: 'Service not enabled' }),
}
