import { isLoopback } from '../core/address.ts'
import { underSupervisor, usesEmbeddedBroker } from './defaults.ts'
import type { Environment } from './environment.ts'
import type { Options } from './schema.ts'
import { type Setting, wrong } from './setting.ts'

type Given = (path: string) => Setting

/**
 * What one option alone cannot tell. `setting` gives an option as it was set, for the message.
 * @throws AppError `invalid`
 */
export function checkTogether(options: Options, env: Environment, setting: Given): void {
  const embedded = usesEmbeddedBroker(options, env)
  checkDoors(options, setting)
  checkPorts(options, embedded, setting)
  checkLocation(options, setting)
  checkHomeAssistant(options, setting)
  checkSpeech(options, env, setting)
  if (embedded) checkCredentials(options, setting)
  else checkForeignBroker(options, setting)
  const { mqtt } = options
  if (mqtt.base_topic === mqtt.discovery_prefix)
    throw wrong(setting('mqtt.base_topic'), 'another topic than that of mqtt.discovery_prefix')
}

/** Nothing listens beyond this machine without a guard. */
function checkDoors({ panel }: Options, setting: Given): void {
  if (panel.auth === 'none' && !isLoopback(panel.host))
    throw wrong(
      setting('panel.host'),
      'a loopback address such as 127.0.0.1, because panel.auth is none and everybody in the network could use the panel; set panel.auth to password to open it to the network',
    )
}

function checkPorts({ panel, media, direct, mqtt }: Options, embedded: boolean, setting: Given): void {
  const taken = new Map<number, string>()
  const ports: [string, number][] = [
    ['panel.port', panel.port],
    ['media.port', media.port],
  ]
  if (direct.port !== null) ports.push(['direct.port', direct.port])
  if (embedded) ports.push(['mqtt.port', mqtt.port])
  for (const [path, port] of ports) {
    const other = taken.get(port)
    if (port !== 0 && other !== undefined) throw wrong(setting(path), `another port than that of ${other}`)
    taken.set(port, path)
  }
}

/** Half of a place would leave rules without the sun, and whoever set it would wonder. */
function checkLocation({ location }: Options, setting: Given): void {
  if ((location.latitude === null) === (location.longitude === null)) return
  const [given, missing] =
    location.latitude === null
      ? ['location.longitude', 'location.latitude']
      : ['location.latitude', 'location.longitude']
  throw wrong(setting(given), `${missing} beside it: both together say where the sun is seen from`)
}

/** Half of a way leads nowhere. */
function checkHomeAssistant({ homeassistant: { url, token } }: Options, setting: Given): void {
  if ((url === null) === (token === null)) return
  const [given, missing] =
    url === null
      ? [
          'homeassistant.token',
          'homeassistant.url beside it: where Home Assistant is, such as http://192.168.1.10:8123',
        ]
      : [
          'homeassistant.url',
          'homeassistant.token beside it: a long-lived token, made under your profile there (Security)',
        ]
  throw wrong(setting(given), missing)
}

/** A voice that nobody can ask would leave stories silent. */
function checkSpeech({ speech, homeassistant }: Options, env: Environment, setting: Given): void {
  if (speech.provider === 'wyoming' && speech.wyoming_url === null)
    throw wrong(
      setting('speech.provider'),
      'speech.wyoming_url beside it: the server that speaks, such as tcp://192.168.1.2:10200',
    )
  if (speech.provider === 'home_assistant' && homeassistant.url === null && !underSupervisor(env))
    throw wrong(
      setting('speech.provider'),
      'homeassistant.url and homeassistant.token beside it, because Home Assistant did not start this program; or another provider: wyoming can use the same Piper server',
    )
}

/** Half of a sign-in would leave the embedded broker open, and whoever set it would think it closed. */
function checkCredentials({ mqtt }: Options, setting: Given): void {
  if ((mqtt.username === null) === (mqtt.password === null)) return
  const [given, missing] =
    mqtt.username === null ? ['mqtt.password', 'mqtt.username'] : ['mqtt.username', 'mqtt.password']
  throw wrong(setting(given), `${missing} beside it: the embedded broker asks for both or for neither`)
}

/** What would have no effect, although whoever set it believes to be safe. */
function checkForeignBroker({ mqtt }: Options, setting: Given): void {
  if (mqtt.username === null && mqtt.password !== null)
    throw wrong(
      setting('mqtt.password'),
      'mqtt.username beside it: no broker takes a password without a user name',
    )
  if (mqtt.ca !== null && mqtt.url.startsWith('mqtt://'))
    throw wrong(
      setting('mqtt.ca'),
      'mqtts:// in mqtt.url beside it: without TLS there is no certificate to check',
    )
}
