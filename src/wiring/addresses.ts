import { hostname, networkInterfaces } from 'node:os'
import { hostInUrl } from '../core/address.ts'
import type { Options } from '../options.ts'
import type { CloudAddresses } from './cloud-link.ts'

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

/** What players are told: the option, else the first address of this machine in its network. Without a slash at the end. */
export function publicUrl(
  given: string | null,
  media: { readonly host: string; readonly port: number },
): string {
  if (given !== null) return given.replace(/\/+$/, '')
  const everywhere = media.host === '0.0.0.0' || media.host === '::'
  const host = everywhere ? lanAddress() : media.host
  return `http://${hostInUrl(host)}:${media.port}`
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
