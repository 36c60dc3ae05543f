import { onTestFinished } from 'vitest'
import type { Collection } from '../../src/core/collection.ts'
import type { AccountDesk } from '../../src/http/api/account.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import type { SignInTraps } from '../../src/simulator/sign-in.ts'
import { deskWithoutAccount, openAccount } from '../../src/wiring/account.ts'
import type { LinkState } from '../../src/wiring/cloud-link.ts'
import { cloudHealth } from '../../src/wiring/health.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { connectionProblem, playersProblem } from '../../src/wiring/yoto-problems.ts'
import type { Account } from '../../src/yoto/account.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { fastClock } from '../support/fast-clock.ts'
import { freePort } from '../support/free-port.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'

/** What a home has of an account at Yoto. */
export interface YotoAccount {
  readonly desk: AccountDesk
  /** As the product tells of it. */
  health(): Readonly<Record<string, unknown>>
}

export interface OpenYotoAccount extends YotoAccount {
  readonly cloud: SimulatedCloud
  readonly account: Account
  readonly problems: Problems
  /** From now on the cloud is reached, or not, as this says. */
  linkIs(link: Pick<LinkState, 'connected' | 'reason' | 'unlisted'>): void
  /** Where somebody's browser ends up who opens that address and allows it. */
  endOf(address: string): Promise<string>
}

/** The real account at a simulated Yoto where nobody enters codes, until the test ends. */
export async function openYotoAccount(
  traps: Partial<SignInTraps> = {},
  {
    simulated = false,
    pace = 1,
    authUrl,
    tokens = memoryCollection<StoredTokens>(),
  }: {
    simulated?: boolean
    pace?: number
    /** Another sign-in server than the simulated one. */
    authUrl?: string
    tokens?: Collection<StoredTokens>
  } = {},
): Promise<OpenYotoAccount> {
  const clock = fastClock(pace)
  const log = recordingLog()
  const redirectUri = `http://127.0.0.1:${await freePort()}/callback`
  const signIn = { deviceCode: 'ignored', redirectUris: [redirectUri], ...traps } as const
  const cloud = await startCloud({ clock, log, approveAfterPolls: 0, signIn })
  const problems = new Problems()
  const { account, desk, stop } = openAccount({
    cloud: { clientId: cloud.clientId, authUrl: authUrl ?? cloud.authUrl },
    simulated,
    redirectUri,
    tokens,
    problems,
    hide: () => undefined,
    random: () => 0,
    clock,
    log,
  })
  await account.start()
  onTestFinished(async () => {
    await account.stop()
    await stop()
    await cloud.stop()
  })
  let said: Pick<LinkState, 'connected' | 'reason' | 'unlisted'> | null = null
  const state = (): LinkState => {
    const connected = account.state() === 'signed_in'
    return { account: account.state(), ...(said ?? { connected, reason: null, unlisted: null }) }
  }
  return {
    desk,
    cloud,
    account,
    problems,
    linkIs(link) {
      said = link
      problems.set('connection', connectionProblem(state()))
      problems.set('players', playersProblem(state()))
    },
    health: () => ({
      simulated,
      cloud: cloudHealth({ link: { state }, desk }),
      problems: problems.list(),
      problem_names: problems.names(),
    }),
    async endOf(address) {
      const { headers } = await fetch(address, { redirect: 'manual' })
      return headers.get('location') ?? ''
    },
  }
}

export const noYotoAccount: YotoAccount = {
  desk: deskWithoutAccount,
  health: () => ({ cloud: { account: 'not_set_up', connected: false, reason: 'no Yoto account is set up' } }),
}
