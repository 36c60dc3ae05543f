import { FiniteStreams } from '../../src/audio/finite-streams.ts'
import { createPanelApp, type House } from '../../src/http/api/app.ts'
import type { FiniteBody } from '../../src/http/media.ts'
import { type Listener, listen } from '../../src/http/server.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The panel door on a free port of loopback, before the given house. */
export async function openPanelDoor(
  house: House,
  options: { auth?: 'ingress' | 'none'; hosts?: string[] } = {},
): Promise<Listener & { log: ReturnType<typeof recordingLog> }> {
  const log = recordingLog()
  const app = createPanelApp({
    house,
    auth: options.auth ?? 'none',
    hosts: options.hosts ?? [],
    newest: async () => null,
    listeners: new FiniteStreams<FiniteBody>({ clock: new VirtualClock() }),
    log,
  })
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'panel', option: 'panel.port' })
  return { ...door, log }
}
