import { type IncomingMessage, request } from 'node:http'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { socketPathFault } from '../http/control-door.ts'
import { controlSocket } from './control-socket.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api`. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: JsonObject
  /** Sent as they are, in place of `body`; `type` is their MIME type. */
  readonly bytes?: { readonly type: string; readonly data: Uint8Array }
}

/**
 * Has the program that runs with this data folder answer a REST call, as an administrator of this machine.
 * @throws AppError `unavailable` where none runs or its answer breaks off, `refused` with what it says is wrong with the call
 */
export function askRunning(data: string, call: Call): Promise<JsonObject> {
  return answered(data, call, async (answer) => {
    const type = answer.headers['content-type'] ?? ''
    if (type !== '' && !type.startsWith('application/json'))
      throw new AppError('refused', `the program answered with ${type.slice(0, 80)} in place of JSON`)
    const text = await textOf(answer)
    if (text === '') return {}
    const read = parseJsonObject(text)
    if (read !== undefined) return read
    throw new AppError('refused', 'the program answered with something else than a JSON object')
  })
}

/**
 * The same where the answer is a file; `take` is given its bytes as they come, and what goes wrong on the way is thrown
 * to it.
 * @throws AppError as `askRunning` does, and what `take` throws
 */
export function fetchRunning<Taken>(
  data: string,
  call: Call,
  take: (bytes: AsyncIterable<Uint8Array>) => Promise<Taken>,
): Promise<Taken> {
  return answered(data, call, (answer) => take(bytesOf(answer)))
}

// Making a card waits for Yoto, which is asked again where it is away. It is the longest silence, not the longest answer.
const longestMs = 150_000
// Of an answer that is held in memory; an account with thousands of cards has some megabytes.
const mostBytes = 64 * 1024 * 1024

async function answered<Taken>(
  data: string,
  call: Call,
  take: (answer: IncomingMessage) => Promise<Taken>,
): Promise<Taken> {
  const answer = await send(controlSocket(data), call)
  const { statusCode: status = 0 } = answer
  try {
    if (status >= 200 && status < 300) return await take(answer)
    throw refusal(status, await textOf(answer))
  } finally {
    answer.destroy()
  }
}

function refusal(status: number, text: string): AppError {
  const answer = parseJsonObject(text)
  const error = isJsonObject(answer?.error) ? answer.error : {}
  const message = typeof error.message === 'string' ? error.message : `the program answered ${status}`
  return new AppError('refused', message, { details: { status } })
}

/** Resolves once the program begins to answer. */
function send(socketPath: string, { method, path, body, bytes }: Call): Promise<IncomingMessage> {
  const fault = socketPathFault(socketPath)
  if (fault !== null) throw new AppError('unavailable', `${fault}: choose a shorter one with --data`)
  const sending =
    body === undefined ? bytes : { type: 'application/json', data: Buffer.from(JSON.stringify(body)) }
  const headers = {
    host: 'localhost',
    ...(sending === undefined
      ? {}
      : { 'content-type': sending.type, 'content-length': sending.data.byteLength }),
  }
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path: `/api${path}`, headers, agent: false }, resolve)
    sent.setTimeout(longestMs, () =>
      sent.destroy(new Error(`it has been silent for ${longestMs / 1000} seconds`)),
    )
    sent.on('error', (error) => reject(notReached(error)))
    sent.end(sending?.data)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of bytesOf(answer)) {
    length += piece.length
    if (length > mostBytes)
      throw new AppError(
        'too_large',
        `the program answers with more than ${mostBytes / 1024 / 1024} MB of JSON`,
      )
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

async function* bytesOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of answer) yield piece
  } catch (error) {
    throw new AppError(
      'unavailable',
      `the program broke off its answer (${messageOf(error)}): look whether it runs, and ask again`,
      { cause: error },
    )
  }
}

function notReached(error: Error): AppError {
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTDIR':
      return new AppError(
        'unavailable',
        'no program is running with this data folder: start it with npm start, or name the folder it runs with by --data',
      )
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'unavailable',
        'the program that runs with this data folder takes commands from its own user alone: call this as that user',
      )
    default:
      return new AppError('unavailable', `the program that runs cannot be asked: ${messageOf(error)}`)
  }
}
