import { isLoopback } from './formats.ts'
import type { Options } from './schema.ts'
import { type Setting, wrong } from './setting.ts'

/**
 * What one option alone cannot tell. `setting` gives an option as it was set, for the message.
 * @throws AppError `invalid`
 */
export function checkTogether(options: Options, setting: (path: string) => Setting): void {
  checkDoors(options, setting)
  checkPorts(options, setting)
  const { mqtt, location, speech } = options
  if (mqtt.base_topic === mqtt.discovery_prefix)
    throw wrong(setting('mqtt.base_topic'), 'another topic than that of mqtt.discovery_prefix')
  if ((location.latitude === null) !== (location.longitude === null)) {
    const [missing, given] =
      location.latitude === null ? ['latitude', 'longitude'] : ['longitude', 'latitude']
    throw wrong(setting(`location.${missing}`), `a number, because location.${given} is set`)
  }
  if (speech.provider === 'wyoming' && speech.wyoming_url === null)
    throw wrong(setting('speech.wyoming_url'), 'tcp://host:port, because speech.provider is wyoming')
}

/** Nothing listens beyond this machine without a guard. */
function checkDoors({ panel, direct }: Options, setting: (path: string) => Setting): void {
  if (panel.auth === 'password')
    throw wrong(
      setting('panel.auth'),
      'ingress or none: the sign-in with a password is not part of this version yet',
    )
  if (direct.port !== null)
    throw wrong(
      setting('direct.port'),
      'nothing: the direct door needs the sign-in with a password, which is not part of this version yet',
    )
  if (panel.auth === 'none' && !isLoopback(panel.host))
    throw wrong(
      setting('panel.host'),
      'a loopback address such as 127.0.0.1, because panel.auth is none and everybody in the network could use the panel',
    )
}

function checkPorts({ panel, media, mqtt }: Options, setting: (path: string) => Setting): void {
  const taken = new Map<number, string>()
  const ports: [string, number][] = [
    ['panel.port', panel.port],
    ['media.port', media.port],
  ]
  if (mqtt.url === 'embedded') ports.push(['mqtt.port', mqtt.port])
  for (const [path, port] of ports) {
    const other = taken.get(port)
    if (port !== 0 && other !== undefined) throw wrong(setting(path), `another port than that of ${other}`)
    taken.set(port, path)
  }
}
