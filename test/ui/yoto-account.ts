import { onTestFinished } from 'vitest'
import type { AccountDesk } from '../../src/http/api/account.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import type { SignInTraps } from '../../src/simulator/sign-in.ts'
import { deskWithoutAccount, openAccount } from '../../src/wiring/account.ts'
import { Problems } from '../../src/wiring/problems.ts'
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
  /** Where somebody's browser ends up who opens that address and allows it. */
  endOf(address: string): Promise<string>
}

/** The real account at a simulated Yoto where nobody enters codes, until the test ends. */
export async function openYotoAccount(
  traps: Partial<SignInTraps> = {},
  { simulated = false }: { simulated?: boolean } = {},
): Promise<OpenYotoAccount> {
  const clock = fastClock(1)
  const log = recordingLog()
  const redirectUri = `http://127.0.0.1:${await freePort()}/callback`
  const signIn = { deviceCode: 'ignored', redirectUris: [redirectUri], ...traps } as const
  const cloud = await startCloud({ clock, log, approveAfterPolls: 0, signIn })
  const problems = new Problems()
  const { account, desk, stop } = openAccount({
    cloud,
    simulated,
    redirectUri,
    tokens: memoryCollection<StoredTokens>(),
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
  return {
    desk,
    cloud,
    health: () => ({
      simulated,
      cloud: { account: account.state(), connected: account.state() === 'signed-in', reason: null },
      problems: problems.list(),
    }),
    async endOf(address) {
      const { headers } = await fetch(address, { redirect: 'manual' })
      return headers.get('location') ?? ''
    },
  }
}

export const noYotoAccount: YotoAccount = {
  desk: deskWithoutAccount,
  health: () => ({ cloud: { account: 'none', connected: false, reason: 'no Yoto account is set up' } }),
}
