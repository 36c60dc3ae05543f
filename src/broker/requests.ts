import { messageOf } from '../core/error.ts'
import { type JsonObject, parseJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { decodeJson } from '../language/json.ts'
import { didYouMean } from '../language/names.ts'
import { type Failure, failureOf } from './failure.ts'
import { requests } from './requests/catalog.ts'
import type { RequestDef, RequestPorts } from './requests/request.ts'

/** What `<base>/bridge/response/<what>` says; the request's `transaction` comes back as it was, where it is not too long. */
export type Answer = Outcome & { readonly transaction?: string | number }

type Outcome =
  | { readonly status: 'ok'; readonly data: unknown }
  | { readonly status: 'error'; readonly error: Failure }

interface AnswerPorts extends RequestPorts {
  /** Throws once the request is too old. */
  readonly check: () => void
  readonly log: Pick<Log, 'error'>
}

const known: ReadonlyMap<string, RequestDef> = new Map(Object.entries(requests))
// Some thousand file names.
const longestPayload = 256 * 1024
const longestShown = 80
// It comes back in the answer: nobody is to have this program say more than that.
const longestTransaction = 128

/** Answers one request; the payload is empty, PRESS, or a JSON object. Never throws. */
export async function answerRequest(
  request: { readonly what: string; readonly payload: string },
  ports: AnswerPorts,
): Promise<Answer> {
  return { ...(await outcomeOf(request, ports)), ...transactionIn(request.payload) }
}

/** The answer to a request that is not even looked at. */
export function refusedRequest(payload: string, error: Failure): Answer {
  return { status: 'error', error, ...transactionIn(payload) }
}

async function outcomeOf(
  { what, payload }: { readonly what: string; readonly payload: string },
  ports: AnswerPorts,
): Promise<Outcome> {
  const definition = known.get(what)
  if (definition === undefined) return unknownRequest(what)
  if (payload.length > longestPayload)
    return refused('too_large', `expected at most ${longestPayload} characters, found ${payload.length}`)
  const object = objectIn(payload)
  if (object === undefined)
    return refused('invalid_payload', 'expected a JSON object, or nothing where the request needs nothing')
  const { transaction, ...body } = object
  if (typeof transaction === 'string' && transaction.length > longestTransaction)
    return refused(
      'invalid_payload',
      `expected a \`transaction\` of at most ${longestTransaction} characters, found ${transaction.length}`,
    )
  const read = decodeJson(definition.body, body, { what: `request \`${what}\`` })
  if ('problem' in read) return refused('invalid_payload', read.problem)
  try {
    ports.check()
    return { status: 'ok', data: await definition.answer(read.value, ports) }
  } catch (error) {
    const failure = failureOf(error)
    if (failure.code === 'internal')
      ports.log.error('a request over MQTT failed by a fault of ours', {
        request: what,
        error: messageOf(error),
      })
    return { status: 'error', error: failure }
  }
}

function unknownRequest(what: string): Outcome {
  const names = [...known.keys()]
  const near = didYouMean(what, names)
  const hint = near === null ? '' : `did you mean ${near}? `
  const message = `unknown request "${what.slice(0, longestShown)}", ${hint}known: ${names.join(', ')}`
  return refused('unknown_request', message)
}

/** Buttons of Home Assistant send PRESS where they are told nothing else. */
function objectIn(payload: string): JsonObject | undefined {
  const text = payload.trim()
  if (text === '' || text.toUpperCase() === 'PRESS') return {}
  return parseJsonObject(text)
}

function transactionIn(payload: string): { readonly transaction?: string | number } {
  if (payload.length > longestPayload) return {}
  const { transaction } = parseJsonObject(payload) ?? {}
  if (typeof transaction === 'string') return transaction.length <= longestTransaction ? { transaction } : {}
  return typeof transaction === 'number' ? { transaction } : {}
}

function refused(code: string, message: string): Outcome {
  return { status: 'error', error: { code, message } }
}
