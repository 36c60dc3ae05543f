import type { IncomingMessage } from 'node:http'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import getRawBody from 'raw-body'
import type { TSchema } from 'typebox'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'
import { deepestJson, isNestedTooDeep } from '../../core/json.ts'

const mostMs = 10_000
const mostFaults = 20

/**
 * The request's body as JSON; a request without one is an empty object.
 * @throws AppError `too_large` over `maxBytes`, `too_slow` when it is not here within 10 s, `invalid` when it is no JSON,
 * `unprocessable` when it is nested too deep.
 */
export async function readJson(
  request: IncomingMessage,
  { maxBytes, clock }: { maxBytes: number; clock: Clock },
): Promise<unknown> {
  const text = await readText(request, { maxBytes, clock })
  if (text.trim() === '') return {}
  if (isNestedTooDeep(text))
    throw new AppError(
      'unprocessable',
      `the body has lists and objects in each other more than ${deepestJson} deep: send it with fewer levels`,
    )
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid', 'the body is not JSON', { cause })
  }
}

/** The request's body as text. @throws AppError `too_large` and `too_slow` as `readJson` does. */
export function readText(
  request: IncomingMessage,
  { maxBytes, clock }: { maxBytes: number; clock: Clock },
): Promise<string> {
  return Promise.race([textOf(request, maxBytes), refusedWhenLate(request, clock)])
}

/** The request's body as it is. @throws AppError `too_large`, and `too_slow` when it is not here within `withinMs` */
export async function readBytes(
  request: IncomingMessage,
  { maxBytes, withinMs, clock }: { maxBytes: number; withinMs: number; clock: Clock },
): Promise<Buffer> {
  // raw-body would take all that is allowed first.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const bytes = getRawBody(request, { limit: maxBytes }).catch((cause) =>
    Promise.reject(faultOf(cause, maxBytes)),
  )
  return Promise.race([bytes, refusedWhenLate(request, clock, withinMs)])
}

async function textOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  try {
    return await getRawBody(request, { encoding: 'utf-8', limit: maxBytes })
  } catch (cause) {
    throw faultOf(cause, maxBytes)
  }
}

function faultOf(cause: unknown, maxBytes: number): AppError {
  const isLong = cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large'
  if (isLong) return tooLarge(maxBytes, cause)
  return new AppError('invalid', 'the body broke off', { cause })
}

function tooLarge(maxBytes: number, cause?: unknown): AppError {
  return new AppError('too_large', `the body is larger than ${maxBytes / 1024} KiB`, { cause })
}

/** The connection of who is refused here is ended by the door. */
function refusedWhenLate(request: IncomingMessage, clock: Clock, withinMs = mostMs): Promise<never> {
  return new Promise((_, reject) => {
    const cancel = clock.at(new Date(clock.now().getTime() + withinMs), () => {
      reject(new AppError('too_slow', `the body was not here within ${withinMs / 1000} s`))
    })
    request.once('end', cancel).once('close', cancel)
  })
}

interface Fault {
  readonly field: string
  readonly message: string
}

/** Makes checks of bodies; the check throws AppError `unprocessable` naming every field that is wrong, up to twenty. */
export function bodyChecks(): (schema: TSchema) => (body: unknown) => unknown {
  return checksWith(new Ajv({ allErrors: true, strict: false, discriminator: true }), 'body')
}

/** The same with these settings, of what is called `whole` where no field of it is meant. */
export function checksWith(ajv: Ajv, whole: string): (schema: TSchema) => (value: unknown) => unknown {
  return (schema) => {
    // With the first value: most calls of the interface are never made, and each of these is a function of its own.
    let compiled: ValidateFunction | undefined
    return (value) => {
      compiled ??= ajv.compile(schema)
      const validate = compiled
      if (validate(value)) return value
      throw refusal(faultsOf(validate.errors ?? [], whole))
    }
  }
}

export function refusal(faults: readonly Fault[]): AppError {
  const message = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
  return new AppError('unprocessable', message, { details: { fields: faults } })
}

function faultsOf(errors: readonly ErrorObject[], whole: string): Fault[] {
  const words = new Map<string, string>()
  for (const error of errors) {
    const field = fieldOf(error) || whole
    // A union reports each of its branches; one word for a field is enough.
    if (!words.has(field)) words.set(field, wordsOf(error))
    if (words.size === mostFaults) break
  }
  return [...words].map(([field, message]) => ({ field, message }))
}

function fieldOf(error: ErrorObject): string {
  const own = error.instancePath.slice(1).replaceAll('/', '.')
  const { missingProperty, additionalProperty, tag } = error.params
  const below = missingProperty ?? additionalProperty ?? tag
  return [own, below].filter(Boolean).join('.')
}

function wordsOf(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is missing'
  if (error.keyword === 'additionalProperties') return 'is not known here'
  // Only with the setting `verbose`.
  const expected: unknown = error.parentSchema?.expected
  if (typeof expected === 'string') return `is not ${expected}`
  if (['const', 'anyOf', 'discriminator'].includes(error.keyword)) return 'is none of the values it may have'
  return error.message ?? 'is wrong'
}
