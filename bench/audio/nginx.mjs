// nginx as a peer: one worker, as ours is one process, with what serves files fastest switched on.
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { sleep } from '../figures.mjs'
import { stopped } from './product.mjs'

/** Serves the files of a folder. */
export async function startNginx({ program, folder, files }) {
  const port = await freePort()
  await mkdir(join(folder, 'temp'), { recursive: true })
  const config = join(folder, 'nginx.conf')
  await writeFile(config, configOf({ folder, files, port }))
  const child = spawn(program, ['-p', folder, '-c', config, '-e', join(folder, 'error.log')], { stdio: 'inherit' })
  const kill = () => child.kill()
  process.once('exit', kill)
  await listening(port)
  return {
    pid: child.pid,
    port,
    async stop() {
      await stopped(child)
      process.off('exit', kill)
    },
  }
}

function configOf({ folder, files, port }) {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `  ${what}_temp_path ${join(folder, 'temp')};`,
  )
  return `daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
${places.join('\n')}
  types { audio/mpeg mp3; }
  access_log off;
  sendfile on;
  open_file_cache max=100;
  server {
    listen 127.0.0.1:${port};
    root ${files};
  }
}
`
}

/** A port that nobody listens on, for programs that cannot choose one themselves. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Resolves when somebody listens there. @throws Error when nobody does for ten seconds */
export async function listening(port) {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true) || socket.destroy())
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return
    await sleep(100)
  }
  throw new Error(`nobody listens on port ${port}`)
}
