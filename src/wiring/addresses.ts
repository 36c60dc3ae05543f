import { hostname, networkInterfaces } from 'node:os'
import { hostInUrl } from '../core/address.ts'
import type { Options } from '../options.ts'
import type { CloudAddresses } from './cloud-link.ts'
import { hostAddress } from './host-address.ts'
import type { Supervisor } from './supervisor.ts'

/** Yoto's own hosts. Source: yoto-protocol §1.2, §2, §3.1. */
const yotoAddresses = {
  apiUrl: 'https://api.yotoplay.com',
  authUrl: 'https://login.yotoplay.com',
  mqttUrl: 'wss://aqrphjqbp3u2z-ats.iot.eu-west-2.amazonaws.com',
} as const

/** The account's cloud as the options name it; null where no client id is set. */
export function cloudAddresses(yoto: Options['yoto']): CloudAddresses | null {
  if (yoto.client_id === null) return null
  return {
    apiUrl: yoto.api_url ?? yotoAddresses.apiUrl,
    authUrl: yoto.auth_url ?? yotoAddresses.authUrl,
    mqttUrl: yoto.mqtt_url ?? yotoAddresses.mqttUrl,
    clientId: yoto.client_id,
  }
}

interface MediaDoor {
  readonly host: string
  readonly port: number
}

interface PublicUrl {
  /** Without a slash at the end. */
  readonly address: string
  /** What a person has to mend; null where nothing is known to be wrong. */
  readonly problem: string | null
}

/**
 * What players are told: the option, else the first address of this machine in its network. In an app of Home Assistant
 * that is the address of the container, which no player reaches: there it is what the Supervisor says of the machine.
 */
export async function publicUrl(
  given: string | null,
  { host, port }: MediaDoor,
  supervisor: Supervisor | null,
): Promise<PublicUrl> {
  if (given !== null) return { address: given.replace(/\/+$/, ''), problem: null }
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const there =
    supervisor === null || !isEverywhere ? { host: null, port } : await hostAddress(supervisor, port)
  const name = there.host ?? (isEverywhere ? lanAddress() : host)
  return {
    address: `http://${hostInUrl(name)}:${there.port ?? port}`,
    problem: there.port === null ? unmapped(port) : null,
  }
}

function unmapped(port: number): string {
  return `players cannot fetch audio: port ${port}/tcp of this app leads nowhere. Give it a port under Network in the configuration of the app and start it again, or set public_url if a proxy leads there`
}

/** The first address of this machine in its network. */
export function lanAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return addresses.find((address) => address.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.1'
}

/** The names by which the network may know this machine. */
export function ownNames(): string[] {
  const name = hostname().toLowerCase()
  return name.includes('.') ? [name] : [name, `${name}.local`]
}
