import type { Health } from '../src/http/live-event.ts'
import type { AccountState, Standing } from './account-fault.ts'

/** Something that is wrong, in the product's own English words. */
export interface Problem {
  /** One of those in `src/wiring/problems.ts`; null where the product gives none. */
  readonly name: string | null
  readonly text: string
}

/** What the panel shows of the product's health. */
export interface HealthView {
  /** Players are simulated because no account is set up. */
  readonly simulated: boolean
  readonly account: Standing
  readonly cloud: {
    readonly connected: boolean
    /** Why it is not connected. */
    readonly reason: string | null
    /** Why the players of the account could not be read. */
    readonly unlisted: string | null
  }
  readonly problems: readonly Problem[]
}

/** Health as it is published, which may grow, as the panel knows it; what is not said counts as not so. */
export function healthView(health: Health): HealthView {
  const cloud = recordOf(health.cloud)
  const texts = listOf(health.problems)
  const names = listOf(health.problem_names)
  return {
    simulated: health.simulated === true,
    account: {
      state: accountStates.find((state) => state === cloud.account) ?? null,
      reason: textOrNull(cloud.account_reason),
      code: codeOf(recordOf(cloud.sign_in)),
    },
    cloud: {
      connected: cloud.connected === true,
      reason: textOrNull(cloud.reason),
      unlisted: textOrNull(cloud.unlisted),
    },
    problems: texts.map((text, place) => ({ name: textOrNull(names[place]), text: String(text) })),
  }
}

const accountStates: readonly AccountState[] = [
  'not_set_up',
  'signed_out',
  'pending',
  'signed_in',
  'sign_in_again',
]

function codeOf({ url, code }: Readonly<Record<string, unknown>>): Standing['code'] {
  return typeof url === 'string' && typeof code === 'string' ? { url, code } : null
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
