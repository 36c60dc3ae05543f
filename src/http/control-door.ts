import { chmod, lstat, unlink } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { App } from './server.ts'

export interface ControlDoor {
  serve(app: App): void
  stop(): Promise<void>
}

// What Linux has room for in the address of a socket, less the sign that ends it.
const mostPathBytes = 107
const readAndWriteByOwner = 0o600
// All that a file may be given, but for the owner's reading and writing.
const onlyOwner = 0o177
const farewellMs = 500

/** Why no socket can be there; null where one can. */
export function socketPathFault(path: string): string | null {
  const bytes = Buffer.byteLength(path)
  return bytes <= mostPathBytes
    ? null
    : `the path of the data folder is too long for a socket in it (${bytes} bytes with the socket's name, and ${mostPathBytes} may be)`
}

/**
 * Listens on a socket in the file system, for whoever runs programs as the same user. A socket that nobody listens on
 * any more is replaced.
 * @throws AppError `unavailable` where there can be none, or another program listens there
 */
export async function openControlDoor(path: string): Promise<ControlDoor> {
  const fault = socketPathFault(path)
  if (fault !== null) throw new AppError('unavailable', fault)
  await removeStale(path)
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end()
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new AppError('unavailable', `no socket can be made: ${messageOf(error)}`, { cause: error })),
    )
    // The file is there when this call returns, and nobody else may open it from its first moment.
    const before = process.umask(onlyOwner)
    try {
      server.listen(path, resolve)
    } finally {
      process.umask(before)
    }
  })
  // Some file systems give files other rights than they were asked for.
  await chmod(path, readAndWriteByOwner)
  return {
    serve(app) {
      handle = app.callback()
    },
    // Node removes the file.
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const farewell = setTimeout(() => server.closeAllConnections(), farewellMs)
      await closed
      clearTimeout(farewell)
    },
  }
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null
    throw new AppError('unavailable', `no socket can be made: ${messageOf(error)}`, { cause: error })
  })
  if (found === null) return
  if (!found.isSocket())
    throw new AppError('unavailable', 'where the socket belongs lies something else: move it away')
  if (await isListenedOn(path))
    throw new AppError('unavailable', 'another program listens on the socket in the data folder')
  await unlink(path)
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error) => resolve(errnoOf(error) !== 'ECONNREFUSED'))
  })
}
