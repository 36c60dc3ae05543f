import { Counts } from './counts.ts'
import type { Network } from './network.ts'

const grants = {
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  refresh_token: 'refresh_token',
  authorization_code: 'authorization_code',
} as const

/** How often the sign-in server was asked, and for what. */
export function tokenRequests(net: Network): Counts {
  const counts = new Counts()
  counts.add('codes', net.requests('POST /oauth/device/code'))
  for (const [name, type] of Object.entries(grants)) counts.add(name, net.grants(type))
  return counts
}
