import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { type JsonObject, parseJsonObject } from '../core/json.ts'
import { lateAfter } from '../core/late.ts'
import { type Access, isFinal, refusal } from './session.ts'

/** Degrees north and east. */
export interface HomeLocation {
  readonly latitude: number
  readonly longitude: number
}

interface Asking {
  readonly access: Access
  /** How long one answer may take; 10 s where it is not given. */
  readonly answerMs?: number
  readonly signal: AbortSignal
}

interface Waiting extends Asking {
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random: () => number
}

const usualAnswerMs = 10_000
// What a Home Assistant says whose place nobody has set.
const nowhere = 0

/**
 * Where Home Assistant says that the house is (`GET /api/config`); null where nobody has told it.
 * @throws AppError `unavailable` where it does not answer, as while it starts; `refused` where it lets us not in.
 */
export async function askLocation(asking: Asking): Promise<HomeLocation | null> {
  const { latitude, longitude } = await askConfig(asking)
  if (!isDegrees(latitude, 90) || !isDegrees(longitude, 180)) return null
  return latitude === nowhere && longitude === nowhere ? null : { latitude, longitude }
}

/**
 * The language of the household, as Home Assistant says it (`de`, `en-GB`); null where it says none.
 * @throws AppError `unavailable` where it does not answer.
 */
export async function askLanguage(asking: Asking): Promise<string | null> {
  const { language } = await askConfig(asking)
  return typeof language === 'string' ? language : null
}

/** The same, asked again until there is an answer. Rejects when the signal is aborted, or a token of the options refused. */
export function waitForLocation(asking: Waiting): Promise<HomeLocation | null> {
  return answered(() => askLocation(asking), asking)
}

/** As `waitForLocation`. */
export function waitForLanguage(asking: Waiting): Promise<string | null> {
  return answered(() => askLanguage(asking), asking)
}

async function answered<Answer>(ask: () => Promise<Answer>, asking: Waiting): Promise<Answer> {
  const { access, clock, random, signal } = asking
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted || isFinal(error, access)) throw error
    }
    await clock.sleep(backoffMs(failures, { random }), signal)
  }
}

async function askConfig({ access, answerMs = usualAnswerMs, signal }: Asking): Promise<JsonObject> {
  const { status, text } = await answerOf(access, AbortSignal.any([signal, lateAfter(answerMs)]))
  const config = status === 200 ? parseJsonObject(text) : undefined
  if (config === undefined) throw refusal(status, access)
  return config
}

async function answerOf({ address, token }: Access, signal: AbortSignal) {
  try {
    const answer = await fetch(`${address}/api/config`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal,
    })
    return { status: answer.status, text: await answer.text() }
  } catch {
    throw new AppError('unavailable', 'Home Assistant does not answer')
  }
}

function isDegrees(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit
}
