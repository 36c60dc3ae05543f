import type { Perform } from '../core/effect.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { PlayerState } from '../core/player.ts'

/** What `<base>/bridge/response/<what>` says; the request's `transaction` comes back as it was. */
export type Answer = ({ readonly status: 'ok'; readonly data: unknown } | Failure) & {
  readonly transaction?: string | number
}

interface Failure {
  readonly status: 'error'
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown }
}

export interface RequestPorts {
  info(): unknown
  players(): readonly PlayerState[]
  readonly perform: Perform
}

type Outcome = { readonly status: 'ok'; readonly data: unknown } | Failure
type Reply = (ports: RequestPorts) => Outcome | Promise<Outcome>

/** Everything that can be asked under `<base>/bridge/request/`. */
const replies: ReadonlyMap<string, Reply> = new Map<string, Reply>([
  ['info', (ports) => ({ status: 'ok', data: ports.info() })],
  ['players/refresh', refreshPlayers],
])

const longestTransaction = 128

/** Answers one request; the payload is empty, a plain value or a JSON object with a `transaction`. Never throws. */
export async function answerRequest(
  request: { readonly what: string; readonly payload: string },
  ports: RequestPorts,
): Promise<Answer> {
  const outcome = await outcomeOf(request.what, ports)
  const transaction = transactionOf(request.payload)
  return transaction === undefined ? outcome : { ...outcome, transaction }
}

async function outcomeOf(what: string, ports: RequestPorts): Promise<Outcome> {
  const reply = replies.get(what)
  if (reply === undefined) {
    const known = [...replies.keys()].join(', ')
    return failure('unknown_request', `unknown request "${what.slice(0, 80)}", known: ${known}`)
  }
  try {
    return await reply(ports)
  } catch (error) {
    return failure(codeOf(error), messageOf(error))
  }
}

async function refreshPlayers({ players, perform }: RequestPorts): Promise<Outcome> {
  const results = await Promise.all(
    players().map(async ({ id }) => {
      try {
        await perform(
          { kind: 'command', player: id, command: { type: 'refresh' } },
          'MQTT request players/refresh',
        )
        return { id }
      } catch (error) {
        return { id, failure: { code: codeOf(error), message: messageOf(error) } }
      }
    }),
  )
  const failed = results.filter((result) => result.failure !== undefined)
  const first = failed[0]?.failure
  if (first !== undefined && failed.length === results.length)
    return { status: 'error', error: { ...first, details: { failed } } }
  const refreshed = results.filter((result) => result.failure === undefined).map(({ id }) => id)
  return { status: 'ok', data: { refreshed, failed } }
}

function transactionOf(payload: string): string | number | undefined {
  try {
    const value: unknown = JSON.parse(payload)
    const given =
      typeof value === 'object' && value !== null && 'transaction' in value ? value.transaction : undefined
    if (typeof given === 'string') return given.slice(0, longestTransaction)
    return typeof given === 'number' ? given : undefined
  } catch {
    return undefined
  }
}

function failure(code: string, message: string): Failure {
  return { status: 'error', error: { code, message } }
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'failed'
}
