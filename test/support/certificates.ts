import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** PEM texts. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

const run = promisify(execFile)
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate authority of one's own, as a household makes it. */
export function authority(name: string): Promise<Certificate> {
  return inFolder(async (folder) => {
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
    const made = ['-subj', `/CN=${name}`, '-days', '30', '-keyout', key, '-out', certificate]
    await run('openssl', ['req', '-x509', ...newKey, ...made])
    return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') }
  })
}

/** What the authority signs for a broker; `days` below zero make one that has expired. */
export function signedBy(
  signer: Certificate,
  { name = 'IP:127.0.0.1', days = 30 }: { name?: string; days?: number } = {},
): Promise<Certificate> {
  return inFolder(async (folder) => {
    const at = (file: string) => join(folder, file)
    await writeFile(at('ca'), signer.certificate)
    await writeFile(at('ca-key'), signer.key)
    await writeFile(at('names'), `subjectAltName=${name}`)
    await run('openssl', ['req', ...newKey, '-subj', '/CN=broker', '-keyout', at('key'), '-out', at('wish')])
    const signature = ['-CA', at('ca'), '-CAkey', at('ca-key'), '-CAcreateserial', '-days', String(days)]
    const out = ['-extfile', at('names'), '-out', at('certificate')]
    await run('openssl', ['x509', '-req', '-in', at('wish'), ...signature, ...out])
    return { key: await readFile(at('key'), 'utf8'), certificate: await readFile(at('certificate'), 'utf8') }
  })
}

async function inFolder<Made>(make: (folder: string) => Promise<Made>): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'))
  try {
    return await make(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
