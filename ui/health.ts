import type { Health } from '../src/http/live-event.ts'

/** What the panel shows of the product's health. */
export interface HealthView {
  /** Players are simulated because no account is set up. */
  readonly simulated: boolean
  readonly cloud: { readonly account: string; readonly connected: boolean; readonly reason: string | null }
  readonly problems: readonly string[]
}

/** Health as it is published, which may grow, as the panel knows it; what is not said counts as not so. */
export function healthView(health: Health): HealthView {
  const cloud = isRecord(health.cloud) ? health.cloud : {}
  return {
    simulated: health.simulated === true,
    cloud: {
      account: typeof cloud.account === 'string' ? cloud.account : 'none',
      connected: cloud.connected === true,
      reason: typeof cloud.reason === 'string' ? cloud.reason : null,
    },
    problems: Array.isArray(health.problems) ? health.problems.map(String) : [],
  }
}

/** Whether a problem is that nobody is signed in to Yoto. Problems have no names; this one says where to go. */
export function isAboutAccount(problem: string, { cloud }: HealthView): boolean {
  return cloud.account !== 'signed-in' && /\baccount in the panel\b/i.test(problem)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
