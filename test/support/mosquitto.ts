import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect as dial } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export interface RunningBroker {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

/** A real Mosquitto with nothing but a listener, and password protection where asked for. */
export async function startMosquitto(
  options: { port?: number; passwords?: string } = {},
): Promise<RunningBroker> {
  const port = options.port ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  const passwordFile = join(folder, 'passwords')
  if (options.passwords !== undefined) await writeFile(passwordFile, options.passwords, { mode: 0o600 })
  const access = options.passwords === undefined ? 'allow_anonymous true' : `password_file ${passwordFile}`
  await writeFile(
    join(folder, 'broker.conf'),
    `user ${userInfo().username}\nlistener ${port} 127.0.0.1\n${access}\n`,
  )
  const child = spawn('mosquitto', ['-c', join(folder, 'broker.conf')], { stdio: 'ignore' })
  const gone = once(child, 'exit')
  await answering(port)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    async stop() {
      child.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
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
