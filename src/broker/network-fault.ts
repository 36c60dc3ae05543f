import { errnoOf, messageOf } from '../core/error.ts'

interface Address {
  readonly url: string
  /** Certificates to trust, where the household named some. */
  readonly ca?: string
}

/** Why the network or TLS gave no connection, in words for people; undefined where the other side just hung up. */
export function networkFault(error: Error, address: Address): string | undefined {
  const code = errnoOf(error)
  if (code === undefined) return messageOf(error)
  if (hangUps.has(code)) return undefined
  return networkFaults.get(code) ?? certificateFault(error, { ...address, code }) ?? messageOf(error)
}

const hangUps: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

const noTls =
  'it does not speak TLS at that port: mqtts:// needs the port where the broker does, often 8883 (option mqtt.url)'

const networkFaults: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there (connection refused)'],
  ['ENOTFOUND', 'no host of that name is known'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up now'],
  ['EHOSTUNREACH', 'there is no way to that host'],
  ['ENETUNREACH', 'there is no way to that network'],
  ['ETIMEDOUT', 'it does not answer'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', noTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', noTls],
  [
    'CERT_HAS_EXPIRED',
    'its certificate, or that of the authority behind it, has expired: renew it at the broker, and in the file of mqtt.ca where the authority is yours',
  ],
  [
    'CERT_NOT_YET_VALID',
    'its certificate is not valid yet: set the clock of this machine and of the broker right',
  ],
])

/** Codes of certificates whose signer is not known or not trusted; OpenSSL has many names for it. */
const untrusted =
  /^(UNABLE_TO_(GET_ISSUER_CERT|GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|CERT_(UNTRUSTED|SIGNATURE_FAILURE)|INVALID_CA)$/

function certificateFault(
  error: Error,
  { url, ca, code }: Address & { readonly code: string },
): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for ${namesIn(error)}, not for ${new URL(url).hostname}: put one of its names into mqtt.url, or give the broker a certificate for this one`
  if (!untrusted.test(code)) return undefined
  return ca === undefined
    ? 'its certificate was signed by nobody whom this machine trusts: set mqtt.ca to the file with the certificate of the authority that signed it'
    : 'its certificate was not signed by the authority in the file of mqtt.ca: put the certificate of the one that signed it there'
}

/** Node hands the certificate out with the error; other names than those of hosts do not matter here. */
function namesIn(error: Error): string {
  const { subjectaltname = '', subject } = (error as { cert?: PeerNames }).cert ?? {}
  const names = subjectaltname.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  const known = names.filter((name) => name !== '')
  return known.length === 0 ? (subject?.CN ?? 'another name') : known.slice(0, 5).join(', ')
}

interface PeerNames {
  readonly subjectaltname?: string
  readonly subject?: { readonly CN?: string }
}
