import { request } from 'node:http'
import { join } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { type ControlDoor, openControlDoor, socketPathFault } from '../http/control-door.ts'

/** Where the program that runs listens for commands on this machine. */
export function controlSocket(data: string): string {
  return join(data, 'control.sock')
}

/** Opens the door for commands; without it the program runs all the same, and commands say that they cannot reach it. */
export async function openControl(data: string, log: Log): Promise<ControlDoor | null> {
  try {
    return await openControlDoor(controlSocket(data))
  } catch (error) {
    log.warn('commands that are sent to this program, such as card, cannot reach it', {
      reason: messageOf(error),
    })
    return null
  }
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api`. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: JsonObject
}

/**
 * Has the program that runs with this data folder answer a REST call, as an administrator of this machine.
 * @throws AppError `unavailable` where none runs, and what the program says is wrong with the call
 */
export async function askRunning(data: string, { method, path, body }: Call): Promise<JsonObject> {
  const { status, text } = await send(controlSocket(data), { method, path, body })
  const answer = parseJsonObject(text)
  if (status === 200 && answer !== undefined) return answer
  const error = isJsonObject(answer?.error) ? answer.error : {}
  const message = typeof error.message === 'string' ? error.message : `the program answered ${status}`
  throw new AppError('refused', message, { details: { status } })
}

// Making a card waits for Yoto, which is asked again where it is away.
const longestMs = 150_000

function send(
  socketPath: string,
  { method, path, body }: { method: string; path: string; body: JsonObject | undefined },
): Promise<{ status: number; text: string }> {
  const fault = socketPathFault(socketPath)
  if (fault !== null) throw new AppError('unavailable', `${fault}: choose a shorter one with --data`)
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const headers = {
    host: 'localhost',
    ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': bytes.length }),
  }
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path: `/api${path}`, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        text += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.on('error', (error) => reject(notReached(error)))
    })
    sent.setTimeout(longestMs, () =>
      sent.destroy(new Error(`it has not answered for ${longestMs / 1000} seconds`)),
    )
    sent.on('error', (error) => reject(notReached(error)))
    sent.end(bytes)
  })
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
