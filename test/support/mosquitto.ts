import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as dial } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface RunningBroker {
  readonly url: string
  readonly port: number
  /** Kills it, as a loss of power does; with `gently` it may write down what it keeps. */
  stop(how?: 'gently'): Promise<void>
}

export interface MosquittoOptions {
  readonly port?: number
  /** The text of a password file; without it, everybody comes in. */
  readonly passwords?: string
  /** The text of an access list; without it, everybody may say and hear everything. */
  readonly acl?: string
  readonly largestPacketBytes?: number
  /** Unlike packets, it tells nobody how large a message may be. */
  readonly largestPayloadBytes?: number
  /** PEM texts; with them the listener speaks TLS alone. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Retained messages are kept in this folder over a restart; without it, in memory alone. */
  readonly persistence?: string
}

/** A real Mosquitto with nothing but a listener and what the options ask for. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<RunningBroker> {
  const port = options.port ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  const settings = [
    `user ${userInfo().username}`,
    `listener ${port} 127.0.0.1`,
    ...(await accessTo(folder, options)),
    ...(options.largestPacketBytes === undefined ? [] : [`max_packet_size ${options.largestPacketBytes}`]),
    ...(options.largestPayloadBytes === undefined
      ? []
      : [`message_size_limit ${options.largestPayloadBytes}`]),
    ...(await tlsIn(folder, options)),
    ...(await persistenceOf(options)),
  ]
  await writeFile(join(folder, 'broker.conf'), `${settings.join('\n')}\n`)
  const child = spawn('mosquitto', ['-c', join(folder, 'broker.conf')], { stdio: 'ignore' })
  const gone = once(child, 'exit')
  await answering(port)
  return {
    url: `${options.tls === undefined ? 'mqtt' : 'mqtts'}://127.0.0.1:${port}`,
    port,
    async stop(how) {
      child.kill(how === 'gently' ? 'SIGTERM' : 'SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function accessTo(folder: string, { passwords, acl }: MosquittoOptions): Promise<string[]> {
  const list = join(folder, 'acl')
  if (acl !== undefined) await writeFile(list, acl, { mode: 0o600 })
  const rights = acl === undefined ? [] : [`acl_file ${list}`]
  if (passwords === undefined) return ['allow_anonymous true', ...rights]
  const file = join(folder, 'passwords')
  await writeFile(file, passwords, { mode: 0o600 })
  return ['allow_anonymous false', `password_file ${file}`, ...rights]
}

async function tlsIn(folder: string, { tls }: MosquittoOptions): Promise<string[]> {
  if (tls === undefined) return []
  const certfile = join(folder, 'certificate.pem')
  const keyfile = join(folder, 'key.pem')
  await writeFile(certfile, tls.certificate)
  await writeFile(keyfile, tls.key, { mode: 0o600 })
  return [`certfile ${certfile}`, `keyfile ${keyfile}`]
}

async function persistenceOf({ persistence }: MosquittoOptions): Promise<string[]> {
  if (persistence === undefined) return ['persistence false']
  await mkdir(persistence, { recursive: true })
  return ['persistence true', `persistence_location ${persistence}/`]
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const socket = dial({ port, host: '127.0.0.1' })
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  throw new Error(`nothing listens on port ${port}`)
}
