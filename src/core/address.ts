/** A host as it stands in an address: IPv6 goes into brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Reachable from this machine only. Names are not resolved: only `localhost` is believed. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost' || name === '::1') return true
  const mapped = '::ffff:'
  return isInLoopbackNetwork(name.startsWith(mapped) ? name.slice(mapped.length) : name)
}

/** 127.0.0.0/8, written in full: `127.1` and `127.0.0.01` mean different things to different readers. */
function isInLoopbackNetwork(address: string): boolean {
  const parts = address.split('.')
  const isWhole =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return isWhole && parts[0] === '127'
}
