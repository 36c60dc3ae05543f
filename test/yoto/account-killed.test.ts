/** @module-tag slow */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { openStorage } from '../../src/storage/storage.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { compiledTo } from '../support/compiled.ts'
import { recordingLog } from '../support/recording-log.ts'

const root = resolve(import.meta.dirname, '../..')
const script = join(root, 'test/support/account-process.mjs')

let ground: string
let compiled: string
let count = 0
let cloud: SimulatedCloud
let door: SignInDoor
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  ground = await mkdtemp(join(tmpdir(), 'account-killed-'))
  const files = ['storage/storage.ts', 'yoto/account.ts', 'core/clock.ts']
  compiled = await compiledTo(join(ground, 'compiled'), files)
}, 60_000)

beforeEach(async () => {
  folder = join(ground, `data-${count++}`)
  cloud = await startCloud({ clock: systemClock, log: recordingLog(), approveAfterPolls: 0 })
  door = await SignInDoor.open(cloud.authUrl)
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  door.close()
  await cloud.stop()
})

afterAll(() => rm(ground, { recursive: true, force: true }))

type Moment = 'asked' | 'answered' | 'used'

/** Stands before the sign-in server, so that something can happen at a moment that matters. */
class SignInDoor {
  /** How often somebody asked for a renewal. */
  renewals = 0
  /** Resolves when what shall happen at that moment has. */
  at: (moment: Moment) => Promise<void> | void = () => undefined
  readonly #target: string
  readonly #server: Server

  private constructor(target: string) {
    this.#target = target
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy())
    })
  }

  static async open(target: string): Promise<SignInDoor> {
    const door = new SignInDoor(target)
    await once(door.#server.listen(0, '127.0.0.1'), 'listening')
    return door
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    if (request.url === '/used') {
      await this.at('used')
      response.end()
      return
    }
    const isRenewal = new URLSearchParams(body).get('grant_type') === 'refresh_token'
    if (isRenewal) {
      this.renewals++
      await this.at('asked')
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(this.#target + request.url, { method: 'POST', headers, body })
    const text = await answer.text()
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    await new Promise<void>((resolve) => response.end(text, resolve))
    if (isRenewal) await this.at('answered')
  }
}

class Household {
  readonly lines: string[] = []
  readonly ended: Promise<unknown>
  readonly #child: ChildProcess

  constructor() {
    this.#child = spawn(process.execPath, [script, compiled, folder, door.url, cloud.clientId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(this.#child)
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(line))
    this.ended = once(this.#child, 'close')
  }

  kill(): Promise<unknown> {
    this.#child.kill('SIGKILL')
    return this.ended
  }

  async says(line: string, times = 1): Promise<void> {
    for (let waited = 0; this.lines.filter((said) => said === line).length < times; waited++) {
      if (waited > 2000) throw new Error(`never said "${line}" but: ${this.lines.slice(-5).join(' | ')}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** What the store of the household holds now that nobody uses it. */
async function stored(): Promise<StoredTokens | undefined> {
  const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog() })
  const tokens = await storage.collection<StoredTokens>('yoto-account').get('account')
  await storage.close()
  return tokens
}

/** Runs the household until the moment has come that often, and kills it there, `afterMs` later. Resolves with what it said. */
async function runAndKillAt(moment: Moment, { times = 2, afterMs = 0 } = {}): Promise<readonly string[]> {
  let left = times
  const killed = new Promise<void>((resolve) => {
    door.at = async (now) => {
      if (now !== moment || --left > 0) return
      door.at = () => undefined
      if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs))
      await household.kill()
      resolve()
      throw new Error('nobody is there to be answered')
    }
  })
  const household = new Household()
  await killed
  return household.lines
}

/** A household that has signed in and not yet renewed anything. */
async function signIn(): Promise<void> {
  await runAndKillAt('used', { times: 1 })
}

const signedInAllAlong = ['state signed_in', 'used']
const kindsOf = (lines: readonly string[]) => [...new Set(lines)]

describe('kill -9', () => {
  test('while a new token is used for the first time leaves the household signed in, every time', async () => {
    await signIn()
    for (const times of [2, 3, 2, 4, 2]) {
      expect(kindsOf(await runAndKillAt('used', { times }))).toEqual(signedInAllAlong)
      expect((await stored())?.renewingSinceMs).toBeUndefined()
    }
  })

  test('before Yoto has decided leaves the household signed in', async () => {
    await signIn()
    for (let round = 0; round < 3; round++) {
      expect(kindsOf(await runAndKillAt('asked'))).toEqual(signedInAllAlong)
      expect((await stored())?.renewingSinceMs).toEqual(expect.any(Number))
    }
  })

  test('between the answer and the write leaves it signed in where the last token works a little longer', async () => {
    cloud.signIn.traps.reuseSeconds = 30
    await signIn()
    let unwritten = 0
    for (const afterMs of [0, 0, 1, 3, 8]) {
      expect(kindsOf(await runAndKillAt('answered', { afterMs }))).toEqual(signedInAllAlong)
      if ((await stored())?.renewingSinceMs !== undefined) unwritten++
    }
    // Or no kill has hit what this is about.
    expect(unwritten).toBeGreaterThan(0)
  })

  test('between the answer and the write, where every token works once, costs one question and no storm', async () => {
    await signIn()
    // Yoto gives the next pair to somebody who is no longer there.
    const { refreshToken, clientId } = (await stored()) ?? {}
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken ?? '', client_id: clientId ?? '' }
    const body = new URLSearchParams({ ...form, audience: 'https://api.yotoplay.com' })
    expect((await fetch(`${cloud.authUrl}/oauth/token`, { method: 'POST', body })).status).toBe(200)
    cloud.signIn.traps.deviceCode = 'ignored'
    door.renewals = 0
    const second = new Household()
    await second.says('state sign_in_again')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await second.kill()
    expect(door.renewals).toBe(1)
    const third = new Household()
    await third.says('state sign_in_again')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(door.renewals).toBe(1)
    cloud.signIn.traps.deviceCode = 'approved'
    await third.says('state signed_in')
  })
})
