import type { IncomingMessage } from 'node:http'
import { Ajv, type ErrorObject } from 'ajv'
import getRawBody from 'raw-body'
import type { TSchema } from 'typebox'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'

const mostMs = 10_000
const mostFaults = 20

/**
 * The request's body as JSON; a request without one is an empty object.
 * @throws AppError `too_large` over `maxBytes`, `too_slow` when it is not here within 10 s, `invalid` when it is no JSON.
 */
export async function readJson(
  request: IncomingMessage,
  { maxBytes, clock }: { maxBytes: number; clock: Clock },
): Promise<unknown> {
  const text = await Promise.race([textOf(request, maxBytes), refusedWhenLate(request, clock)])
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid', 'the body is not JSON', { cause })
  }
}

async function textOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  try {
    return await getRawBody(request, { encoding: 'utf-8', limit: maxBytes })
  } catch (cause) {
    const isLong = cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large'
    if (isLong) throw new AppError('too_large', `the body is larger than ${maxBytes / 1024} KiB`, { cause })
    throw new AppError('invalid', 'the body broke off', { cause })
  }
}

/** The connection of who is refused here is ended by the door. */
function refusedWhenLate(request: IncomingMessage, clock: Clock): Promise<never> {
  return new Promise((_, reject) => {
    const cancel = clock.at(new Date(clock.now().getTime() + mostMs), () => {
      reject(new AppError('too_slow', `the body was not here within ${mostMs / 1000} s`))
    })
    request.once('end', cancel).once('close', cancel)
  })
}

/** Makes checks of bodies; the check throws AppError `unprocessable` naming every field that is wrong, up to twenty. */
export function bodyChecks(): (schema: TSchema) => (body: unknown) => unknown {
  const ajv = new Ajv({ allErrors: true, strict: false })
  return (schema) => {
    const validate = ajv.compile(schema)
    return (body) => {
      if (validate(body)) return body
      const faults = faultsOf(validate.errors ?? [])
      throw new AppError(
        'unprocessable',
        faults.map(({ field, message }) => `${field} ${message}`).join('; '),
        {
          details: { fields: faults },
        },
      )
    }
  }
}

function faultsOf(errors: readonly ErrorObject[]): { field: string; message: string }[] {
  const words = new Map<string, string>()
  for (const error of errors) {
    const field = fieldOf(error)
    // A union reports each of its branches; one word for a field is enough.
    if (!words.has(field)) words.set(field, wordsOf(error))
    if (words.size === mostFaults) break
  }
  return [...words].map(([field, message]) => ({ field, message }))
}

function fieldOf(error: ErrorObject): string {
  const own = error.instancePath.slice(1).replaceAll('/', '.')
  const { missingProperty, additionalProperty } = error.params
  const below = missingProperty ?? additionalProperty
  return [own, below].filter(Boolean).join('.') || 'body'
}

function wordsOf(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is missing'
  if (error.keyword === 'additionalProperties') return 'is not known here'
  if (error.keyword === 'const' || error.keyword === 'anyOf') return 'is none of the values it may have'
  return error.message ?? 'is wrong'
}
