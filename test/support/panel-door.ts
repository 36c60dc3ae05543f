import { fileURLToPath } from 'node:url'
import { FiniteStreams } from '../../src/audio/finite-streams.ts'
import type { Clock } from '../../src/core/clock.ts'
import { createPanelApp, type House } from '../../src/http/api/app.ts'
import type { FileBody, FiniteBody } from '../../src/http/finite-body.ts'
import type { DoorAuth } from '../../src/http/guard.ts'
import { Live, type LiveHouse } from '../../src/http/live.ts'
import { type Listener, listen } from '../../src/http/server.ts'
import { openTestAccess, type TestAccess } from './access.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A page as the build makes it, in little. */
export const panelPage = fileURLToPath(new URL('panel-page/', import.meta.url))

interface DoorOptions {
  readonly auth?: DoorAuth
  readonly hosts?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly newest?: (stream: string) => Promise<FileBody | null>
  readonly panel?: string
  readonly access?: TestAccess
  readonly clock?: Clock
}

/** The app of the panel door before the given house, not yet behind a port; its live events, of a run called `run`, are not yet started. */
export async function panelApp(house: House & LiveHouse, options: DoorOptions = {}) {
  const { auth = 'none', hosts = [], trustedProxies = [], clock = new VirtualClock() } = options
  const log = recordingLog()
  const live = new Live({ house, run: 'run', clock, log: recordingLog() })
  const app = createPanelApp({
    house,
    access: options.access ?? (await openTestAccess({ clock })),
    auth,
    hosts,
    trustedProxies,
    newest: options.newest ?? (async () => null),
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    live,
    panel: options.panel ?? panelPage,
    redactAll: (value) => value,
    clock,
    log,
  })
  return { app, live, log }
}

/** The panel door on a free port of loopback, before the given house. */
export async function openPanelDoor(
  house: House & LiveHouse,
  options: DoorOptions = {},
): Promise<Listener & { log: ReturnType<typeof recordingLog>; live: Live }> {
  const { app, live, log } = await panelApp(house, options)
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'panel', option: 'panel.port' })
  return { ...door, log, live }
}
