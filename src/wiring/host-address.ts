import { isIPv4 } from 'node:net'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { askSupervisor, type Supervisor } from './supervisor.ts'

/** How the network reaches a port of the container, as Home Assistant's Supervisor has it. */
export interface HostAddress {
  /** Of the machine in its network; null where the Supervisor does not say. */
  readonly host: string | null
  /** On that machine; null where the port is mapped to none. */
  readonly port: number | null
}

/**
 * Asks for the address of the machine (`GET /network/info`) and the port of it that leads to `port` of the container
 * (`GET /addons/self/info`). What is not to be had is as if nobody had mapped anything else: never rejects.
 */
export async function hostAddress(supervisor: Supervisor, port: number): Promise<HostAddress> {
  const [network, self] = await Promise.all([
    dataOf(supervisor, '/network/info'),
    dataOf(supervisor, '/addons/self/info'),
  ])
  return { host: hostIn(network), port: portIn(self, port) }
}

async function dataOf(supervisor: Supervisor, path: string): Promise<JsonObject> {
  const { text } = await askSupervisor(supervisor, { path }).catch(() => ({ text: '' }))
  const { data } = parseJsonObject(text) ?? {}
  return isJsonObject(data) ? data : {}
}

function hostIn({ interfaces }: JsonObject): string | null {
  const up = (Array.isArray(interfaces) ? interfaces : [])
    .filter(isJsonObject)
    .filter(({ enabled, connected }) => enabled !== false && connected !== false)
  // The one by which the machine reaches the rest of the world comes first.
  const ordered = [
    ...up.filter(({ primary }) => primary === true),
    ...up.filter((one) => one.primary !== true),
  ]
  return ordered.flatMap(({ ipv4 }) => (isJsonObject(ipv4) ? addressesIn(ipv4) : []))[0] ?? null
}

/** Each is said with the length of its network: `192.168.1.20/24`. */
function addressesIn({ address, ip_address: single }: JsonObject): string[] {
  const said = Array.isArray(address) ? address : [single]
  return said
    .flatMap((one) => (typeof one === 'string' ? [one.split('/')[0] ?? ''] : []))
    .filter((one) => isIPv4(one) && !/^(127|169\.254|0)\./.test(one))
}

/** With the network of the machine itself there is no list, and the port is its own. */
function portIn({ network }: JsonObject, port: number): number | null {
  if (!isJsonObject(network)) return port
  const mapped = network[`${port}/tcp`]
  if (mapped === null) return null
  return typeof mapped === 'number' && Number.isInteger(mapped) && mapped > 0 && mapped < 65_536
    ? mapped
    : port
}
